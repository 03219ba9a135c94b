//! RabbitMQ.

use std::sync::OnceLock;

use crate::missing::skip_on_demand;
use crate::port;

/// Where a broker listens that was installed with its defaults.
const LOCAL: &str = "amqp://guest:guest@127.0.0.1:5672/%2f";
const LOCAL_PORT: u16 = 5672;

/// A RabbitMQ broker that runs already. Tests with it are on demand: it is never required, and never
/// started, since that takes long and leaves a daemon behind.
#[derive(Debug)]
pub struct RabbitMq {
    url: String,
}

impl RabbitMq {
    /// The broker of `AMQP_URL`, or the local one. Tests share it, so each one uses names of its
    /// own.
    ///
    /// `None`: there is none, and a line on standard error says so.
    pub fn find() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<RabbitMq>> = OnceLock::new();
        let find = || {
            let url = std::env::var("AMQP_URL").ok();
            let is_local = || port::answers(LOCAL_PORT, b"AMQP\0\0\x09\x01", b"\x01");
            match url {
                Some(url) => Some(Self { url }),
                None if is_local().is_ok_and(|is_ready| is_ready) => Some(Self {
                    url: LOCAL.to_owned(),
                }),
                None => {
                    let why = "neither is AMQP_URL set nor does a broker listen on port 5672";
                    skip_on_demand("RabbitMQ", why)
                }
            }
        };
        SHARED.get_or_init(find).as_ref()
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}
