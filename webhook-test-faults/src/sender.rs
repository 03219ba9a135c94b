//! A sender that retries until each delivery is accepted, over connections that stay open.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use webhook_axum::{Signer, providers};

use crate::{Failure, SECRET};

/// How long an answer may take. A receiver that was killed gives none.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is sent, in which order, and to whom.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) ports: Vec<u16>,
    pub(crate) ids: u64,
    pub(crate) connections: usize,
    pub(crate) seed: u64,
    /// The events, each as often as it is delivered, shuffled.
    pub(crate) deliveries: Vec<u64>,
}

/// What came back.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub(crate) accepted: AtomicU64,
    /// How often each status came. Zero: the connection ended instead.
    pub(crate) statuses: Mutex<BTreeMap<u16, u64>>,
}

impl Heard {
    fn count(&self, status: u16) {
        let mut statuses = self.statuses.lock().unwrap_or_else(PoisonError::into_inner);
        *statuses.entry(status).or_default() += 1;
    }
}

impl Plan {
    pub(crate) fn new(
        ports: Vec<u16>,
        deliveries: u64,
        ids: u64,
        connections: usize,
        seed: u64,
    ) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut deliveries: Vec<u64> = (0..deliveries).map(|n| n % ids).collect();
        random.shuffle(&mut deliveries);
        Self {
            ports,
            ids,
            connections,
            seed,
            deliveries,
        }
    }
}

/// Sends everything.
pub(crate) async fn send_all(plan: Arc<Plan>, heard: Arc<Heard>) -> Result<(), Failure> {
    let signer = Arc::new(Signer::new(providers::STRIPE, SECRET)?);
    let mut senders = JoinSet::new();
    for connection in 0..plan.connections {
        let (plan, heard, signer) = (Arc::clone(&plan), Arc::clone(&heard), Arc::clone(&signer));
        senders.spawn(async move { send_share(connection, &plan, &heard, &signer).await });
    }
    while let Some(ended) = senders.join_next().await {
        ended?;
    }
    Ok(())
}

/// Sends what belongs to one connection.
async fn send_share(connection: usize, plan: &Plan, heard: &Heard, signer: &Signer) {
    let seed = plan.seed ^ (connection as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut random = fastrand::Rng::with_seed(seed);
    let mut open: BTreeMap<u16, TcpStream> = BTreeMap::new();
    for event in plan
        .deliveries
        .iter()
        .skip(connection)
        .step_by(plan.connections)
    {
        loop {
            let port = plan.ports[random.usize(..plan.ports.len())];
            let status = attempt(port, &mut open, signer, *event).await.unwrap_or(0);
            heard.count(status);
            if status == 200 {
                heard.accepted.fetch_add(1, Ordering::Relaxed);
                break;
            }
            sleep(Duration::from_millis(random.u64(20..100))).await;
        }
    }
}

/// Sends one attempt and returns the status.
async fn attempt(
    port: u16,
    open: &mut BTreeMap<u16, TcpStream>,
    signer: &Signer,
    event: u64,
) -> Result<u16, Failure> {
    let mut stream = match open.remove(&port) {
        Some(stream) => stream,
        None => TcpStream::connect(("127.0.0.1", port)).await?,
    };
    let signed = signer.sign_now(format!(r#"{{"id":"evt_{event}","type":"storm"}}"#));
    let mut request = "POST / HTTP/1.1\r\nhost: localhost\r\n".to_owned();
    for (name, value) in &signed.headers {
        request += &format!("{name}: {value}\r\n");
    }
    request += &format!("content-length: {}\r\n\r\n", signed.body.len());
    let mut request = request.into_bytes();
    request.extend_from_slice(&signed.body);
    let (status, keeps) = timeout(PATIENCE, async {
        stream.write_all(&request).await?;
        answer(&mut stream).await
    })
    .await??;
    if keeps {
        open.insert(port, stream);
    }
    Ok(status)
}

/// The status of an answer, and whether the connection can be used again.
async fn answer(stream: &mut TcpStream) -> Result<(u16, bool), Failure> {
    let mut read = Vec::new();
    let end = loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut read).await? == 0 {
            return Err("the connection ended".into());
        }
    };
    let head = std::str::from_utf8(&read[..end])?.to_ascii_lowercase();
    let status = head.get(9..12).ok_or("no status")?.parse()?;
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.map_or(Ok(0), str::parse)?;
    while read.len() < end + length {
        if stream.read_buf(&mut read).await? == 0 {
            return Err("the connection ended".into());
        }
    }
    Ok((status, !head.contains("connection: close")))
}
