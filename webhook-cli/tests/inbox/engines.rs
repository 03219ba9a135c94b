//! What the configuration says of engines, and what is refused.

use serde_json::{Value, json};

use crate::common::{Ended, run, written};
use crate::setup::{State, config};

fn check(state: &State, entries: &Value) -> Ended {
    let path = written(&config(entries));
    let place = ["--config", path.to_str().unwrap(), "--state", state.text()];
    let ended = run(&[&["check", "--offline"][..], &place].concat());
    std::fs::remove_file(path).unwrap();
    ended
}

/// Code 2, with the key and the problem, and never with a secret.
fn refuses(state: &State, entries: &Value, key: &str, problem: &str) {
    let ended = check(state, entries);
    assert_eq!(ended.code, Some(2), "{entries}: {ended:?}");
    let place = format!(r#"route "github", key "{key}": "#);
    let said = &ended.err;
    assert!(
        said.contains(&place) && said.contains(problem),
        "{entries}: {said}"
    );
    assert!(!said.contains("hidden"), "{entries}: {said}");
}

/// An object with further entries. An entry of `null` is left out.
fn with(object: &Value, more: &Value) -> Value {
    let mut object = object.clone();
    let entries = object.as_object_mut().unwrap();
    entries.extend(more.as_object().unwrap().clone());
    entries.retain(|_, value| !value.is_null());
    object
}

#[cfg(feature = "nats")]
#[test]
fn every_refusal_of_nats_names_the_key() {
    let state = State::new("engines-nats");
    let whole = json!({"servers": "nats://127.0.0.1:4222", "subject": "hooks.{provider}.{type}"});
    assert_eq!(check(&state, &json!({"nats": whole})).code, Some(0));
    for (more, key, problem) in [
        (
            json!({"servers": null}),
            "servers",
            "is missing: write one such as",
        ),
        (json!({"servers": []}), "servers", "is missing"),
        (json!({"servers": [7]}), "servers[0]", "must be a string"),
        (
            json!({"servers": "http://a"}),
            "servers",
            "is not a list of NATS servers",
        ),
        (
            json!({"servers": "ws://a"}),
            "servers",
            "is not a list of NATS servers",
        ),
        (
            json!({"servers": "nats://u:hidden@"}),
            "servers",
            "is not a list of NATS servers",
        ),
        (
            json!({"servers": "nats://u:hidden@a:99999"}),
            "servers",
            "is not a list of NATS servers",
        ),
        (
            json!({"servers": "nats://a/path"}),
            "servers",
            "is not a list of NATS servers",
        ),
        (
            json!({"servers": ["nats://a", "tls://b"]}),
            "servers",
            "mixes",
        ),
        (
            json!({"servers": ["nats://a:hidden@a", "nats://b:hidden@b"]}),
            "servers",
            "two users",
        ),
        (json!({"subject": null}), "subject", "is missing"),
        (
            json!({"subject": "a.{type}.b"}),
            "subject",
            "before its end",
        ),
        (
            json!({"subject": "a.*"}),
            "subject",
            "has a token that is neither",
        ),
        (json!({"subject": "a.{{type}}"}), "subject", "a placeholder"),
        (
            json!({"username": "me"}),
            "password",
            "is missing: \"username\" needs it",
        ),
        (
            json!({"password": "hidden"}),
            "username",
            "is missing: \"password\" needs it",
        ),
        (
            json!({"password": {"env": "NOT_SET_HERE"}}),
            "password",
            "is not set",
        ),
        (
            json!({"username": "me", "password": "hidden", "token": "hidden"}),
            "username",
            "use one of",
        ),
        (
            json!({"servers": "nats://hidden@a", "token": "hidden"}),
            "username",
            "use one of",
        ),
        (
            json!({"credentials": "hidden"}),
            "credentials",
            "a file of credentials",
        ),
        (json!({"stream": "a.b"}), "stream", "is not a name"),
        (json!({"stream": ""}), "stream", "is not a name"),
        (json!({"domain": "a b"}), "domain", "is not a name"),
        (
            json!({"one_subject_per_key": "yes"}),
            "one_subject_per_key",
            "true or false",
        ),
        (
            json!({"servers_": []}),
            "servers_",
            "did you mean \"servers\"?",
        ),
        (
            json!({"url": "nats://a"}),
            "url",
            "is an unknown key; known: ",
        ),
    ] {
        let entries = json!({"nats": with(&whole, &more)});
        refuses(&state, &entries, &format!("nats.{key}"), problem);
    }
    for good in [
        json!({"servers": ["127.0.0.1", "nats://[::1]:4222/"]}),
        json!({"servers": "tls://hidden@nats.example.com"}),
        json!({"token": "hidden", "domain": "hub", "stream": "HOOKS"}),
    ] {
        let ended = check(&state, &json!({"nats": with(&whole, &good)}));
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(!ended.out.contains("hidden"), "{ended:?}");
    }
}

#[cfg(feature = "amqp")]
#[test]
fn every_refusal_of_amqp_names_the_key() {
    let state = State::new("engines-amqp");
    let whole = json!({"url": "amqp://127.0.0.1:5672/%2f", "queue": "hooks"});
    assert_eq!(check(&state, &json!({"amqp": whole})).code, Some(0));
    let no_queue = |mut more: Value| {
        more["queue"] = Value::Null;
        more
    };
    for (more, key, problem) in [
        (json!({"url": null}), "url", "is missing: write one such as"),
        (
            json!({"url": "http://hidden@a"}),
            "url",
            "the URI of the broker",
        ),
        (
            json!({"url": "amqp:///hidden"}),
            "url",
            "the URI of the broker",
        ),
        (json!({"url": "amqp://me:hidden@[::1]"}), "url", "IPv6"),
        (
            json!({"username": "me"}),
            "password",
            "is missing: \"username\" needs it",
        ),
        (
            json!({"url": "amqp://me:hidden@a", "username": "me", "password": "hidden"}),
            "username",
            "is given twice",
        ),
        (json!({"queue": null}), "exchange", "is missing: write"),
        (
            no_queue(json!({"exchange": "a"})),
            "routing_key",
            "is missing",
        ),
        (
            no_queue(json!({"routing_key": "a"})),
            "exchange",
            "is missing",
        ),
        (
            json!({"exchange": "a", "routing_key": "b"}),
            "queue",
            "contradicts",
        ),
        (
            no_queue(json!({"exchange": "", "routing_key": "b"})),
            "exchange",
            "is empty",
        ),
        (
            no_queue(json!({"exchange": "a".repeat(256), "routing_key": "b"})),
            "exchange",
            "is too long",
        ),
        (
            no_queue(json!({"exchange": "a", "routing_key": "{type}.#"})),
            "routing_key",
            "before its end",
        ),
        (
            json!({"queue": "a b"}),
            "queue",
            "has a token that is neither",
        ),
        (json!({"queues": "a"}), "queues", "did you mean \"queue\"?"),
    ] {
        let entries = json!({"amqp": with(&whole, &more)});
        refuses(&state, &entries, &format!("amqp.{key}"), problem);
    }
    let tls = json!({"url": "amqps://a", "username": "me", "password": "hidden /@:"});
    let ended = check(&state, &json!({"amqp": with(&whole, &tls)}));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let line = "github: stored, then relayed to amqps://a\n";
    assert!(ended.out.contains(line), "{ended:?}");
}

#[cfg(feature = "nats")]
#[test]
fn every_refusal_of_what_all_engines_have_names_the_key() {
    let state = State::new("engines-all");
    let whole = json!({"servers": "nats://127.0.0.1:4222", "subject": "hooks"});
    for (more, key, problem) in [
        (
            json!({"cloud_events": "json"}),
            "cloud_events",
            "\"structured\" or \"binary\"",
        ),
        (
            json!({"cloud_events": true}),
            "cloud_events",
            "must be a string",
        ),
        (
            json!({"cloud_events_source": "a"}),
            "cloud_events",
            "is missing",
        ),
        (
            json!({"cloud_events": "binary", "cloud_events_source": "a b"}),
            "cloud_events_source",
            "is not a URI",
        ),
        (
            json!({"claim_check_bytes": 0}),
            "claim_check_bytes",
            "above zero",
        ),
        (json!({"headers": "a"}), "headers", "must be a list"),
        (
            json!({"headers": ["a b"]}),
            "headers",
            "is not the name of a header",
        ),
        (
            json!({"headers": ["Nats-Msg-Id"]}),
            "headers",
            "is never passed on",
        ),
        (json!({"claim_check": 1}), "claim_check", "unknown key"),
    ] {
        let relay = with(&whole, &more);
        let key = format!("nats.{key}");
        refuses(&state, &json!({"nats": relay}), &key, problem);
        let key = format!("consumers.a.{key}");
        refuses(
            &state,
            &json!({"consumers": {"a": {"nats": relay}}}),
            &key,
            problem,
        );
    }
    let forward = json!({"to": "http://127.0.0.1:9/", "without_credential": true});
    for (entries, key, problem) in [
        (json!({"nats": "nats://a"}), "nats", "must be an object"),
        (
            json!({"nats": whole, "durable": false}),
            "durable",
            "contradicts \"nats\"",
        ),
        (
            json!({"nats": whole, "forward": forward}),
            "nats",
            "contradicts \"forward\"",
        ),
        (
            json!({"nats": whole, "discard": true}),
            "nats",
            "contradicts \"discard\"",
        ),
        (
            json!({"consumers": {"a": {"nats": whole, "forward": forward}}}),
            "consumers.a.nats",
            "contradicts \"forward\"",
        ),
        (
            json!({"consumers": {"a": {}}}),
            "consumers.a.forward",
            "\"kafka\"",
        ),
        (
            json!({"consumers": {"a": {"natz": whole}}}),
            "consumers.a.natz",
            "did you mean \"nats\"?",
        ),
        (json!({"ampq": whole}), "ampq", "did you mean \"amqp\"?"),
    ] {
        refuses(&state, &entries, key, problem);
    }
    let path = written(&config(&json!({"nats": whole})));
    let ended = run(&["check", "--config", path.to_str().unwrap()]);
    std::fs::remove_file(path).unwrap();
    assert!(
        ended.err.contains(r#"key "nats": needs an inbox"#),
        "{ended:?}"
    );
}

#[test]
fn an_engine_that_the_program_does_not_have_is_refused_with_the_way_to_get_it() {
    let state = State::new("engines-missing");
    let kafka = json!({"brokers": "127.0.0.1:9092", "topic": "hooks"});
    for (entries, key) in [
        (json!({"kafka": kafka}), "kafka"),
        (
            json!({"consumers": {"a": {"kafka": kafka}}}),
            "consumers.a.kafka",
        ),
    ] {
        refuses(
            &state,
            &entries,
            key,
            "from the package `webhook-cli-kafka`",
        );
    }
    #[cfg(not(feature = "nats"))]
    refuses(
        &state,
        &json!({"nats": {}}),
        "nats",
        "with its feature `nats`",
    );
    #[cfg(not(feature = "amqp"))]
    refuses(
        &state,
        &json!({"amqp": {}}),
        "amqp",
        "with its feature `amqp`",
    );
}
