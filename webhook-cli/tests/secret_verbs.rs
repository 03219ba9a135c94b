//! `webhook secrets`: what operators do with the secrets of tenants.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use common::{Ended, end_of, folder, run, run_with_input};
use webhook_core::providers::{RAPYD, STRIPE};
use webhook_core::secret_store::KeyRing;
use webhook_sqlite::SqliteStore;
use webhook_test_services::Postgres;

const FIRST: &str = "whsec_first-0123456789abcdef";
const SECOND: &str = "whsec_second-0123456789abcdef";

/// A folder with a store and a file of keys.
struct Case {
    folder: PathBuf,
    place: String,
    keys: PathBuf,
    /// All that the commands have printed.
    shown: String,
}

impl Case {
    fn new(name: &str) -> Self {
        let folder = folder(name);
        let keys = folder.join("keys.txt");
        let key = run(&["secrets", "key", "--id", "old"]);
        assert_eq!(key.code, Some(0), "{key:?}");
        fs::write(&keys, &key.out).unwrap();
        Self {
            place: format!("sqlite:{}", folder.join("hooks.db").display()),
            keys,
            folder,
            shown: String::new(),
        }
    }

    fn run(&mut self, arguments: &[&str], input: &str) -> Ended {
        let mut all = vec!["secrets"];
        all.extend(arguments);
        all.extend(["--store", &self.place]);
        let keys = self.keys.to_str().unwrap();
        if ["put", "rotate", "rewrap"].contains(&arguments[0]) {
            all.extend(["--keys", keys]);
        }
        let ended = run_with_input(&all, input);
        self.shown.push_str(&ended.out);
        self.shown.push_str(&ended.err);
        ended
    }

