//! Which files open, and which are refused. What is refused is never replaced.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fs;
#[cfg(target_os = "linux")]
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use common::{Folder, acquire, handle, is_done, key, request};
use rusqlite::Connection;
use webhook_core::{ReplayStore as _, StoreErrorKind};
use webhook_sqlite::{OpenErrorKind, SCHEMA, SqliteStore};

/// The error of opening a file. The file must be as it was.
fn refused(path: &Path) -> OpenErrorKind {
    let before = fs::read(path).ok();
    let error = SqliteStore::open(path).unwrap_err();
    assert_eq!(fs::read(path).ok(), before, "{error} changed the file");
    let text = error.to_string();
    assert!(
        text.contains(path.file_name().unwrap().to_str().unwrap()),
        "{text}"
    );
    error.kind()
}

/// A store with ten done records, closed.
async fn ten_done(path: &Path) {
    let store = SqliteStore::open(path).unwrap();
    for n in 0..10 {
        handle(&store, &key(n)).await;
    }
    drop(store);
    common::wait_until_closed(path);
}

#[tokio::test]
async fn a_new_file_is_made_and_opens_again_with_its_records() {
    let folder = Folder::new();
    ten_done(&folder.file()).await;
    let store = SqliteStore::open(folder.file()).unwrap();
    for n in 0..10 {
        assert!(is_done(&store, &key(n)).await);
    }
    let names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(names.iter().all(|name| !name.contains("new")), "{names:?}");
}

#[test]
fn what_is_not_a_database_is_refused_and_stays_as_it_is() {
    let folder = Folder::new();
    assert_eq!(refused(folder.path()), OpenErrorKind::NotAFile);
    for (content, kind) in [
        (&b""[..], OpenErrorKind::Empty),
        (b"SQLite", OpenErrorKind::NotADatabase),
        (b"SQLite format 3", OpenErrorKind::NotADatabase),
        (
            b"{ \"records\": [] } ........................",
            OpenErrorKind::NotADatabase,
        ),
        (&[0; 8192], OpenErrorKind::NotADatabase),
    ] {
        fs::write(folder.file(), content).unwrap();
        assert_eq!(refused(&folder.file()), kind, "{content:?}");
    }
    fs::write(
        folder.file(),
        [&b"SQLite format 3\0"[..], &[0; 8192]].concat(),
    )
    .unwrap();
    assert_eq!(refused(&folder.file()), OpenErrorKind::NotADatabase);
}

#[test]
fn names_without_a_file_are_refused() {
    for name in ["", "/", "..", ":memory:"] {
        let error = SqliteStore::open(name).unwrap_err();
        assert_eq!(error.kind(), OpenErrorKind::NotAFile, "{name:?}");
    }
    let folder = Folder::new();
    let error = SqliteStore::open(folder.path().join("absent/hooks.db")).unwrap_err();
    assert_eq!(error.kind(), OpenErrorKind::Io);
}

#[test]
fn a_file_that_must_exist_is_not_made() {
    let folder = Folder::new();
    let open = || SqliteStore::builder(folder.file()).must_exist().open();
    assert_eq!(open().unwrap_err().kind(), OpenErrorKind::Missing);
    assert!(!folder.file().exists());
    drop(SqliteStore::open(folder.file()).unwrap());
    open().unwrap();
}

#[tokio::test]
async fn a_file_that_was_cut_is_refused() {
    let folder = Folder::new();
    ten_done(&folder.file()).await;
    let whole = fs::read(folder.file()).unwrap();
    for length in [16, 100, 512, 4096, 4097, 8192, whole.len() - 4096] {
        fs::write(folder.file(), &whole[..length]).unwrap();
        let kind = refused(&folder.file());
        let expected = [OpenErrorKind::Damaged, OpenErrorKind::NotADatabase];
        assert!(expected.contains(&kind), "{length} bytes: {kind:?}");
    }
}

#[test]
fn tables_of_a_later_version_are_refused() {
    let folder = Folder::new();
    drop(SqliteStore::open(folder.file()).unwrap());
    common::wait_until_closed(&folder.file());
    let raw = Connection::open(folder.file()).unwrap();
    for found in [2, 0, -1, i64::MAX] {
        raw.execute("update webhook_store set version = ?1", [found])
            .unwrap();
        raw.execute_batch("pragma wal_checkpoint(truncate)")
            .unwrap();
        let known = 1;
        assert_eq!(
            refused(&folder.file()),
            OpenErrorKind::SchemaVersion { found, known }
        );
    }
}

