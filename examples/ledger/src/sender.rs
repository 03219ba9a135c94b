//! A sender like Stripe: it sends every event, some of them twice, and retries until it gets a 200.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::sleep;
use webhook_axum::{Signer, providers};

use crate::Failure;
use crate::app::{PATH, SECRET};

/// Requests at the same time.
const AT_ONCE: usize = 32;

/// What was sent, and what came back.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// Requests that were answered 200.
    pub(crate) accepted: AtomicU64,
    /// Requests that were answered otherwise, or not at all.
    pub(crate) retried: AtomicU64,
}

/// The amount of an event, in cents.
pub(crate) fn cents(event: u64) -> i64 {
    i64::try_from(event % 997).unwrap_or(0) + 1
}

/// Sends deliveries `0..deliveries` of events `0..events`, each until it is accepted.
pub(crate) async fn send_all(
    port: u16,
    deliveries: u64,
    events: u64,
    sent: Arc<Sent>,
) -> Result<(), Failure> {
    let signer = Arc::new(Signer::new(providers::STRIPE, SECRET)?);
    let at_once = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    for delivery in 0..deliveries {
        let turn = Arc::clone(&at_once).acquire_owned().await?;
        let (signer, sent) = (Arc::clone(&signer), Arc::clone(&sent));
        tasks.spawn(async move {
            let _turn = turn;
            // Each event is followed closely by its copies, out of order.
            let event = delivery * 7919 % deliveries % events;
            while !matches!(send(port, &signer, event).await, Ok(200)) {
                sent.retried.fetch_add(1, Ordering::Relaxed);
                sleep(Duration::from_millis(50)).await;
            }
            sent.accepted.fetch_add(1, Ordering::Relaxed);
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended?;
    }
    Ok(())
}

/// Sends an event as a new attempt, and returns the status of the answer.
async fn send(port: u16, signer: &Signer, event: u64) -> Result<u16, Failure> {
    let cents = cents(event);
    let signed = signer.sign_now(format!(
        r#"{{"id":"evt_{event}","type":"invoice.paid","data":{{"object":{{"amount_paid":{cents}}}}}}}"#
    ));
    let mut request = format!("POST {PATH} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
    for (name, value) in &signed.headers {
        request += &format!("{name}: {value}\r\n");
    }
    request += &format!("content-length: {}\r\n\r\n", signed.body.len());
    let mut connection = TcpStream::connect(("127.0.0.1", port)).await?;
    connection.write_all(request.as_bytes()).await?;
    connection.write_all(&signed.body).await?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await?;
    let status = answer.get(9..12).ok_or("no answer")?;
    Ok(std::str::from_utf8(status)?.parse()?)
}
