//! The `webhook` command.
fn main() {}