#[test]
fn tables_that_are_not_those_of_the_store_are_refused() {
    for sql in [
        "create table webhook_key (id integer primary key)",
        "drop table webhook_group",
        "drop index webhook_key_dead",
        "alter table webhook_key drop column note",
        "alter table webhook_store rename column last_epoch to highest",
    ] {
        let folder = Folder::new();
        if !sql.starts_with("create") {
            drop(SqliteStore::open(folder.file()).unwrap());
            common::wait_until_closed(&folder.file());
        }
        let raw = Connection::open(folder.file()).unwrap();
        raw.execute_batch(sql).unwrap();
        raw.execute_batch("pragma wal_checkpoint(truncate)")
            .unwrap();
        assert_eq!(refused(&folder.file()), OpenErrorKind::OtherTables, "{sql}");
    }
    let folder = Folder::new();
    drop(SqliteStore::open(folder.file()).unwrap());
    common::wait_until_closed(&folder.file());
    let raw = Connection::open(folder.file()).unwrap();
    raw.execute_batch("delete from webhook_store; pragma wal_checkpoint(truncate)")
        .unwrap();
    assert_eq!(refused(&folder.file()), OpenErrorKind::Damaged);
}

#[tokio::test]
async fn the_tables_can_be_made_by_the_applications_own_migrations() {
    let folder = Folder::new();
    let raw = Connection::open(folder.file()).unwrap();
    raw.execute_batch("create table paid (invoice text) strict")
        .unwrap();
    raw.execute_batch("insert into paid values ('in_1')")
        .unwrap();
    raw.pragma_update(None, "user_version", 17).unwrap();
    raw.execute_batch(SCHEMA).unwrap();
    let store = SqliteStore::open(folder.file()).unwrap();
    handle(&store, &key(1)).await;
    assert!(is_done(&store, &key(1)).await);
}

#[tokio::test]
async fn a_file_of_the_application_keeps_its_data_and_its_version() {
    let folder = Folder::new();
    let raw = Connection::open(folder.file()).unwrap();
    raw.execute_batch("create table paid (invoice text) strict")
        .unwrap();
    raw.execute_batch("insert into paid values ('in_1')")
        .unwrap();
    raw.pragma_update(None, "user_version", 17).unwrap();
    let store = SqliteStore::open(folder.file()).unwrap();
    handle(&store, &key(1)).await;
    let paid: i64 = raw
        .query_row("select count(*) from paid", [], |row| row.get(0))
        .unwrap();
    let version: i64 = raw
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!((paid, version), (1, 17));
}

#[tokio::test]
async fn a_file_that_is_moved_or_replaced_fails_operations_and_is_not_begun_anew() {
    let folder = Folder::new();
    let (file, moved) = (folder.file(), folder.path().join("moved.db"));
    let store = SqliteStore::open(&file).unwrap();
    handle(&store, &key(1)).await;
    let fails = async || {
        let answer = store.claim(&key(1), &request()).await;
        assert_eq!(answer.unwrap_err().kind(), StoreErrorKind::Unavailable);
        let answer = store.claim(&key(2), &request()).await;
        assert_eq!(answer.unwrap_err().kind(), StoreErrorKind::Unavailable);
    };
    fs::rename(&file, &moved).unwrap();
    fails().await;
    assert!(!file.exists());
    fs::copy(&moved, &file).unwrap();
    fails().await;
    fs::rename(&moved, &file).unwrap();
    assert!(is_done(&store, &key(1)).await);
    let _lease = acquire(&store, &key(2)).await;
}

/// Root writes everywhere, so the store is opened by a process of another user.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_written_is_refused() {
    use std::os::unix::fs::{PermissionsExt as _, chown};
    use std::os::unix::process::CommandExt as _;

    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    for (what, file_mode, folder_mode) in [("file", 0o444, 0o755), ("folder", 0o644, 0o555)] {
        let folder = Folder::new();
        drop(SqliteStore::open(folder.file()).unwrap());
        common::wait_until_closed(&folder.file());
        // The child of another user needs a program that it can read.
        let program = folder.path().join("program");
        fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
        let mut child = std::process::Command::new(&program);
        if is_root {
            child.uid(NOBODY);
            for path in [folder.path(), &folder.file(), &program] {
                chown(path, Some(NOBODY), None).unwrap();
            }
        }
        let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode));
        set(&folder.file(), file_mode).unwrap();
        set(folder.path(), folder_mode).unwrap();
        let child = child.args(["--ignored", "--exact", "child", "--nocapture"]);
        let output = child.env("CHILD_FILE", folder.file()).output().unwrap();
        set(folder.path(), 0o755).unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("kind: ReadOnly"), "{what}: {said}");
    }
}

#[cfg(target_os = "linux")]
const NOBODY: u32 = 65534;

#[test]
#[ignore = "a process that another test starts"]
fn child() {
    if let Some(file) = std::env::var_os("CHILD_FILE") {
        println!("kind: {:?}", SqliteStore::open(file).unwrap_err().kind());
    }
}
