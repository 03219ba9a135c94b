//! A server that the program forwards to.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::{Receiver as Requests, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::Request;

/// A server that tells of each request, and answers what a test says.
pub(crate) struct Receiver {
    address: String,
    requests: Requests<Request>,
    answer: Arc<Mutex<Option<u16>>>,
}

impl Receiver {
    /// Starts one that answers 200.
    pub(crate) fn start() -> Self {
        Self::start_with(Some)
    }

    /// Starts one that answers 200, over TLS for the name `localhost`.
    pub(crate) fn start_with_tls() -> Self {
        let pem = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls");
        let certificate = CertificateDer::from_pem_file(pem.join("server.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_file(pem.join("server.key.pem")).unwrap();
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let config = ServerConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let config = Arc::new(config);
        Self::start_with(move |stream| {
            let connection = ServerConnection::new(config.clone()).ok()?;
            Some(StreamOwned::new(connection, stream))
        })
    }

    fn start_with<S: Read + Write>(
        open: impl Fn(TcpStream) -> Option<S> + Clone + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (send, requests) = channel();
        let answer = Arc::new(Mutex::new(Some(200)));
        let shared = answer.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (open, send, answer) = (open.clone(), send.clone(), shared.clone());
                thread::spawn(move || {
                    let stream = open(stream.unwrap()).unwrap();
                    serve(stream, &send, &answer);
                });
            }
        });
        Self {
            address,
            requests,
            answer,
        }
    }

    pub(crate) fn port(&self) -> &str {
        self.address.rsplit_once(':').unwrap().1
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/in", self.address)
    }

    /// What it answers from now on. `None`: it keeps silent.
    pub(crate) fn answers(&self, status: Option<u16>) {
        *self.answer.lock().unwrap() = status;
    }

    /// The next request.
    pub(crate) fn request(&self) -> Request {
        self.requests
            .recv_timeout(Duration::from_secs(20))
            .expect("a request")
    }

    /// Whether nothing has arrived that was not taken.
    pub(crate) fn is_quiet(&self) -> bool {
        self.requests.try_recv().is_err()
    }
}

/// Serves a connection until the client closes it.
fn serve(stream: impl Read + Write, requests: &Sender<Request>, answer: &Mutex<Option<u16>>) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        if requests.send(request).is_err() {
            return;
        }
        let Some(status) = *answer.lock().unwrap() else {
            // Until the client closes.
            let _ = reader.read(&mut [0]);
            return;
        };
        let head = format!("HTTP/1.1 {status} S\r\ncontent-type: text/plain\r\n");
        let answer = format!("{head}content-length: 5\r\n\r\ninner");
        if reader.get_mut().write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<impl Read>) -> Option<Request> {
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        Some(line.trim_end().to_owned())
    };
    let first = line()?;
    let (method, rest) = first.split_once(' ')?;
    let mut request = Request::new(method, rest.split(' ').next()?);
    while let Some((name, value)) = line()?.split_once(": ") {
        request = request.header(&name.to_ascii_lowercase(), value);
    }
    let length = request.value("content-length")?.parse().ok()?;
    request.body = vec![0; length];
    reader.read_exact(&mut request.body).ok()?;
    Some(request)
}
