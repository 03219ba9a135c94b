//! Connections: how many are open, how long each lasts, and what each can cost.

mod activity;
mod connections;
mod deadlines;
mod protocol;
mod requests;
mod stream;

pub(crate) use connections::Connections;
pub(crate) use protocol::Protocol;
