//! What the systems of the five guides need to be shown: test secrets, a folder, a free port, and
//! [stand-ins](third_parties) for the services that they call. A system in production has none of
//! it.

mod stand_in;
pub mod third_parties;

pub use stand_in::StandIn;

use std::io;
use std::path::PathBuf;

use tokio::net::TcpListener;
use tracing_subscriber::fmt::format::FmtSpan;

/// Where a demonstration listens, and where it keeps its files.
#[derive(clap::Args, Clone, Debug)]
pub struct Place {
    /// Port on 127.0.0.1; 0 is any free port
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Folder of the database and its keys [default: one in the temporary folder]
    #[arg(long)]
    data: Option<PathBuf>,
}

impl Place {
    /// The folder, which is made. `name` is that of the system.
    ///
    /// # Errors
    ///
    /// If it cannot be made.
    pub fn folder(&self, name: &str) -> io::Result<PathBuf> {
        let default = || std::env::temp_dir().join(name);
        let folder = self.data.clone().unwrap_or_else(default);
        std::fs::create_dir_all(&folder)?;
        println!("data in {}", folder.display());
        Ok(folder)
    }

    /// The port, opened.
    ///
    /// # Errors
    ///
    /// If somebody else has it.
    pub async fn listener(&self) -> io::Result<TcpListener> {
        listener(self.port).await
    }
}

/// A port on 127.0.0.1, opened. 0 is any free one.
///
/// # Errors
///
/// If somebody else has it.
pub async fn listener(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port)).await
}

/// The value of an environment variable, or else one for tests, which is said.
#[must_use]
pub fn secret(variable: &str, for_tests: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        eprintln!("{variable} is not set: what is signed with its test value is genuine");
        for_tests.to_owned()
    })
}

/// Writes log lines to the standard error, one of them for each delivery with what became of it.
pub fn log() {
    tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_ansi(false)
        .with_span_events(FmtSpan::CLOSE)
        .init();
}
