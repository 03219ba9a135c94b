//! The built program, signers that are not part of it, and clients without hyper.

#![allow(dead_code, reason = "no test uses all of it")]
#![allow(unused_imports, reason = "no test uses all of it")]

pub(crate) mod config;
pub(crate) mod http2;
mod process;
mod receiver;
mod server;
mod sign;
mod wire;

pub(crate) use process::{
    Ended, command, end_of, ended, folder, listening, refused, refused_with, run, run_with_input,
    written,
};
pub(crate) use receiver::Receiver;
pub(crate) use server::{Server, send_to};
pub(crate) use sign::{github, sign};
pub(crate) use webhook_test_services::free_port;
pub(crate) use wire::{Answer, Request, read_answer};
