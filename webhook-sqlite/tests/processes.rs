//! Several processes on one file, and processes that are killed.
//!
//! The processes are this test program again: it runs the ignored test `child`, with the work in
//! environment variables.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use common::{Folder, is_done, key, mixed, request};
use tokio::task::JoinSet;
use webhook_core::ReplayStore as _;
use webhook_core::replay::{Claim, Commit};
use webhook_sqlite::SqliteStore;

const SEED: u64 = 20_270_115;

/// What a child says: a key that it has acquired or committed, and the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    Acquired(u64, u64),
    Done(u64, u64),
}

impl Said {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let (what, n, epoch) = (words.next()?, words.next()?, words.next()?);
        let (n, epoch) = (n.parse().ok()?, epoch.parse().ok()?);
        match what {
            "acquired" => Some(Self::Acquired(n, epoch)),
            "done" => Some(Self::Done(n, epoch)),
            _ => None,
        }
    }
}

/// Runs `clients` tasks. Each claims the keys `first..first + count` in its own order, and commits
/// what it acquires. A claim that is in flight is asked again.
fn start(file: &Path, clients: u64, first: u64, count: u64) -> Child {
    let program = Command::new(std::env::current_exe().unwrap());
    start_program(program, file, clients, first, count)
}

fn start_program(mut program: Command, file: &Path, clients: u64, first: u64, count: u64) -> Child {
    program
        .args(["--ignored", "--exact", "child", "--nocapture"])
        .env("CHILD_FILE", file)
        .env("CHILD_CLIENTS", clients.to_string())
        .env("CHILD_FIRST", first.to_string())
        .env("CHILD_COUNT", count.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a process that other tests start"]
async fn child() {
    let Ok(file) = std::env::var("CHILD_FILE") else {
        return;
    };
    let number = |name: &str| -> u64 { std::env::var(name).unwrap().parse().unwrap() };
    let (first, count) = (number("CHILD_FIRST"), number("CHILD_COUNT"));
    let store = SqliteStore::open(file).unwrap();
    say("ready");
    std::io::stdin().read_line(&mut String::new()).unwrap();
    if number("CHILD_CLIENTS") == 0 {
        work_until_an_error(&store, first..first + count).await;
        return say("end");
    }
    let mut tasks = JoinSet::new();
    for client in 0..number("CHILD_CLIENTS") {
        let store = store.clone();
        tasks.spawn(async move {
            for at in 0..count {
                // Each client begins somewhere else, and meets the others.
                let n = first + (at + client * 37) % count;
                work(&store, n).await;
            }
        });
    }
    tasks.join_all().await;
    say("end");
}

async fn work(store: &SqliteStore, n: u64) {
    loop {
        match store.claim(&key(n), &request()).await.unwrap() {
            Claim::Acquired(lease) => {
                let epoch = lease.epoch();
                say(&format!("acquired {n} {epoch}"));
                assert_eq!(store.commit(&lease, None).await.unwrap(), Commit::Committed);
                say(&format!("done {n} {epoch}"));
                return;
            }
            Claim::InFlight { .. } => tokio::time::sleep(Duration::from_millis(1)).await,
            Claim::Done { .. } => return,
            other => panic!("{n} got {other:?}"),
        }
    }
}

/// Like [`work`], and ends with the first error. Says which keys are known to be done.
async fn work_until_an_error(store: &SqliteStore, keys: std::ops::Range<u64>) {
    let mut done = Vec::new();
    for n in keys {
        let committed = match store.claim(&key(n), &request()).await {
            Ok(Claim::Acquired(lease)) => store.commit(&lease, Some(&[7; 4096])).await,
            Ok(other) => panic!("{n} got {other:?}"),
            Err(error) => Err(error),
        };
        match committed {
            Ok(commit) => assert_eq!(commit, Commit::Committed),
            Err(error) => {
                say(&format!("failed {:?}", error.kind()));
                break;
            }
        }
        say(&format!("done {n} 1"));
        done.push(n);
    }
    for n in done {
        assert!(
            is_done(store, &key(n)).await,
            "{n} is not answered on a full disk"
        );
    }
}

/// One write a line, so that a kill leaves whole lines.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// Waits until the children have opened the store, and then has them begin.
fn begin<const N: usize>(mut children: [Child; N]) -> [(Child, Lines); N] {
    let mut lines = children
        .each_mut()
        .map(|child| BufReader::new(child.stdout.take().unwrap()).lines());
    for lines in &mut lines {
        assert!(
            lines.any(|line| line.unwrap() == "ready"),
            "a process failed"
        );
    }
    for child in &mut children {
        child.stdin.take().unwrap().write_all(b"go\n").unwrap();
    }
    let mut lines = lines.into_iter();
    children.map(|child| (child, lines.next().unwrap()))
}

type Lines = std::io::Lines<BufReader<ChildStdout>>;

/// Everything that the child says until it ends, or until `enough` says so, and it is killed.
fn listen(
    (mut child, mut lines): (Child, Lines),
    enough: impl Fn(usize) -> bool,
) -> (Vec<Said>, bool) {
    let mut said = Vec::new();
    let mut is_complete = false;
    while let Some(Ok(line)) = lines.next() {
        is_complete |= line == "end";
        said.extend(Said::parse(&line));
        if enough(said.len()) {
            child.kill().unwrap();
            // What it had said before the kill counts too.
            said.extend(
                lines
                    .by_ref()
                    .map_while(Result::ok)
                    .filter_map(|line| Said::parse(&line)),
            );
            break;
        }
    }
    child.wait().unwrap();
    (said, is_complete)
}

#[tokio::test]
async fn of_two_processes_with_many_clients_exactly_one_runs_each_delivery() {
    let folder = Folder::new();
    const KEYS: u64 = 2000;
    let children = begin([0, 1].map(|_| start(&folder.file(), 32, 0, KEYS)));
    let mut runs: BTreeMap<u64, Vec<Said>> = BTreeMap::new();
    let threads = children.map(|child| std::thread::spawn(|| listen(child, |_| false)));
    for thread in threads {
        let (said, is_complete) = thread.join().unwrap();
        println!("a process ran {} deliveries", said.len() / 2);
        assert!(is_complete, "a process failed");
        assert!(
            !said.is_empty(),
            "a process ran nothing: the other one kept the lock"
        );
        for said in said {
            let (Said::Acquired(n, _) | Said::Done(n, _)) = said;
            runs.entry(n).or_default().push(said);
        }
    }
    assert_eq!(runs.len() as u64, KEYS);
    for (n, run) in &runs {
        assert!(
            matches!(run[..], [Said::Acquired(..), Said::Done(..)]),
            "{n}: {run:?}"
        );
    }
    let mut epochs = BTreeSet::new();
    let all_differ = runs.values().all(|run| epochs.insert(epoch(run[0])));
    assert!(all_differ, "two claims have the same epoch");
}

#[tokio::test]
async fn of_a_killed_process_nothing_that_was_answered_is_lost_and_no_epoch_goes_back() {
    println!("seed {SEED}");
    let folder = Folder::new();
    let mut last_epoch = 0;
    let mut lines = 0;
    for round in 0..25 {
        let first = round * 1000;
        let kill_after = 1 + mixed(SEED + round) % 400;
        let [child] = begin([start(&folder.file(), 16, first, 1000)]);
        let (said, is_complete) = listen(child, |lines| lines as u64 >= kill_after);
        assert!(!is_complete, "the process was faster than its kill");
        lines += said.len();

        let store = SqliteStore::open(folder.file()).unwrap();
        let done: BTreeSet<u64> = said.iter().filter_map(|said| done(*said)).collect();
        for n in &done {
            assert!(
                is_done(&store, &key(*n)).await,
                "round {round}: {n} is lost"
            );
        }
        let highest = said.iter().map(|said| epoch(*said)).max().unwrap();
        assert!(highest > last_epoch, "round {round}");
        // Claims that were answered and not committed are in flight, until their lease ends.
        for said in &said {
            if let Said::Acquired(n, _) = said
                && !done.contains(n)
            {
                let claim = store.claim(&key(*n), &request()).await.unwrap();
                let is_known = matches!(claim, Claim::InFlight { .. } | Claim::Done { .. });
                assert!(is_known, "round {round}: {n} got {claim:?}");
            }
        }
        last_epoch = common::handle(&store, &key(1_000_000 + round)).await;
        assert!(
            last_epoch > highest,
            "round {round}: {last_epoch} after {highest}"
        );
    }
    assert!(lines > 1000, "{lines}");
}

/// A limit on the size of files stands for a full disk.
#[cfg(unix)]
#[test]
fn of_a_process_whose_disk_is_full_nothing_that_was_answered_is_lost() {
    let folder = Folder::new();
    let mut shell = Command::new("sh");
    // Eight MiB, in units of 512 bytes or of 1024. The signal is ignored, so the write fails.
    let limit = "trap '' XFSZ; ulimit -f 16384; exec \"$0\" \"$@\"";
    shell
        .arg("-c")
        .arg(limit)
        .arg(std::env::current_exe().unwrap());
    let [child] = begin([start_program(shell, &folder.file(), 0, 0, 100_000)]);
    let (said, is_complete) = listen(child, |_| false);
    assert!(is_complete, "the process failed");
    assert!(said.len() > 100 && said.len() < 10_000, "{}", said.len());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let store = SqliteStore::open(folder.file()).unwrap();
        for n in said.iter().filter_map(|said| done(*said)) {
            assert!(is_done(&store, &key(n)).await, "{n} is lost");
        }
        common::handle(&store, &key(200_000)).await;
    });
}

fn epoch(said: Said) -> u64 {
    let (Said::Acquired(_, epoch) | Said::Done(_, epoch)) = said;
    epoch
}

fn done(said: Said) -> Option<u64> {
    match said {
        Said::Done(n, _) => Some(n),
        Said::Acquired(..) => None,
    }
}
