//! Routes whose events are stored, and the workers that run them.

use std::time::Duration;

use webhook_axum::inbox::{Inbox, KeyRing, MemoryInbox, SealKeys};

use super::{parse, refused, routes_with};
use crate::config::file::Format;
use crate::config::{Config, Destination, Sink, WorkerSettings};
use crate::store::{AnyInbox, StoreInbox};

const FORWARD: &str = r#""forward":{"to":"http://127.0.0.1:9/in","without_credential":true}"#;

fn inbox() -> StoreInbox {
    let keys = KeyRing::new([("a", [7; 32])]).unwrap();
    let table = AnyInbox::Memory(MemoryInbox::new());
    Inbox::new(table, SealKeys::new(&keys))
}

fn route(provider: &str, entries: &str) -> String {
    let entries = entries.replace("FORWARD", FORWARD);
    let entries = entries.replace("MANIFEST", env!("CARGO_MANIFEST_DIR"));
    format!(
        r#"{{"shop":{{"provider":"{provider}","secret":"0123456789abcdef0123456789abcdef",
            "url":"https://shop.example/","#
    ) + &entries
        + "}}"
}

/// The destination of a route, with an inbox or without.
fn read(provider: &str, entries: &str, has_inbox: bool) -> Result<Destination, String> {
    let text = route(provider, entries);
    let config = Config::parse(text.as_bytes(), Format::Json).unwrap();
    let routes = routes_with(&config, has_inbox.then(inbox), false);
    let mut routes = routes.map_err(|error| error.to_string())?;
    Ok(routes.remove(0).destination)
}

