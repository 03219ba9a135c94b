//! What is old leaves as fast as it comes.

use tokio::time::sleep;
use webhook_core::Endpoint;
use webhook_inbox::Inbox;
use webhook_worker::Worker;

use crate::bench::{SECOND, SECRET, Seen, done, durable, keys, memory};
use crate::faulty::Faulty;

/// A table that gets thousands of deliveries a second would grow for ever otherwise.
#[tokio::test(start_paused = true)]
async fn a_worker_prunes_until_nothing_old_is_left() {
    let inbox = Inbox::new(Faulty::new(memory()).with_old_bodies(1_000_000), keys());
    let endpoint = durable(Endpoint::stripe(SECRET), inbox.clone());
    let worker = Worker::new(inbox.clone())
        .consumer(done(&Seen::default(), &endpoint))
        .spawn()
        .unwrap();
    // It looks every minute.
    sleep(SECOND * 55).await;
    assert_eq!(inbox.table().old_bodies(), 0);
    worker.drain(SECOND).await;
}
