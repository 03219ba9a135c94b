//! The generator of `docs/providers.md`, and of what `webhook providers NAME` prints. It also counts
//! the providers:
//!
//! ```sh
//! cargo run -p webhook-core --all-features --example providers
//! cargo run -p webhook-core --all-features --example providers -- --check
//! ```
//!
//! With `--check` it writes nothing, and fails if a file is out of date.

mod absent;
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
    let consts = consts::read(&root.join("src/providers"))?;
    let described = serde_json::to_string_pretty(&page::described(&consts)?)? + "\n";
    let files = [
        ("docs/providers.md", page::page(&consts)?),
        ("webhook-cli/src/catalogue/providers.json", described),
    ];
    print!("{}", groups::counts());
    let mut code = ExitCode::SUCCESS;
    for (name, text) in files {
        let path = root.join("..").join(name);
        if !check {
            fs::write(path, text)?;
        } else if !fs::read_to_string(path).is_ok_and(|written| written == text) {
            eprintln!(
                "{name} is out of date; write it again:\n\
                 cargo run -p webhook-core --all-features --example providers"
            );
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}
