//! `webhook inbox`.

use serde_json::{Value, json};

use crate::common::{Ended, Receiver, Server, run};
use crate::setup::{SECRET, State, config, forward, send};

/// A server whose receiver wants none of these events.
fn dead(state: &State, count: usize) -> (Server, Receiver) {
    let receiver = Receiver::start();
    receiver.answers(Some(410));
    let mut forward = forward(&receiver);
    forward["give_up_on"] = json!([410]);
    let server = state.start(&config(&json!({"forward": forward})));
    for number in 0..count {
        send(&server, &format!("d-{number}"));
    }
    state.wait_for(&["--state", "dead"], count);
    (server, receiver)
}

fn ok(ended: &Ended) -> &str {
    assert_eq!(ended.code, Some(0), "{ended:?}");
    &ended.out
}

fn shown(state: &State, id: &Value) -> Value {
    let ended = state.inbox(&["show", &id.to_string(), "--json"]);
    serde_json::from_str(ok(&ended)).unwrap()
}

#[test]
fn what_failed_is_listed_shown_and_redriven_and_who_did_it_is_kept() {
    let state = State::new("verbs-redrive");
    let (server, receiver) = dead(&state, 3);
    let all = state.list(&[
        "--state",
        "dead",
        "--error",
        "status 410",
        "--route",
        "/hooks/github",
    ]);
    assert_eq!(all.len(), 3);
    let none = [
        ["--provider", "stripe"],
        ["--tenant", "acme"],
        ["--consumer", "github/mail"],
        ["--type", "push"],
        ["--accepted-before", "1h ago"],
        ["--accepted-after", "2999-01-01T00:00:00Z"],
    ];
    for filter in none {
        assert!(state.list(&filter).is_empty(), "{filter:?}");
    }
    let first = all[0]["id"].to_string();
    let both = ["--id", &first, "--id", "4711"];
    assert_eq!(state.list(&both).len(), 1);
    assert_eq!(state.list(&["--limit", "2"]).len(), 2);
    let text = state.inbox(&["list", "--type", "ping", "--accepted-after", "1h"]);
    assert_eq!(ok(&text).lines().count(), 4, "{text:?}");
    assert_eq!(ok(&text).matches(r#""status 410""#).count(), 3, "{text:?}");

    let job = state.inbox(&["show", &first]);
    assert!(ok(&job).contains("attempt 1 failed at 20"), "{job:?}");
    assert!(!ok(&job).contains("zen"), "the body is shown: {job:?}");
    let job = state.inbox(&["show", &first, "--body"]);
    assert!(
        ok(&job).contains(r#"{"padding":"","zen":"d-0"}"#),
        "{job:?}"
    );

    let dry = state.inbox(&["redrive", "--state", "dead", "--dry-run"]);
    assert!(ok(&dry).ends_with("would redrive 3\n"), "{dry:?}");
    assert_eq!(state.list(&["--state", "dead"]).len(), 3);
    while !receiver.is_quiet() {}

    receiver.answers(Some(200));
    let why = ["--by", "ana", "--why", "the receiver is back"];
    let redriven = state.inbox(&[&["redrive", "--id", &first][..], &why].concat());
    assert!(ok(&redriven).starts_with("redriven 1 "), "{redriven:?}");
    let done = state.wait_for(&["--state", "done"], 1);
    let job = shown(&state, &done[0]["id"]);
    let kept = &job["changes"][0];
    assert_eq!(kept["verb"], "requeue");
    assert_eq!(
        (&kept["by"], &kept["why"]),
        (&json!("ana"), &json!("the receiver is back"))
    );
    assert_eq!(job["attempts_failed"][0]["error"], "status 410");
    assert!(job.get("body").is_none());

    let redriven = state.inbox(&["redrive", "--all", "--per-second", "1000", "--json"]);
    let said: Value = serde_json::from_str(ok(&redriven)).unwrap();
    assert_eq!(
        (&said["redriven"], &said["stopped"]),
        (&json!(2), &json!(false))
    );
    state.wait_for(&["--state", "done"], 3);
    drop(server);
}

#[test]
fn a_redrive_that_only_makes_dead_letters_stops() {
    let state = State::new("verbs-stops");
    let (server, _receiver) = dead(&state, 60);
    let arguments = ["redrive", "--state", "dead", "--per-second", "20"];
    let ended = state.inbox(&arguments);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(
        ended.err.contains("stopped: the last 20 events"),
        "{ended:?}"
    );
    assert!(ended.err.contains("failed again"), "{ended:?}");
    let redriven = ended.out.strip_prefix("redriven ").unwrap();
    let redriven: u32 = redriven.split(' ').next().unwrap().parse().unwrap();
    assert!((20..60).contains(&redriven), "{ended:?}");
    state.wait_for(&["--state", "dead"], 60);
    drop(server);
}

#[test]
fn a_redrive_is_cancelled_by_ctrl_c() {
    use std::process::{Command, Stdio};
    let state = State::new("verbs-cancel");
    let (server, _receiver) = dead(&state, 20);
    let mut command = Command::new(env!("CARGO_BIN_EXE_webhook"));
    command.args([
        "inbox",
        "redrive",
        "--all",
        "--per-second",
        "1",
        "--state-dir",
        state.text(),
    ]);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It has begun as soon as one of them has another attempt behind it.
    let again = |job: &Value| shown(&state, &job["id"])["changes"] != json!([]);
    while !again(&state.list(&["--limit", "1"])[0]) {}
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains("cancelled, about redriven"), "{said}");
    drop(server);
}

#[test]
fn due_events_are_parked_and_dropped_with_a_reason() {
    let state = State::new("verbs-drop");
    let receiver = Receiver::start();
    receiver.answers(Some(500));
    let mut all: Value =
        serde_json::from_str(&config(&json!({"forward": forward(&receiver)}))).unwrap();
    all["_server"]["worker"]["retry_first_secs"] = json!(3600);
    all["_server"]["worker"]["retry_cap_secs"] = json!(3600);
    let server = state.start(&all.to_string());
    for id in ["d-1", "d-2"] {
        send(&server, id);
        receiver.request();
    }
    state.wait_for(&["--state", "due", "--error", "status 500"], 2);
    let parked = state.inbox(&["park", "--limit", "1", "--state", "due"]);
    assert_eq!(ok(&parked), "parked 1\n");
    let stats = state.inbox(&["stats"]);
    assert_eq!(
        ok(&stats),
        "due 1, running 0, dead 0, parked 1; not behind\n"
    );
    let stats = state.inbox(&["stats", "--json"]);
    let stats: Value = serde_json::from_str(ok(&stats)).unwrap();
    assert_eq!(
        (&stats["parked"], &stats["behind_secs"]),
        (&json!(1), &json!(0))
    );

    for arguments in [&["drop", "--all"][..], &["drop", "--all", "--why", " "]] {
        let ended = state.inbox(arguments);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.err.contains("--why"), "{ended:?}");
    }
    let why = ["--why", "test events"];
    let dry = state.inbox(&[&["drop", "--all", "--dry-run"][..], &why].concat());
    assert!(ok(&dry).ends_with("would drop 2\n"), "{dry:?}");
    let dropped = state.inbox(&[&["drop", "--all"][..], &why].concat());
    assert_eq!(ok(&dropped), "dropped 2\n");
    let job = shown(&state, &state.list(&["--state", "dropped"])[0]["id"]);
    let verbs: Vec<_> = job["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|kept| &kept["verb"])
        .collect();
    assert_eq!(verbs, ["park", "drop"]);
    assert!(!job["changes"][1]["by"].as_str().unwrap().is_empty());

    let dry = state.inbox(&[
        "prune",
        "--bodies-after",
        "0",
        "--records-after",
        "0",
        "--dry-run",
    ]);
    assert_eq!(ok(&dry), "would remove at most 2 bodies and 2 records\n");
    let pruned = state.inbox(&["prune", "--bodies-after", "0", "--records-after", "0"]);
    assert_eq!(ok(&pruned), "removed 2 bodies and 2 records\n");
    assert!(state.list(&[]).is_empty());
    drop(server);
}

#[test]
fn what_cannot_be_meant_is_code_2_and_what_cannot_be_opened_code_1() {
    let state = State::new("verbs-codes");
    let server = state.start(&config(&json!({"exec": ["true"]})));
    for (arguments, code, said) in [
        (&["redrive"][..], 2, "--all"),
        (&["park"], 2, "--all"),
        (&["drop", "--why", "x"], 2, "--all"),
        (
            &["redrive", "--state", "done"],
            2,
            "done events cannot be changed by `redrive`",
        ),
        (&["park", "--state", "dead"], 2, "--state"),
        (&["list", "--state", "sleeping"], 2, "parked"),
        (&["list", "--provider", "nobody"], 2, "no provider"),
        (&["list", "--accepted-after", "yesterday"], 2, "RFC 3339"),
        (
            &["redrive", "--all", "--per-second", "0"],
            2,
            "--per-second",
        ),
        (&["show", "4711"], 2, "no event has this id"),
    ] {
        let ended = state.inbox(arguments);
        assert_eq!(ended.code, Some(code), "{ended:?}");
        let is_said = ended.err.contains(said) || said == "RFC 3339" && ended.err.contains("2h");
        assert!(is_said && ended.out.is_empty(), "{ended:?}");
    }
    drop(server);
    for (place, code) in [
        (&["--inbox", "hidden"][..], 2),
        (&["--inbox", "memory"], 1),
        (&["--inbox", "sqlite:/no/such/folder/hooks.db"], 1),
        (&["--state-dir", env!("CARGO_TARGET_TMPDIR")], 1),
        (&[], 2),
    ] {
        let ended = run(&[&["inbox", "stats"], place].concat());
        assert_eq!(ended.code, Some(code), "{ended:?}");
        assert!(!ended.err.contains("hidden"), "{ended:?}");
        assert!(!ended.err.contains(SECRET), "{ended:?}");
    }
}
