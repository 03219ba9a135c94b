//! Tells other processes that something was stored.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::database::{Protocol, Repeat};
use crate::sql::InboxStatements;
use crate::store::Shared;
use crate::value::Value;

/// The time between two notifications of a process. Each of them locks a queue that all databases of
/// the server share.
const PAUSE: Duration = Duration::from_millis(50);
/// The time before a server that does not let anybody listen is asked again.
const AGAIN: Duration = Duration::from_secs(1);

/// What `notifying` adds to an inbox. The tasks start when they are first needed, and end with it.
pub(super) struct Notices {
    store: Arc<Shared>,
    /// At most one notification waits.
    sender: OnceLock<mpsc::Sender<()>>,
    listener: OnceLock<Listener>,
    /// Up to which notification a caller has heard.
    seen: AtomicU64,
}

struct Listener {
    heard: watch::Receiver<u64>,
    task: JoinHandle<()>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Notices {
    pub(super) fn new(store: Arc<Shared>) -> Self {
        Self {
            store,
            sender: OnceLock::new(),
            listener: OnceLock::new(),
            seen: AtomicU64::new(0),
        }
    }

    /// Has a notification sent soon, if none waits. It does not wait for it.
    pub(super) fn send(&self) {
        let sender = self.sender.get_or_init(|| {
            let (sender, asked) = mpsc::channel(1);
            tokio::spawn(send_all(Arc::clone(&self.store), asked));
            sender
        });
        // One that waits already tells of this as well.
        let _waits = sender.try_send(());
    }

    /// Waits for a notification that no call has heard before.
    pub(super) async fn heard(&self) {
        if self.store.database.protocol() != Protocol::Prepared {
            return std::future::pending().await;
        }
        let listener = self.listener.get_or_init(|| {
            let (sender, heard) = watch::channel(0);
            let task = tokio::spawn(listen(Arc::clone(&self.store), sender));
            Listener { heard, task }
        });
        let mut heard = listener.heard.clone();
        let last = *heard.borrow_and_update();
        if self.seen.swap(last, SeqCst) != last {
            return;
        }
        if heard.changed().await.is_err() {
            // The runtime is shutting down.
            return std::future::pending().await;
        }
        self.seen.store(*heard.borrow(), SeqCst);
    }
}

impl fmt::Debug for Notices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notices").finish_non_exhaustive()
    }
}

async fn send_all(store: Arc<Shared>, mut asked: mpsc::Receiver<()>) {
    let (sql, channel) = (InboxStatements::new(&store.names), store.names.channel());
    while asked.recv().await.is_some() {
        let values = [Value::from(channel.as_bytes())];
        let mut operation = store.inbox.others.operation();
        // It is a hint: workers look by themselves as well.
        let _lost = operation.run(&sql.notify, &values, Repeat::Yes).await;
        sleep(PAUSE).await;
    }
}

async fn listen(store: Arc<Shared>, heard: watch::Sender<u64>) {
    let options = store.inbox.others.connect_options();
    let pool = PgPoolOptions::new().max_connections(1);
    let pool = pool.connect_lazy_with(options);
    loop {
        // It ends with an error that the next round may not have.
        let _error = hear(&pool, &store.names.channel(), &heard).await;
        sleep(AGAIN).await;
    }
}

async fn hear(
    pool: &sqlx::PgPool,
    channel: &str,
    heard: &watch::Sender<u64>,
) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(channel).await?;
    loop {
        // Also at the beginning, and after a connection was lost: something may have been missed.
        heard.send_modify(|count| *count = count.wrapping_add(1));
        listener.try_recv().await?;
    }
}
