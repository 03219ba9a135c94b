//! A file of which a page became noise. SQLite keeps no checksums, and finds what is malformed. The
//! seal of a stored delivery finds the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::Duration;

use webhook_axum::inbox::{InboxTable as _, JobFilter, JobInfo, JobState, TakeRequest};
use webhook_core::replay::Owner;
use webhook_core::{Claimed, Endpoint, RejectionKind};
use webhook_sqlite::{OpenErrorKind, SqliteStore};

use crate::bench::{body, deliver, endpoint, inbox};
use crate::common::Database;

const EVENTS: usize = 60;
const PAGE: usize = 4096;
/// A body takes about a half of a page.
const PADDING: usize = 1500;

/// What became of a damaged file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// It is not opened.
    Refused,
    /// Something could not be read, and was an error.
    Error,
    /// All of it was read, and what was changed did not open or was parked.
    NotOpened,
    /// What was damaged was not in use.
    Whole,
}

fn event(number: usize) -> String {
    format!("evt_{number}")
}

/// The bytes of a file with stored deliveries.
async fn whole_file(database: &Database) -> Vec<u8> {
    let endpoint = endpoint(SqliteStore::open(database.file()).unwrap().inbox());
    for number in 0..EVENTS {
        let delivered = deliver(&endpoint, body(&event(number), PADDING)).await;
        assert!(matches!(delivered, Ok(Claimed::Stored(_))));
    }
    drop(endpoint);
    // The last connection removes the log.
    let log = database.file().with_extension("db-wal");
    while log.exists() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    fs::read(database.file()).unwrap()
}

/// Asserts that no answer about a damaged file is wrong.
async fn end_of(path: &Path) -> End {
    let store = match SqliteStore::open(path) {
        Ok(store) => store,
        Err(error) => {
            let is_clear = matches!(
                error.kind(),
                OpenErrorKind::Damaged
                    | OpenErrorKind::NotADatabase
                    | OpenErrorKind::OtherTables
                    | OpenErrorKind::SchemaVersion { .. }
            );
            assert!(is_clear, "{error}");
            assert!(
                error.to_string().contains(path.to_str().unwrap()),
                "{error}"
            );
            return End::Refused;
        }
    };
    let (inbox, endpoint) = (inbox(store.inbox()), endpoint(store.inbox()));
    let is_stored = is_accepted(&endpoint, "evt_new").await;
    let mut end = if is_stored { End::Whole } else { End::Error };
    let owner = Owner::from_bits(1);
    let request = TakeRequest::new(owner, 100, Duration::from_secs(60));
    let taken = inbox.table().take(&request);
    let Ok(taken) = taken.await else {
        return End::Error;
    };
    let mut opened = BTreeSet::new();
    for job in &taken.jobs {
        match inbox.open(&endpoint, job) {
            Ok(found) => {
                let id = found.delivery.id().unwrap().to_owned();
                let expected = body(&id, PADDING);
                assert_eq!(*found.delivery.raw(), *expected.as_bytes(), "{id}");
                assert!(opened.insert(id), "a job is there twice");
            }
            Err(_) => end = end.min(End::NotOpened),
        }
    }
    assert!(!is_stored || opened.contains("evt_new"), "a wrong 200");
    let unseen = EVENTS + usize::from(is_stored) - taken.jobs.len();
    if unseen > 0 {
        // Passed over, so that the others go on. People see it.
        match inbox.table().list(&JobFilter::default(), None, 1000).await {
            Ok(listed) => {
                let parked = |job: &&JobInfo| job.state == JobState::Parked;
                assert_eq!(listed.jobs.iter().filter(parked).count(), unseen);
                end = end.min(End::NotOpened);
            }
            Err(_) => end = end.min(End::Error),
        }
    }
    end
}

/// Whether a delivery is answered 200. Otherwise it is answered 503.
async fn is_accepted(endpoint: &Endpoint, event: &str) -> bool {
    match deliver(endpoint, body(event, PADDING)).await {
        Ok(Claimed::Stored(_)) => true,
        Ok(other) => panic!("{other:?}"),
        Err(rejection) => {
            assert_eq!(
                rejection.kind(),
                RejectionKind::StoreUnavailable,
                "{rejection:?}"
            );
            false
        }
    }
}

#[tokio::test]
async fn no_page_of_noise_is_handled_or_makes_a_wrong_200() {
    let database = Database::new();
    let whole = whole_file(&database).await;
    let mut random = fastrand::Rng::with_seed(7);
    let mut ends: BTreeMap<End, usize> = BTreeMap::new();
    for (number, start) in (0..whole.len()).step_by(PAGE).enumerate() {
        let path = database.file().with_file_name(format!("{number}.db"));
        let mut bytes = whole.clone();
        random.fill(&mut bytes[start..start + PAGE]);
        fs::write(&path, bytes).unwrap();
        *ends.entry(end_of(&path).await).or_default() += 1;
    }
    println!("{ends:?}");
    assert!(ends[&End::Refused] > 20, "{ends:?}");
}

/// A part of a body becomes another text, which no database can tell.
#[tokio::test]
async fn a_body_that_was_changed_on_the_disk_does_not_open() {
    let database = Database::new();
    let whole = whole_file(&database).await;
    let mut ends: BTreeMap<End, usize> = BTreeMap::new();
    for number in 0..EVENTS {
        let event = event(number).repeat(3);
        let mut bytes = whole.clone();
        // Also where SQLite has left an old copy.
        for at in 0..bytes.len() - event.len() {
            let text = &mut bytes[at..at + event.len()];
            if text == event.as_bytes() {
                text[event.len() - 1] ^= 1;
            }
        }
        let path = database.file().with_file_name(format!("{number}.db"));
        fs::write(&path, bytes).unwrap();
        *ends.entry(end_of(&path).await).or_default() += 1;
    }
    assert_eq!(ends, [(End::NotOpened, EVENTS)].into());
}
