//! What is killed: `webhook serve`, or a receiver of this program with transactional handlers.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::json;
use tokio::process::Command;
use tokio::time::sleep;
use webhook_axum::inbox::KeyRing;

use super::Gateway;
use crate::process::{Receiver, Scene, program, this_program};
use crate::{Failure, SECRET};

/// The path of deliveries, at both.
pub(crate) const PATH: &str = "/hooks/gateway";
/// What `webhook serve` signs with.
const HOP: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// How often a start is tried again, and after which pause.
const MOST_STARTS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(500);
/// How many jobs run at the same time, all of them of one lane.
const SLOTS: u32 = 64;

/// How to start it, again and again.
#[derive(Debug)]
pub(super) enum Server {
    Serve {
        webhook: PathBuf,
        config: PathBuf,
        port: u16,
    },
    Work {
        arguments: Vec<String>,
        port: u16,
    },
}

impl Server {
    /// Writes what it needs into the folder of the run.
    pub(super) fn prepare(
        gateway: &Gateway,
        scene: &Scene,
        [port, upstream]: [u16; 2],
        seed: u64,
    ) -> Result<Self, Failure> {
        let keys = scene.file("keys");
        std::fs::write(&keys, KeyRing::fresh_entry("faults")?)?;
        if gateway.transactional {
            let arguments = gateway.work(&keys, port, seed);
            return Ok(Self::Work { arguments, port });
        }
        let config = scene.file("webhooks.json");
        std::fs::write(&config, gateway.config(&keys, upstream).to_string())?;
        let webhook = match &gateway.webhook {
            Some(path) => path.clone(),
            None => std::env::current_exe()?.with_file_name("webhook"),
        };
        if !webhook.exists() {
            let path = webhook.display();
            let error = format!("no {path}: build webhook-cli, or name it with --webhook");
            return Err(error.into());
        }
        Ok(Self::Serve {
            webhook,
            config,
            port,
        })
    }

    /// Starts it as a supervisor does, and waits until it listens: again, if it ends because the
    /// database does not answer in time. Counts the starts that failed.
    pub(super) async fn start(&self, scene: &Scene, failed: &mut u32) -> Result<Receiver, Failure> {
        let most = *failed + MOST_STARTS;
        loop {
            match self.start_once(scene).await {
                Err(_) if *failed < most => *failed += 1,
                started => return started,
            }
            sleep(PAUSE).await;
        }
    }

    async fn start_once(&self, scene: &Scene) -> Result<Receiver, Failure> {
        let (command, port) = match self {
            Self::Serve {
                webhook,
                config,
                port,
            } => (serve(webhook, config, *port), *port),
            Self::Work { arguments, port } => {
                let mut command = this_program()?;
                command.arg("work").args(arguments);
                (command, *port)
            }
        };
        Receiver::run(scene, command, port, false).await
    }
}

fn serve(webhook: &Path, config: &Path, port: u16) -> Command {
    let mut command = program(webhook);
    command.arg("serve").arg("--config").arg(config);
    command.args(["--listen", &format!("127.0.0.1:{port}")]);
    command.env("RUST_LOG", "warn").stdout(Stdio::null());
    command
}

impl Gateway {
    /// The configuration of `webhook serve`. Jobs are retried until they are done.
    fn config(&self, keys: &Path, upstream: u16) -> serde_json::Value {
        let to = format!("http://127.0.0.1:{upstream}/in");
        json!({
            "_server": {
                "store": self.inbox,
                "inbox": self.inbox,
                "inbox_keys": {"file": keys},
                "worker": {
                    "slots": SLOTS,
                    "slots_per_lane": SLOTS,
                    "lease_secs": self.lease,
                    "poll_interval_secs": 1,
                    "retry_first_secs": 1,
                    "retry_cap_secs": 1,
                    "max_attempts": 10_000,
                },
            },
            "gateway": {
                "provider": "stripe",
                "secret": SECRET,
                "forward": {"to": to, "secret": HOP},
            },
        })
    }

    /// The arguments of the receiver.
    fn work(&self, keys: &Path, port: u16, seed: u64) -> Vec<String> {
        let options = [
            ("--inbox", self.inbox.clone()),
            ("--keys", keys.display().to_string()),
            ("--port", port.to_string()),
            ("--lease", self.lease.to_string()),
            ("--takes", self.takes.to_string()),
            ("--fails", self.fails.to_string()),
            ("--seed", seed.to_string()),
        ];
        let options = options.into_iter();
        options
            .flat_map(|(name, value)| [name.to_owned(), value])
            .collect()
    }
}