    /// Runs a verb that has to succeed. Returns what it printed.
    #[track_caller]
    fn ok(&mut self, arguments: &[&str], input: &str) -> String {
        let ended = self.run(arguments, input);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:?}");
        ended.out
    }

    /// The list as JSON: setting, number, whether it has an end, and the key.
    fn listed(&mut self, arguments: &[&str]) -> Vec<(String, u64, bool, String)> {
        let out = self.ok(&[&["list", "--json"], arguments].concat(), "");
        let rows = out.lines().map(|line| {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
            assert!(text("created_at").starts_with("20"), "{line}");
            let place = format!(
                "{}/{}/{}",
                text("provider"),
                text("tenant"),
                text("setting")
            );
            let number = row["number"].as_u64().unwrap();
            (place, number, !row["ends_at"].is_null(), text("key_id"))
        });
        rows.collect()
    }

    /// What the tenant has, read by the library: how many secrets, and the names of its settings.
    fn found(&self, provider: &webhook_core::Provider, tenant: &str) -> Option<String> {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_all().build().unwrap();
        let store = SqliteStore::open(self.folder.join("hooks.db")).unwrap();
        let secrets = store.secrets(KeyRing::from_file(&self.keys).unwrap());
        let found = runtime.block_on(secrets.get(provider, tenant)).unwrap();
        drop((secrets, store));
        self.wait_until_closed();
        Some(format!("{:?}", found?.settings()))
    }

    /// The threads of a dropped store close its files, and the last connection removes the log: a
    /// file that a test has listed may be gone when it is read, or not be complete.
    fn wait_until_closed(&self) {
        let log = self.folder.join("hooks.db-wal");
        let deadline = Instant::now() + Duration::from_secs(60);
        while log.exists() {
            assert!(Instant::now() < deadline, "the store is still open");
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Checks that no value is in what was printed or in a file of the store.
    fn end(self, hidden: &[&str]) {
        let mut places = vec![("output".into(), self.shown.clone().into_bytes())];
        for file in fs::read_dir(&self.folder).unwrap() {
            let path = file.unwrap().path();
            let is_store = path.to_string_lossy().contains("hooks.db");
            places.extend(is_store.then(|| (path.clone(), fs::read(&path).unwrap())));
        }
        assert!(places.len() > 1, "there is a file of the store");
        for (place, bytes) in places {
            for value in hidden {
                let is_there = bytes
                    .windows(value.len())
                    .any(|part| part == value.as_bytes());
                assert!(!is_there, "{value} is in {}", place.display());
            }
        }
        fs::remove_dir_all(self.folder).unwrap();
    }
}

fn row(place: &str, number: u64, has_end: bool, key: &str) -> (String, u64, bool, String) {
    (place.to_owned(), number, has_end, key.to_owned())
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_secret_is_put_rotated_ended_and_revoked_and_never_shown() {
    let mut case = Case::new("secrets-life");
    assert_eq!(
        case.ok(&["put", "stripe", "acme"], &format!("{FIRST}\n")),
        "stored\n"
    );
    assert_eq!(case.ok(&["put", "stripe", "b\u{202e}ü"], FIRST), "stored\n");
    assert_eq!(
        case.listed(&["--tenant", "acme"]),
        [row("stripe/acme/", 1, false, "old")]
    );

    assert_eq!(
        case.ok(&["rotate", "stripe", "acme"], &format!("{SECOND}\r\n")),
        "rotated\n"
    );
    let both = [
        row("stripe/acme/", 1, true, "old"),
        row("stripe/acme/", 2, false, "old"),
    ];
    assert_eq!(
        case.listed(&["--provider", "stripe", "--tenant", "acme"]),
        both
    );
    assert_eq!(case.listed(&[]).len(), 3);
    assert!(case.listed(&["--provider", "github"]).is_empty());
    let table = case.ok(&["list"], "");
    let lines: Vec<_> = table.lines().collect();
    assert_eq!(lines.len(), 4, "{table}");
    let column = |name| lines[0].find(name).unwrap();
    for line in &lines[1..] {
        assert!(
            line.bytes().all(|byte| (b' '..=b'~').contains(&byte)),
            "{line}"
        );
        assert!(line[column("TENANT")..].starts_with('"'), "{line}");
        assert!(line[column("CREATED")..].starts_with("20"), "{line}");
        assert!(line[column("KEY")..].starts_with("old"), "{line}");
    }

    let ended = case.ok(&["end-previous", "stripe", "acme"], "");
    assert_eq!(ended, "previous secrets ended: 1\n");
    let ended = case.ok(&["end-previous", "stripe", "acme"], "");
    assert_eq!(ended, "previous secrets ended: 0\n");
    assert_eq!(
        case.listed(&["--tenant", "acme"]),
        [row("stripe/acme/", 2, false, "old")]
    );
    assert!(case.found(&STRIPE, "acme").is_some());

    let rotated = case.ok(&["rotate", "stripe", "acme", "--previous-for", "0"], FIRST);
    assert_eq!(rotated, "rotated\n");
    assert_eq!(
        case.listed(&["--tenant", "acme"]),
        [row("stripe/acme/", 3, false, "old")]
    );

    assert_eq!(case.ok(&["revoke", "stripe", "acme"], ""), "revoked\n");
    let again = case.ok(&["revoke", "stripe", "acme"], "");
    assert_eq!(
        again,
        "not revoked: the tenant has no secret at this provider\n"
    );
    assert!(case.found(&STRIPE, "acme").is_none());
    case.end(&["0123456789abcdef", "whsec_"]);
}

#[test]
fn settings_come_from_files_and_are_sealed_too() {
    let mut case = Case::new("secrets-settings");
    let setting = write(&case.folder, "access-key.txt", "access-0123456789\n");
    let setting = format!("access_key={setting}");
    let url = "https://hooks.acme.example/rapyd";
    let put = [
        "put",
        "rapyd",
        "acme",
        "--setting",
        &setting,
        "--public-url",
        url,
    ];
    case.ok(&put, "rapyd-secret-0123456789");
    let rows = [
        row("rapyd/acme/", 1, false, "old"),
        row("rapyd/acme/access_key", 2, false, "old"),
        row("rapyd/acme/public-url", 3, false, "old"),
    ];
    assert_eq!(case.listed(&[]), rows);
    assert_eq!(
        case.found(&RAPYD, "acme").as_deref(),
        Some(r#"{"access_key"}"#)
    );
    case.end(&["access-0123456789", "rapyd-secret", "hooks.acme.example"]);
}

#[test]
fn a_new_key_takes_over_and_what_does_not_open_is_reported() {
    let mut case = Case::new("secrets-rewrap");
    for tenant in ["a", "b", "c"] {
        case.ok(&["put", "stripe", tenant], FIRST);
    }
    let old = fs::read_to_string(&case.keys).unwrap();
    let fresh = run(&["secrets", "key", "--id", "new"]).out;
    fs::write(&case.keys, format!("# current\n{fresh}{old}")).unwrap();
    case.ok(&["put", "stripe", "c"], SECOND);
    assert_eq!(
        case.ok(&["rewrap"], ""),
        "rewrapped 2, overtaken 0, removed 0\n"
    );
    assert_eq!(
        case.ok(&["rewrap"], ""),
        "rewrapped 0, overtaken 0, removed 0\n"
    );
    assert!(case.listed(&[]).iter().all(|(.., key)| key == "new"));
    // The old key is not needed any more.
    fs::write(&case.keys, &fresh).unwrap();
    assert!(case.found(&STRIPE, "a").is_some());

    let another = run(&["secrets", "key", "--id", "another"]).out;
    fs::write(&case.keys, &another).unwrap();
    case.ok(&["put", "stripe", "d"], FIRST);
    let ended = case.run(&["rewrap"], "");
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let skipped = ended
        .out
        .lines()
        .filter(|line| line.starts_with("does not open: stripe"));
    assert_eq!(skipped.count(), 3, "{ended:?}");
    assert!(ended.err.contains("3 do not open"), "{ended:?}");
    let refused = case.run(&["rotate", "stripe", "a"], SECOND);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains(r#"no key "new""#), "{refused:?}");
    let (_, key) = another.trim().split_once(':').unwrap();
    let hidden = ["0123456789abcdef", key];
    case.end(&hidden);
}

#[test]
fn the_keys_come_from_the_environment_and_a_fresh_one_has_the_date_as_its_id() {
    let mut case = Case::new("secrets-keys");
    let key = run(&["secrets", "key"]).out;
    let (id, digits) = key.trim().split_once(':').unwrap();
    assert!(id.starts_with("20") && id.len() == 10, "{id}");
    assert_eq!(digits.len(), 44, "32 bytes in base64");
    let put = |keys: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_webhook"));
        command.args(["secrets", "put", "stripe", "acme", "--store", &case.place]);
        command
            .env_remove("WEBHOOK_SECRET_KEYS")
            .stdin(Stdio::piped());
        if let Some(keys) = keys {
            command.env("WEBHOOK_SECRET_KEYS", keys);
        }
        let secret = fs::File::open(write(&case.folder, "secret.txt", FIRST)).unwrap();
        end_of(command.stdin(secret))
    };
    for (keys, named) in [
        (None, "--keys or WEBHOOK_SECRET_KEYS"),
        (Some(""), "no key"),
        (Some("a:c2hvcnQ="), "5 bytes instead of 32"),
        (Some("hidden"), "has no id"),
    ] {
        let ended = put(keys);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.err.contains(named), "{ended:?}");
        assert!(!ended.err.contains("hidden"), "{ended:?}");
    }
    let ended = put(Some(&key));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(case.listed(&[]), [row("stripe/acme/", 1, false, id)]);
    case.end(&["0123456789abcdef", digits]);
}

#[test]
fn what_cannot_be_used_is_code_2_and_a_store_that_cannot_is_code_1() {
    let mut case = Case::new("secrets-refusals");
    case.ok(&["put", "stripe", "acme"], FIRST);
    let long = "x".repeat(65 * 1024);
    for (arguments, input, named) in [
        (&["put", "stripe", "acme"][..], "", "empty"),
        (&["put", "stripe", "acme"], "whsec_\n", "empty"),
        (
            &["put", "stripe", "acme"],
            " hidden-0123456789",
            "white space",
        ),
        (
            &["put", "standard-webhooks", "acme"],
            "whsec_hidden!",
            "base64",
        ),
        (&["put", "rapyd", "acme"], "hidden-0123456789", "access_key"),
        (
            &["put", "stripe", "acme", "--fetched"],
            "",
            "configure the key",
        ),
        (&["put", "stripe", ""], "hidden-0123456789", "TENANT"),
        (&["put", "stripe", "acme"], &long, "64 KiB"),
        (&["put", "nobody", "acme"], "hidden", "webhook providers"),
        (
            &["put", "stripe", "acme", "--setting", "hidden"],
            "",
            "NAME=FILE",
        ),
        (
            &["put", "stripe", "acme", "--setting", "a=/no/such/file"],
            FIRST,
            "/no/such/file",
        ),
        (&["rotate", "stripe", "nobody"], FIRST, "put the first one"),
        (
            &["rotate", "stripe", "acme", "--previous-for", "1w"],
            FIRST,
            "number with a unit",
        ),
    ] {
        let ended = case.run(arguments, input);
        assert_eq!(ended.code, Some(2), "{arguments:?}: {ended:?}");
        assert!(ended.err.contains(named), "{arguments:?}: {ended:?}");
        let is_argument = arguments.contains(&"hidden");
        assert!(is_argument || !ended.err.contains("hidden"), "{ended:?}");
    }
    assert_eq!(case.listed(&[]), [row("stripe/acme/", 1, false, "old")]);
    let keys = case.keys.to_str().unwrap();
    for (place, code) in [
        ("memory", 1),
        ("redis://127.0.0.1:1", 1),
        ("sqlite:/no/such/folder/hooks.db", 1),
        ("hidden", 2),
    ] {
        let put = [
            "secrets", "put", "stripe", "acme", "--keys", keys, "--store", place,
        ];
        let ended = run_with_input(&put, FIRST);
        assert_eq!(ended.code, Some(code), "{place}: {ended:?}");
        assert!(!ended.err.contains("hidden"), "{ended:?}");
    }
    let missing = format!("sqlite:{}", case.folder.join("missing.db").display());
    let ended = run(&["secrets", "list", "--store", &missing]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    case.end(&["0123456789abcdef"]);
}

#[test]
fn a_secret_is_not_typed_on_a_terminal() {
    let case = Case::new("secrets-terminal");
    let keys = case.keys.to_str().unwrap();
    let spawn = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
    let ended = end_of(
        Command::new("python3")
            .args([
                "-c",
                spawn,
                env!("CARGO_BIN_EXE_webhook"),
                "secrets",
                "put",
                "stripe",
            ])
            .args(["acme", "--keys", keys, "--store", &case.place])
            .stdin(Stdio::null()),
    );
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.out.contains("stdin: is a terminal"), "{ended:?}");
    fs::remove_dir_all(case.folder).unwrap();
}

#[test]
fn the_secrets_in_postgres_are_the_same_verbs() {
    let Some(postgres) = Postgres::find() else {
        return;
    };
    let mut case = Case::new("secrets-postgres");
    // The database is shared, and no other test has this tenant.
    let tenant = format!("tenant-{}", std::process::id());
    let sqlite = std::mem::replace(&mut case.place, postgres.url().to_owned());
    case.ok(&["put", "stripe", &tenant], FIRST);
    case.ok(&["rotate", "stripe", &tenant], SECOND);
    let place = format!("stripe/{tenant}/");
    let both = [row(&place, 1, true, "old"), row(&place, 2, false, "old")];
    assert_eq!(
        case.listed(&["--provider", "stripe", "--tenant", &tenant]),
        both
    );
    let ended = case.ok(&["end-previous", "stripe", &tenant], "");
    assert_eq!(ended, "previous secrets ended: 1\n");
    assert_eq!(case.ok(&["revoke", "stripe", &tenant], ""), "revoked\n");
    assert!(case.listed(&["--tenant", &tenant]).is_empty());
    case.place = sqlite;
    case.ok(&["put", "stripe", "acme"], FIRST);
    case.end(&["0123456789abcdef", "whsec_"]);
}
