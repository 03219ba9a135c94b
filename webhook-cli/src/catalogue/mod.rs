//! What a route can configure, as the constants of the providers define it.

mod key;
mod keys;
mod listing;
mod page;
mod proof;
mod variants;

#[cfg(test)]
pub(crate) use key::{Key, Kind};
pub(crate) use keys::{every_name, keys};
pub(crate) use listing::print;
pub(crate) use page::print_page;
pub(crate) use proof::{is_fetched, is_public, takes_credentials};
pub(crate) use variants::{names, variants};
