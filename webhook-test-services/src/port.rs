//! Free ports, and whether a server answers on one.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// How long a server may take to start, on a busy machine.
const START: Duration = Duration::from_secs(180);
const PAUSE: Duration = Duration::from_millis(20);

/// A port that is free now.
pub(crate) fn free() -> u16 {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    socket.local_addr().expect("the socket is bound").port()
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