#[test]
fn a_route_that_forwards_stores_if_it_can_and_nothing_speaks_against_it() {
    let passes = FORWARD.replace("true", r#"true,"pass_response":true"#);
    for (provider, entries, has_inbox, is_stored) in [
        ("github", "FORWARD", true, true),
        ("github", "FORWARD", false, false),
        ("github", r#"FORWARD,"durable":true"#, true, true),
        ("github", r#"FORWARD,"durable":false"#, true, false),
        ("github", r#"FORWARD,"durable":false"#, false, false),
        // The sender is to get the receiver's answer.
        ("github", &passes, true, false),
        // Questions are answered at once, and the rest is stored.
        ("slack", &passes, true, true),
    ] {
        let found = read(provider, entries, has_inbox).unwrap();
        let found = matches!(found, Destination::Stored(_));
        assert_eq!(found, is_stored, "{provider} {entries} {has_inbox}");
    }
}

#[test]
fn each_consumer_has_its_lane_and_its_sink() {
    let consumers = r#""consumers":{"ledger":{FORWARD},"mail":{"exec":["true","-v"]}}"#;
    let Destination::Stored(consumers) = read("github", consumers, true).unwrap() else {
        panic!("not stored");
    };
    let lanes: Vec<_> = consumers.iter().map(|one| one.lane.as_str()).collect();
    assert_eq!(lanes, ["shop/ledger", "shop/mail"]);
    assert!(matches!(consumers[0].sink, Sink::Forward(_)));
    let Sink::Exec(program) = &consumers[1].sink else {
        panic!("no program");
    };
    assert!(program.path().is_absolute(), "{program:?}");
    assert_eq!(
        (program.time(), program.at_once()),
        (Duration::from_secs(30), 4)
    );
    let with =
        r#""exec":{"command":["/bin/true"],"timeout_secs":7,"max_running":9,"env":{"A":""}}"#;
    let Destination::Stored(alone) = read("github", with, true).unwrap() else {
        panic!("not stored");
    };
    assert_eq!(alone[0].lane, "shop");
    let Sink::Exec(program) = &alone[0].sink else {
        panic!("no program");
    };
    assert_eq!(
        (program.time(), program.at_once()),
        (Duration::from_secs(7), 9)
    );
}

#[test]
fn every_refusal_names_the_route_and_the_key() {
    for (entries, key, problem) in [
        (
            r#""exec":["true"],FORWARD"#,
            "exec",
            "contradicts \"forward\"",
        ),
        (
            r#"FORWARD,"consumers":{}"#,
            "consumers",
            "contradicts \"forward\"",
        ),
        (
            r#""discard":true,"durable":true"#,
            "durable",
            "contradicts \"discard\"",
        ),
        (
            r#""exec":["true"],"durable":false"#,
            "durable",
            "contradicts \"exec\"",
        ),
        (
            r#"FORWARD,"durable":"yes""#,
            "durable",
            "must be true or false",
        ),
        (r#""exec":[]"#, "exec", "names no program"),
        (r#""exec":[""]"#, "exec", "names no program"),
        (r#""exec":"true""#, "exec", "must be a list of a program"),
        (
            r#""exec":["no-such-program-here"]"#,
            "exec",
            "in no folder of PATH",
        ),
        (
            r#""exec":["MANIFEST/Cargo.toml"]"#,
            "exec",
            "may not be executed",
        ),
        (r#""exec":["/no/such/program"]"#, "exec", "does not exist"),
        (r#""exec":["true","{{token}}"]"#, "exec[1]", "a placeholder"),
        (r#""exec":{}"#, "exec.command", "names no program"),
        (
            r#""exec":{"comand":["true"]}"#,
            "exec.comand",
            "did you mean \"command\"?",
        ),
        (
            r#""exec":{"command":["true"],"timeout_secs":0}"#,
            "exec.timeout_secs",
            "above zero",
        ),
        (
            r#""exec":{"command":["true"],"timeout_secs":90000}"#,
            "exec.timeout_secs",
            "must be at most 86400",
        ),
        (
            r#""exec":{"command":["true"],"max_running":1001}"#,
            "exec.max_running",
            "must be at most 1000",
        ),
        (
            r#""exec":{"command":["true"],"env":{"WEBHOOK_ID":"x"}}"#,
            "exec.env.WEBHOOK_ID",
            "is set for each event",
        ),
        (
            r#""exec":{"command":["true"],"env":{"A=":"x"}}"#,
            "exec.env.A=",
            "not the name",
        ),
        (
            r#""exec":{"command":["true"],"env":{"A":7}}"#,
            "exec.env.A",
            "must be a string",
        ),
        (r#""consumers":{}"#, "consumers", "names no consumer"),
        (r#""consumers":["a"]"#, "consumers", "must be an object"),
        (
            r#""consumers":{"a/b":{FORWARD}}"#,
            "consumers.a/b",
            "is not the name of a consumer",
        ),
        (
            r#""consumers":{"a":{}}"#,
            "consumers.a.forward",
            "is missing",
        ),
        (
            r#""consumers":{"a":{FORWARD},"a":{FORWARD}}"#,
            "consumers.a",
            "is given twice",
        ),
        (
            r#""consumers":{"a":{FORWARD,"exec":["true"]}}"#,
            "consumers.a.exec",
            "contradicts \"forward\"",
        ),
        (
            r#""consumers":{"a":{"forwards":{}}}"#,
            "consumers.a.forwards",
            "did you mean \"forward\"?",
        ),
        (
            r#""consumers":{"a":{"forward":{"to":"x","without_credential":true}}}"#,
            "consumers.a.forward.to",
            "",
        ),
        (
            r#""consumers":{"a":{"forward":{"to":"http://a/","without_credential":true,
                "timeout_secs":300}}}"#,
            "consumers.a.forward.timeout_secs",
            "is not below \"run_timeout_secs\"",
        ),
        (
            r#""forward":{"to":"http://a/","without_credential":true,"pass_response":true},
                "durable":true"#,
            "durable",
            "contradicts \"pass_response\"",
        ),
    ] {
        let said = read("github", entries, true).unwrap_err();
        let place = format!(r#"route "shop", key "{key}": "#);
        assert!(
            said.starts_with(&place) && said.contains(problem),
            "{entries}: {said}"
        );
    }
}

#[test]
fn what_needs_an_inbox_says_so() {
    for (entries, key) in [
        (r#""exec":["true"]"#, "exec"),
        (r#""consumers":{"a":{FORWARD}}"#, "consumers"),
        (r#"FORWARD,"durable":true"#, "durable"),
    ] {
        let said = read("github", entries, false).unwrap_err();
        let expected = format!(r#"route "shop", key "{key}": needs an inbox: "#);
        assert!(said.starts_with(&expected), "{said}");
    }
}

#[test]
fn a_worker_is_told_what_it_is_not_to_do_as_the_library_does_it() {
    let settings = |worker: &str| {
        let shop = r#""shop":{"provider":"github","secret":"$"}"#;
        let config = format!(r#"{{{shop},"_server":{{"worker":{worker}}}}}"#);
        parse(&config).unwrap().server.worker
    };
    assert_eq!(settings("{}"), WorkerSettings::default());
    let told = settings(
        r#"{"slots":5,"lease_secs":1,"run_timeout_secs":2,"poll_interval_secs":3,
            "retry_first_secs":4,"retry_cap_secs":5,"max_attempts":6,"max_age_hours":7,
            "rest_after_failures":8,"rest_first_secs":9,"rest_cap_secs":10,
            "keep_bodies_days":1,"keep_records_days":2}"#,
    );
    let secs = Duration::from_secs;
    assert_eq!((told.slots, told.slots_per_lane), (5, 3));
    assert_eq!(
        (told.lease, told.run_timeout, told.poll_interval),
        (secs(1), secs(2), secs(3))
    );
    assert_eq!((told.retry.first, told.retry.cap), (secs(4), secs(5)));
    assert_eq!(
        (told.retry.max_attempts, told.retry.max_age),
        (6, secs(7 * 3600))
    );
    assert_eq!(
        (told.rest.failures, told.rest.first, told.rest.cap),
        (8, secs(9), secs(10))
    );
    assert_eq!(told.retention.bodies, secs(86_400));
    assert_eq!(told.retention.records, secs(2 * 86_400));
    assert_eq!(
        settings(r#"{"slots":5,"slots_per_lane":1}"#).slots_per_lane,
        1
    );

    for (worker, key, problem) in [
        (r#"{"slot":1}"#, "worker.slot", "did you mean \"slots\"?"),
        (r#"{"slots":0}"#, "worker.slots", "above zero"),
        (
            r#"{"slots":10001}"#,
            "worker.slots",
            "must be at most 10000",
        ),
        (r#"{"lease_secs":0.5}"#, "worker.lease_secs", "above zero"),
        (
            r#"{"max_age_hours":87601}"#,
            "worker.max_age_hours",
            "must be at most 87600",
        ),
        (r#"{"slots":1,"slots":2}"#, "worker.slots", "is given twice"),
        ("7", "worker", "must be an object"),
    ] {
        let said = refused(&format!(r#"{{"_server":{{"worker":{worker}}}}}"#));
        let place = format!(r#"route "_server", key "{key}": "#);
        assert!(said.starts_with(&place) && said.contains(problem), "{said}");
    }
}
