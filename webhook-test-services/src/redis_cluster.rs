//! A cluster of Redis servers.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use crate::{Redis, port};

/// How long the servers may take to agree, on a busy machine.
const AGREE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);

/// Three Redis servers that share the slots of a cluster. They have no replicas.
#[derive(Debug)]
pub struct RedisCluster {
    servers: Vec<Redis>,
}

impl RedisCluster {
    /// A private cluster. Each server has these options.
    ///
    /// `None`: Redis is not installed, and a line on standard error says so.
    ///
    /// # Panics
    ///
    /// If it is not installed with `WEBHOOK_TEST_REQUIRE_SERVICES=1`, or if the cluster does not
    /// start.
    #[must_use]
    pub fn start(options: &[&str]) -> Option<Self> {
        let mut members = Vec::new();
        for slots in ["0 5460", "5461 10922", "10923 16383"] {
            let bus = port::free_port();
            let bus_text = bus.to_string();
            let fixed = ["--cluster-enabled", "yes", "--cluster-port", &bus_text];
            let options: Vec<&str> = fixed.iter().chain(options).copied().collect();
            let server = Redis::start(&options)?;
            ask(&server, &format!("CLUSTER ADDSLOTSRANGE {slots}"));
            members.push((server, bus));
        }
        for (epoch, (server, _)) in (1..).zip(&members) {
            ask(server, &format!("CLUSTER SET-CONFIG-EPOCH {epoch}"));
        }
        for (server, _) in &members {
            for (other, bus) in &members {
                let other = other.port();
                ask(server, &format!("CLUSTER MEET 127.0.0.1 {other} {bus}"));
            }
        }
        let servers: Vec<Redis> = members.into_iter().map(|(server, _)| server).collect();
        let deadline = Instant::now() + AGREE;
        while !servers.iter().all(knows_the_others) {
            assert!(Instant::now() < deadline, "the cluster does not start");
            std::thread::sleep(PAUSE);
        }
        Some(Self { servers })
    }

    /// The servers.
    #[must_use]
    pub fn servers(&self) -> &[Redis] {
        &self.servers
    }

    /// Kills one of the servers and starts it again, with its place in the cluster.
    ///
    /// # Panics
    ///
    /// If there is no such server, or if it does not start.
    pub fn restart(&mut self, which: usize) {
        let server = self.servers.get_mut(which);
        server.expect("there are three servers").restart();
    }

    /// The URLs of the servers.
    #[must_use]
    pub fn urls(&self) -> Vec<&str> {
        self.servers.iter().map(Redis::url).collect()
    }
}

fn knows_the_others(server: &Redis) -> bool {
    let info = ask(server, "CLUSTER INFO");
    let has = |line| info.contains(line);
    has("cluster_state:ok") && has("cluster_slots_ok:16384") && has("cluster_known_nodes:3")
}

/// Sends a command of one line, and returns the answer as it comes.
fn ask(server: &Redis, command: &str) -> String {
    let mut socket =
        TcpStream::connect((Ipv4Addr::LOCALHOST, server.port())).expect("the server listens");
    let command = format!("{command}\r\nQUIT\r\n");
    socket
        .write_all(command.as_bytes())
        .expect("the server reads");
    let mut answer = String::new();
    socket
        .read_to_string(&mut answer)
        .expect("the server answers");
    assert!(!answer.starts_with('-'), "{command}: {answer}");
    answer
}
