//! Programs that handle events.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::{Server, free_port, github};
use crate::setup::{SECRET, State, config, metric, send, with_worker};

/// Writes a script that the server can run.
fn script(state: &State, name: &str, text: &str) -> String {
    let path = state.path().join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    let all = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&path, all).unwrap();
    path.to_str().unwrap().to_owned()
}

fn wait_for_file(path: &Path) -> String {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        match std::fs::read_to_string(path) {
            Ok(text) if text.ends_with('\n') => return text,
            _ => assert!(Instant::now() < deadline, "no {}", path.display()),
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_program_gets_the_body_and_what_is_known_of_the_event() {
    let state = State::new("exec-facts");
    let out = state.path().join("out");
    let text = "env > $2.env; cat > $2.body; echo \"$1\" > $2; echo said by the program";
    let handle = script(&state, "handle", text);
    let entries = json!({"consumers": {"ledger": {"exec": {
        "command": [handle, "an argument; with $HOME", out.to_str().unwrap()],
        "env": {"COLOUR": "green", "TOKEN": {"env": "HANDLE_TOKEN"}},
    }}}});
    let variables = [("HANDLE_TOKEN", "hidden"), ("NOT_FOR_IT", "hidden-too")];
    let arguments = ["--state", state.text()];
    let server = Server::start_with(&config(&entries), &arguments, &variables);
    let delivery = github(SECRET, "d-1", "ping", 200_000);
    let delivery = delivery.header("content-type", "application/json");
    assert_eq!(server.send(&delivery).status, 200);
    assert_eq!(wait_for_file(&out), "an argument; with $HOME\n");
    state.wait_for(&["--state", "done"], 1);
    let body = std::fs::read(state.path().join("out.body")).unwrap();
    assert!(body == delivery.body, "{} bytes", body.len());
    let env = std::fs::read_to_string(state.path().join("out.env")).unwrap();
    let job = &state.list(&[])[0];
    let key = format!("WEBHOOK_KEY={}", job["key"].as_str().unwrap());
    let accepted = format!(
        "WEBHOOK_ACCEPTED_AT={}",
        job["accepted_at"].as_str().unwrap()
    );
    for line in [
        "WEBHOOK_PROVIDER=github",
        "WEBHOOK_ROUTE=github",
        "WEBHOOK_CONSUMER=ledger",
        "WEBHOOK_ATTEMPT=1",
        "WEBHOOK_CONTENT_TYPE=application/json",
        // GitHub signs neither.
        "WEBHOOK_UNSIGNED_ID=d-1",
        "WEBHOOK_UNSIGNED_TYPE=ping",
        "COLOUR=green",
        "TOKEN=hidden",
        key.as_str(),
        accepted.as_str(),
    ] {
        assert!(env.lines().any(|known| known == line), "no {line} in {env}");
    }
    for name in [
        "WEBHOOK_ID=",
        "WEBHOOK_TYPE=",
        "WEBHOOK_TENANT=",
        "NOT_FOR_IT=",
    ] {
        assert!(
            !env.lines().any(|line| line.starts_with(name)),
            "{name} in {env}"
        );
    }
    let log = server.stop();
    assert!(log.contains("said by the program"), "{log}");
    assert_eq!(log.matches("event handled").count(), 1, "{log}");
}

#[test]
fn exit_codes_say_what_becomes_of_an_event() {
    for (code, state_name, error, attempts) in [
        ("exit 0", "done", Value::Null, 1),
        ("exit 100", "dead", json!("exit 100"), 1),
        ("exit 75", "dead", json!("exit 75"), 2),
        ("exit 1", "dead", json!("exit 1"), 2),
        ("kill -9 $$", "dead", json!("signal 9"), 2),
    ] {
        let state = State::new("exec-codes");
        let entries = json!({"exec": ["/bin/sh", "-c", code]});
        let server = state.start(&with_worker(&entries, &json!({"max_attempts": 2})));
        send(&server, "d-1");
        let found = state.wait_for(&["--state", state_name], 1);
        assert_eq!(found[0]["error"], error, "{code}: {found:?}");
        assert_eq!(found[0]["attempts"], attempts, "{code}: {found:?}");
    }
}

/// The samples of the attempts of the route `github`.
fn attempts(outcome: &str) -> String {
    format!(
        "webhook_attempts_total{{route=\"github\",provider=\"github\",consumer=\"github\",\
         outcome=\"{outcome}\"}}"
    )
}

#[test]
fn every_run_is_counted_by_what_became_of_it() {
    let state = State::new("exec-counts");
    let ends = "case $WEBHOOK_UNSIGNED_ID in d-0) exit 0;; d-100) exit 100;; esac; exit 1";
    let entries = json!({"exec": ["/bin/sh", "-c", ends]});
    let address = format!("127.0.0.1:{}", free_port());
    let arguments = ["--state", state.text(), "--metrics", &address];
    let config = with_worker(&entries, &json!({"max_attempts": 3}));
    let server = Server::start_with(&config, &arguments, &[]);
    for outcome in ["done", "failed", "given_up", "parked", "interrupted"] {
        assert_eq!(metric(&address, &attempts(outcome)), Some(0), "{outcome}");
    }
    for code in [0, 1, 100] {
        send(&server, &format!("d-{code}"));
    }
    state.wait_for(&["--state", "done"], 1);
    state.wait_for(&["--state", "dead"], 2);
    for (outcome, count) in [
        ("done", 1),
        // The last of them has ended the event.
        ("failed", 3),
        ("given_up", 1),
        ("parked", 0),
        ("interrupted", 0),
    ] {
        assert_eq!(
            metric(&address, &attempts(outcome)),
            Some(count),
            "{outcome}"
        );
    }
}

#[test]
fn a_run_that_outlives_its_configuration_is_counted() {
    let state = State::new("exec-reload");
    let go = state.path().join("go");
    let wait = "until [ -e $0 ]; do sleep 0.05; done";
    let entries = json!({"exec": ["/bin/sh", "-c", wait, go.to_str().unwrap()]});
    let address = format!("127.0.0.1:{}", free_port());
    let arguments = ["--state", state.text(), "--metrics", &address];
    let server = Server::start_with(&config(&entries), &arguments, &[]);
    send(&server, "d-1");
    state.wait_for(&["--state", "running"], 1);
    server.reload(&config(&entries));
    server.wait_for_log("configuration reloaded", 1);
    std::fs::write(&go, "").unwrap();
    state.wait_for(&["--state", "done"], 1);
    assert_eq!(metric(&address, &attempts("done")), Some(1));
    drop(server);
}

/// Neither the program nor what it has started outlives its time.
#[test]
fn a_program_that_takes_too_long_is_killed_with_all_that_it_has_started() {
    let state = State::new("exec-timeout");
    let out = state.path().join("pid");
    let text = "sleep 1000 & echo $! > $1.tmp; mv $1.tmp $1; wait";
    let handle = script(&state, "handle", text);
    let entries = json!({"exec": {"command": [handle, out.to_str().unwrap()], "timeout_secs": 1}});
    let server = state.start(&with_worker(&entries, &json!({"max_attempts": 1})));
    send(&server, "d-1");
    let pid = wait_for_file(&out);
    let dead = state.wait_for(&["--state", "dead"], 1);
    assert_eq!(dead[0]["error"], "timeout");
    is_gone(pid.trim());
    drop(server);
}

#[test]
fn what_a_program_leaves_behind_is_killed() {
    let state = State::new("exec-leaves");
    let out = state.path().join("pid");
    let handle = script(&state, "handle", "sleep 1000 & echo $! > $1");
    let entries = json!({"exec": [handle, out.to_str().unwrap()]});
    let server = state.start(&config(&entries));
    send(&server, "d-1");
    let pid = wait_for_file(&out);
    state.wait_for(&["--state", "done"], 1);
    is_gone(pid.trim());
    drop(server);
}

fn is_gone(pid: &str) {
    let deadline = Instant::now() + Duration::from_secs(20);
    let stat = format!("/proc/{pid}/stat");
    // A zombie waits for whoever inherits it.
    let runs = || std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z "));
    while runs() {
        assert!(Instant::now() < deadline, "{pid} still runs");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn no_more_programs_run_at_once_than_the_limit() {
    let state = State::new("exec-limit");
    let folder = state.path().join("running");
    std::fs::create_dir(&folder).unwrap();
    let text = "mkdir $1/$$; ls $1 | wc -l >> $2; sleep 0.2; rmdir $1/$$";
    let handle = script(&state, "handle", text);
    let counts = state.path().join("counts");
    let command = [&handle, folder.to_str().unwrap(), counts.to_str().unwrap()];
    let entries = json!({"exec": {"command": command, "max_running": 2}});
    let server = state.start(&config(&entries));
    for number in 0..8 {
        send(&server, &format!("d-{number}"));
    }
    state.wait_for(&["--state", "done"], 8);
    let counts = std::fs::read_to_string(counts).unwrap();
    let counts: Vec<u32> = counts
        .lines()
        .map(|line| line.trim().parse().unwrap())
        .collect();
    assert_eq!(counts.iter().max(), Some(&2), "{counts:?}");
    drop(server);
}

#[test]
fn a_program_that_reads_nothing_does_not_block() {
    let state = State::new("exec-unread");
    let server = state.start(&config(&json!({"exec": ["true"]})));
    let delivery = github(SECRET, "d-1", "ping", 2_000_000);
    assert_eq!(server.send(&delivery).status, 200);
    state.wait_for(&["--state", "done"], 1);
    drop(server);
}
