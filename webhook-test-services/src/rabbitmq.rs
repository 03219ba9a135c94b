//! RabbitMQ.

use std::path::Path;
use std::sync::OnceLock;

use crate::guard::{Folder, Guard};
use crate::missing::skip_on_demand;
use crate::{port, programs};

/// Where a broker listens that was installed with its defaults.
const LOCAL: &str = "amqp://guest:guest@127.0.0.1:5672/%2f";
const LOCAL_PORT: u16 = 5672;

/// What a client says first, and how a broker begins its answer.
const GREETING: (&[u8], &[u8]) = (b"AMQP\0\0\x09\x01", b"\x01");

/// Where the packages of distributions have the script that runs the broker as this user, and not
/// as a user of its own.
const FOLDERS: [&str; 2] = ["/usr/lib/rabbitmq/bin", "/usr/local/opt/rabbitmq/sbin"];

/// A RabbitMQ broker. Tests with it are on demand: it is never required.
#[derive(Debug)]
pub struct RabbitMq {
    url: String,
    private: Option<Private>,
}

#[derive(Debug)]
struct Private {
    // They end in this order, before their folder is removed: fields are dropped in this order.
    broker: Option<Guard>,
    _names: Guard,
    line: Vec<String>,
    port: u16,
    folder: Folder,
}

impl RabbitMq {
    /// The broker of `AMQP_URL`, or the local one. Tests share it, so each one uses names of its
    /// own. It is never started: that takes seconds.
    ///
    /// `None`: there is none, and a line on standard error says so.
    pub fn find() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<RabbitMq>> = OnceLock::new();
        let find = || {
            let url = std::env::var("AMQP_URL").ok();
            let is_local = || port::answers(LOCAL_PORT, GREETING.0, GREETING.1);
            let url = match url {
                Some(url) => url,
                None if is_local().is_ok_and(|is_ready| is_ready) => LOCAL.to_owned(),
                None => {
                    let why = "neither is AMQP_URL set nor does a broker listen on port 5672";
                    return skip_on_demand("RabbitMQ", why);
                }
            };
            Some(Self { url, private: None })
        };
        SHARED.get_or_init(find).as_ref()
    }

    /// A private broker, with the user `guest`. It knows no other node, and neither does the name
    /// server (`epmd`) that it has for itself.
    ///
    /// `None`: it is not installed, and a line on standard error says so.
    ///
    /// # Panics
    ///
    /// If it does not start.
    #[must_use]
    pub fn start() -> Option<Self> {
        let folders = FOLDERS.map(Into::into);
        let broker = programs::find("rabbitmq-server", &folders);
        let names = programs::find("epmd", &[]);
        let (Some(broker), Some(names)) = (broker, names) else {
            let why = "the programs rabbitmq-server and epmd are not installed";
            return skip_on_demand("a private RabbitMQ", why);
        };
        let folder = Folder::new("rabbitmq", None);
        let [port, distribution, names_port] = [(); 3].map(|()| port::free_port());
        let text = names_port.to_string();
        let arguments = ["-address", "127.0.0.1", "-port", &text];
        let mut names = vec![names.display().to_string()];
        names.extend(arguments.map(str::to_owned));
        let names = Guard::run(&folder, "KILL", &names);
        // It answers nothing that is not asked for.
        let is_ready = port::wait(names_port, b"", b"", || names.is_running());
        assert!(is_ready, "epmd does not start:\n{}", folder.log());

        let settings = format!(
            "listeners.tcp.1 = 127.0.0.1:{port}\n\
             loopback_users = none\n\
             log.file = false\n\
             log.console = true\n\
             disk_free_limit.absolute = 1MB\n"
        );
        write(&folder.path().join("broker.conf"), &settings);
        write(&folder.path().join("plugins"), "[].\n");
        let line = command_line(&broker, folder.path(), distribution, names_port);
        let mut private = Private {
            broker: None,
            _names: names,
            line,
            port,
            folder,
        };
        private.start();
        Some(Self {
            url: format!("amqp://guest:guest@127.0.0.1:{port}/%2f"),
            private: Some(private),
        })
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Kills the broker, as a crash of its machine does. [`restart`](Self::restart) starts it again.
    ///
    /// # Panics
    ///
    /// If it is not private.
    pub fn kill(&mut self) {
        self.private_mut().broker = None;
    }

    /// Kills the broker and starts it again, with its durable queues.
    ///
    /// # Panics
    ///
    /// If it is not private, or if it does not start.
    pub fn restart(&mut self) {
        let private = self.private_mut();
        private.broker = None;
        private.start();
    }

    fn private_mut(&mut self) -> &mut Private {
        let private = self.private.as_mut();
        private.expect("only a broker of `RabbitMq::start` is controlled by a test")
    }
}

impl Private {
    fn start(&mut self) {
        let broker = Guard::run(&self.folder, "KILL", &self.line);
        let is_ready = port::wait(self.port, GREETING.0, GREETING.1, || broker.is_running());
        assert!(is_ready, "RabbitMQ does not start:\n{}", self.folder.log());
        self.broker = Some(broker);
    }
}

/// The script replaces itself with the broker, so the id of its process is that of the broker.
fn command_line(broker: &Path, folder: &Path, distribution: u16, names: u16) -> Vec<String> {
    let here = folder.display();
    let name = here
        .to_string()
        .replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let variables = [
        // The cookie of the node is there, so it is that of no other.
        format!("HOME={here}"),
        format!("RABBITMQ_NODENAME={}@localhost", name.trim_matches('-')),
        format!("RABBITMQ_CONFIG_FILE={here}/broker"),
        format!("RABBITMQ_ADVANCED_CONFIG_FILE={here}/none"),
        format!("RABBITMQ_CONF_ENV_FILE={here}/none"),
        format!("RABBITMQ_ENABLED_PLUGINS_FILE={here}/plugins"),
        format!("RABBITMQ_MNESIA_BASE={here}/data"),
        format!("RABBITMQ_LOG_BASE={here}/logs"),
        format!("RABBITMQ_DIST_PORT={distribution}"),
        format!("ERL_EPMD_PORT={names}"),
        "ERL_EPMD_ADDRESS=127.0.0.1".to_owned(),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-start_epmd false \
         -kernel inet_dist_use_interface {127,0,0,1}"
            .to_owned(),
        // It runs in the foreground, and catches no signal.
        "detached=1".to_owned(),
    ];
    let program = broker.display().to_string();
    let words = ["env".to_owned()].into_iter().chain(variables);
    words.chain([program]).collect()
}

fn write(file: &Path, text: &str) {
    std::fs::write(file, text).expect("the folder is writable");
}
