//! Bodies that end, fail, stall, or never end.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake};
use std::time::Duration;

use bytes::Bytes;
use common::{begin, builder, endpoint, rejected, signed};
use tokio::time::Instant;
use webhook_core::{Answer, MemoryStore, RejectionKind};
use webhook_runtime::policy::CHUNKS_PER_POLL;
use webhook_runtime::{BodyIntake, BodyResult, TrackedEndpoint, UnverifiedLimit};

type Chunk = Option<Result<Option<Bytes>, ()>>;

/// The refusal of a body, which closes its connection.
fn refused(result: BodyResult) -> RejectionKind {
    let BodyResult::Refused(rejection) = result else {
        panic!("not refused: {result:?}");
    };
    let answer = Answer::from(&rejection);
    let mut headers = answer.headers();
    assert!(headers.any(|(name, value)| (name, &*value) == ("connection", "close")));
    rejection.kind()
}

async fn poll(body: &mut BodyIntake, mut next: impl FnMut() -> Poll<Chunk>) -> BodyResult {
    poll_fn(|cx| body.poll(cx, |_| next())).await
}

#[tokio::test]
async fn a_body_ends_with_none_and_trailers_are_dropped() {
    let (endpoint, sent) = (endpoint(), signed("evt_1"));
    let half = sent.body.len() / 2;
    let mut chunks = [
        Some(sent.body.slice(..half)),
        Some(Bytes::new()),
        Some(sent.body.slice(half..)),
        None,
    ]
    .into_iter();
    let mut body = begin(&endpoint, &sent, None);
    let result = poll(&mut body, || Poll::Ready(chunks.next().map(Ok))).await;
    assert!(matches!(result, BodyResult::Event { .. }));
}

#[tokio::test]
async fn a_body_that_fails_is_refused_and_counted() {
    let (endpoint, sent) = (endpoint(), signed("evt_1"));
    let mut body = begin(&endpoint, &sent, None);
    let result = poll(&mut body, || Poll::Ready(Some(Err(())))).await;
    assert_eq!(refused(result), RejectionKind::BodyError);
    assert_eq!(rejected(&endpoint, RejectionKind::BodyError), 1);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stalls_is_refused_after_its_time() {
    let limit = Duration::from_secs(3);
    let builder = builder().body_timeout(limit).store(MemoryStore::new());
    let endpoint = TrackedEndpoint::new(builder.build().unwrap());
    let start = Instant::now();
    // One that never ends, too.
    for chunk in [Poll::Pending, Poll::Ready(Some(Ok(None)))] {
        let mut body = begin(&endpoint, &signed("evt_1"), None);
        let reading = poll(&mut body, || chunk.clone());
        let passes = async {
            loop {
                tokio::time::advance(Duration::from_millis(100)).await;
            }
        };
        let result = tokio::select! {
            result = reading => result,
            () = passes => unreachable!("time passes without end"),
        };
        assert_eq!(refused(result), RejectionKind::BodyTimeout);
    }
    assert_eq!(rejected(&endpoint, RejectionKind::BodyTimeout), 2);
    assert!(start.elapsed() >= 2 * limit);
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn a_body_without_end_lets_others_have_their_turn() {
    let endpoint = endpoint();
    let mut body = begin(&endpoint, &signed("evt_1"), None);
    let woken = Arc::new(Woken(AtomicBool::new(false)));
    let waker = Arc::clone(&woken).into();
    let mut polls = 0;
    let polled = body.poll(&mut Context::from_waker(&waker), |_| {
        polls += 1;
        Poll::Ready(Some(Ok::<_, ()>(Some(Bytes::from_static(b" ")))))
    });
    assert!(polled.is_pending());
    assert_eq!(polls, CHUNKS_PER_POLL);
    assert!(woken.0.load(Ordering::SeqCst), "it comes back");
}

#[tokio::test]
async fn bytes_count_as_unverified_until_the_body_is_verified_or_refused() {
    let (endpoint, sent) = (endpoint(), signed("evt_1"));
    let limit = UnverifiedLimit::new(sent.body.len());
    let mut body = begin(&endpoint, &sent, Some(&limit));
    let mut chunks = [Some(sent.body.clone())].into_iter();
    let result = poll(&mut body, || {
        let chunk = chunks.next().map(|chunk| Ok(Some(chunk.unwrap())));
        if chunk.is_none() {
            assert_eq!(limit.held(), sent.body.len());
        }
        Poll::Ready(chunk)
    });
    assert!(matches!(result.await, BodyResult::Event { .. }));
    assert_eq!(limit.held(), 0, "verified");

    let mut body = begin(&endpoint, &sent, Some(&limit));
    let chunk = Bytes::from(vec![b' '; sent.body.len()]);
    let result = poll(&mut body, || Poll::Ready(Some(Ok(Some(chunk.clone())))));
    assert_eq!(refused(result.await), RejectionKind::Overloaded);
    assert_eq!(rejected(&endpoint, RejectionKind::Overloaded), 1);
    assert_eq!(limit.held(), 0, "refused, while the body is still there");
}
