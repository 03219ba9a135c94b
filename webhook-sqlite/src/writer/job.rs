//! An operation on its way to the writer, and its answer on the way back.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::oneshot::{self, Receiver, Sender};

use crate::failure::Failure;
use crate::ledger::Ledger;

/// An operation that waits for the writer.
pub(super) trait Job: Send {
    /// When the operation is given up.
    fn deadline(&self) -> Instant;
    /// Whether the caller has its answer, because the operation took too long.
    fn is_answered(&self) -> bool;
    /// Runs the operation, and keeps what it returned.
    fn run(&mut self, ledger: &mut Ledger<'_>) -> Result<(), Failure>;
    /// Answers what the operation returned. The transaction must be committed.
    fn succeed(&mut self);
    /// Answers that the operation failed.
    fn fail(&self, failure: Failure);
}

/// An operation that runs as `work`. A batch that failed runs it again, so it may run twice.
pub(super) struct Ask<T, W> {
    work: W,
    returned: Option<T>,
    reply: Arc<Reply<T>>,
    deadline: Instant,
}

impl<T, W> Ask<T, W>
where
    T: Send + 'static,
    W: FnMut(&mut Ledger<'_>) -> Result<T, Failure> + Send + 'static,
{
    /// The operation, the caller's end, and what the timer needs of it.
    pub(super) fn new(work: W, deadline: Instant) -> (Box<Self>, Receiver<Answer<T>>, Waiting) {
        let (sender, receiver) = oneshot::channel();
        let reply = Arc::new(Reply(Mutex::new(Some(sender))));
        let waiting = Waiting {
            deadline,
            reply: reply.clone(),
        };
        let job = Self {
            work,
            returned: None,
            reply,
            deadline,
        };
        (Box::new(job), receiver, waiting)
    }
}

impl<T, W> Job for Ask<T, W>
where
    T: Send + 'static,
    W: FnMut(&mut Ledger<'_>) -> Result<T, Failure> + Send + 'static,
{
    fn deadline(&self) -> Instant {
        self.deadline
    }

    fn is_answered(&self) -> bool {
        self.reply.is_answered()
    }

    fn run(&mut self, ledger: &mut Ledger<'_>) -> Result<(), Failure> {
        self.returned = None;
        self.returned = Some((self.work)(ledger)?);
        Ok(())
    }

    fn succeed(&mut self) {
        if let Some(returned) = self.returned.take() {
            self.reply.answer(Ok(returned));
        }
    }

    fn fail(&self, failure: Failure) {
        self.reply.answer(Err(failure));
    }
}

/// A writer that ends, in whatever way, leaves no caller waiting.
impl<T, W> Drop for Ask<T, W> {
    fn drop(&mut self) {
        let failure = || Failure::unknown("the writer ended while it had the operation");
        self.reply.answer_with(|| Err(failure()));
    }
}

pub(super) type Answer<T> = Result<T, Failure>;

/// The writer's end of an answer. The first answer counts: the timer may be earlier.
pub(super) struct Reply<T>(Mutex<Option<Sender<Answer<T>>>>);

impl<T> Reply<T> {
    fn answer(&self, answer: Answer<T>) {
        self.answer_with(|| answer);
    }

    fn answer_with(&self, answer: impl FnOnce() -> Answer<T>) {
        // Sent outside the lock, because it runs the caller's waker.
        let sender = self.sender().take();
        if let Some(sender) = sender {
            // A caller that is gone needs no answer.
            let _gone = sender.send(answer());
        }
    }

    fn sender(&self) -> MutexGuard<'_, Option<Sender<Answer<T>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An answer that is due at some time.
pub(super) struct Waiting {
    pub(super) deadline: Instant,
    reply: Arc<dyn Expire>,
}

impl Waiting {
    pub(super) fn is_answered(&self) -> bool {
        self.reply.is_answered()
    }

    pub(super) fn expire(&self) {
        self.reply.expire();
    }
}

trait Expire: Send + Sync {
    fn is_answered(&self) -> bool;
    fn expire(&self);
}

impl<T: Send> Expire for Reply<T> {
    fn is_answered(&self) -> bool {
        self.sender().is_none()
    }

    fn expire(&self) {
        self.answer_with(|| Err(Failure::unknown("SQLite did not answer in time")));
    }
}
