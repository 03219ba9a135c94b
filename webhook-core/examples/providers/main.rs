//! The generator of `docs/providers.md`, which also counts the providers:
//!
//! ```sh
//! cargo run -p webhook-core --all-features --example providers
//! cargo run -p webhook-core --all-features --example providers -- --check
//! ```
//!
//! With `--check` it writes nothing, and fails if the file is out of date.

mod cells;
mod consts;
mod groups;
mod page;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let check = match env::args().nth(1).as_deref() {
        None => false,
        Some("--check") => true,
        Some(other) => {
            return Err(format!("unknown argument {other}: expected nothing or --check").into());
        }
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = page::page(&consts::read(&root.join("src/providers"))?)?;
    print!("{}", groups::counts());
    let path = root.join("../docs/providers.md");
    if !check {
        fs::write(path, page)?;
        return Ok(ExitCode::SUCCESS);
    }
    if fs::read_to_string(path).is_ok_and(|written| written == page) {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!(
        "docs/providers.md is out of date; write it again:\n\
         cargo run -p webhook-core --all-features --example providers"
    );
    Ok(ExitCode::FAILURE)
}
