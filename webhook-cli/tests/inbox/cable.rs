//! A way to a broker that can be cut.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A listener that hands connections through to a broker. While it is cut, it closes them.
pub(crate) struct Cable {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    is_cut: bool,
    open: Vec<TcpStream>,
}

impl Cable {
    /// To the broker of this URL.
    pub(crate) fn to(url: &str) -> Self {
        let authority = url.rsplit('@').next().unwrap();
        let broker = authority.split('/').next().unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        std::thread::spawn(move || {
            for near in listener.incoming() {
                let mut state = shared.lock().unwrap();
                if state.is_cut {
                    continue;
                }
                let near = near.unwrap();
                let far = TcpStream::connect(&broker).unwrap();
                state.open.push(near.try_clone().unwrap());
                state.open.push(far.try_clone().unwrap());
                copy(near.try_clone().unwrap(), far.try_clone().unwrap());
                copy(far, near);
            }
        });
        Self { address, state }
    }

    /// The URL through it.
    pub(crate) fn url(&self, url: &str) -> String {
        let (credentials, rest) = url.rsplit_once('@').unwrap();
        let path = rest.split_once('/').map_or("", |(_, path)| path);
        format!("{credentials}@{}/{path}", self.address)
    }

    pub(crate) fn cut(&mut self) {
        let mut state = self.state.lock().unwrap();
        state.is_cut = true;
        for stream in state.open.drain(..) {
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
    }

    pub(crate) fn mend(&mut self) {
        self.state.lock().unwrap().is_cut = false;
    }
}

fn copy(mut from: TcpStream, mut to: TcpStream) {
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(std::net::Shutdown::Both);
    });
}
