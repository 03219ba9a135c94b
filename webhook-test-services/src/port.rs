//! Free ports, and whether a server answers on one.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a server may take to start, on a busy machine.
const START: Duration = Duration::from_secs(180);
const PAUSE: Duration = Duration::from_millis(20);

/// The first port that is not reserved for a process with more rights, with some distance.
const FIRST: u16 = 10_000;

/// The ports of this process. The locks end with it.
static LOCKS: Mutex<Vec<File>> = Mutex::new(Vec::new());

/// A port that is free now, and stays free for this process: for a server that is started later,
/// or stopped and started again.
///
/// A port that the system chooses is free only as long as somebody holds it. After that, the system
/// may give it to the next connection of any process. So these ports are below those, and each is
/// locked by a file in the system's folder for temporary files, so that no two processes of tests
/// get the same.
///
/// # Panics
///
/// If no port is free.
#[must_use]
pub fn free_port() -> u16 {
    // Few collisions: processes that are started one after the other begin far from each other.
    let ports = unassigned();
    let begin = usize::try_from(std::process::id().wrapping_mul(7919)).unwrap_or_default();
    let begin = begin.checked_rem(ports.len()).unwrap_or_default();
    let mut from_there = ports.clone().skip(begin).chain(ports.take(begin));
    from_there.find(|port| is_ours(*port)).unwrap_or_else(|| {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        socket.local_addr().expect("the socket is bound").port()
    })
}

/// The ports that the system gives to no connection by itself.
fn unassigned() -> Range<u16> {
    let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range");
    let range = range.unwrap_or_default();
    let first = range.split_whitespace().next();
    // The first such port of most systems.
    FIRST..first.and_then(|port| port.parse().ok()).unwrap_or(32_768)
}

/// Locks the port, if nobody has it.
fn is_ours(port: u16) -> bool {
    let folder = std::env::temp_dir().join("webhook-test-ports");
    let file =
        fs::create_dir_all(&folder).and_then(|()| File::create(folder.join(port.to_string())));
    let Ok(file) = file else {
        return false; // Of another user.
    };
    if file.try_lock().is_err() || TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err() {
        return false;
    }
    LOCKS
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(file);
    true
}

/// Waits until the server answers `greeting` with a text that begins with `ready`.
///
/// Returns `false` if it does not in time, or if `is_running` says that it has ended.
pub(crate) fn wait(
    port: u16,
    greeting: &[u8],
    ready: &[u8],
    is_running: impl Fn() -> bool,
) -> bool {
    let since = Instant::now();
    while since.elapsed() < START && is_running() {
        if answers(port, greeting, ready).is_ok_and(|is_ready| is_ready) {
            return true;
        }
        std::thread::sleep(PAUSE);
    }
    false
}

/// Whether a server answers `greeting` with a text that begins with `ready`.
pub(crate) fn answers(port: u16, greeting: &[u8], ready: &[u8]) -> std::io::Result<bool> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut socket = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
    socket.set_read_timeout(Some(Duration::from_secs(5)))?;
    socket.write_all(greeting)?;
    let mut answer = vec![0; ready.len()];
    socket.read_exact(&mut answer)?;
    Ok(answer == ready)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_port_is_given_once_and_none_that_a_connection_could_get() {
        let ports: Vec<_> = (0..50).map(|_| free_port()).collect();
        let different: BTreeSet<_> = ports.iter().collect();
        assert_eq!(different.len(), ports.len());
        for port in ports {
            assert!(unassigned().contains(&port), "{port}");
            assert!(!is_ours(port), "{port} is given twice");
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the port is free");
        }
    }
}
