//! What people see of jobs.

use std::time::Duration;

use serde_json::{Value, json};
use webhook_inbox::{
    Action, Change, Ending, Failure, InboxTable as _, JobFilter, JobState, Step, StepState,
};

use super::{deliver, inbox, sender, settle, take};
use crate::common::now;

/// A time changes with the clock: only its form is compared.
fn without_times(mut shown: Value) -> Value {
    let is_time = |text: &str| webhook_core::UnixTime::from_rfc3339(text).is_some();
    fn walk(value: &mut Value, is_time: &impl Fn(&str) -> bool) {
        match value {
            Value::String(text) if is_time(text) => *text = "a time".to_owned(),
            Value::Array(items) => items.iter_mut().for_each(|item| walk(item, is_time)),
            Value::Object(fields) => fields.values_mut().for_each(|field| walk(field, is_time)),
            _ => {}
        }
    }
    walk(&mut shown, &is_time);
    shown
}

#[test]
fn a_job_is_shown_whole_but_for_its_record_its_body_and_what_steps_returned() {
    let (inbox, sender) = (inbox(), sender());
    let endpoint = sender.endpoint().consumer("billing");
    let endpoint = endpoint.durable(inbox.clone()).build().unwrap();
    let event = sender.event("invoice.paid", json!({"card": "payload-4711"}));
    deliver(&endpoint, &sender.signed(&event));
    let job = &take(&inbox)[0];
    let (lease, table) = (&job.lease, inbox.table());
    for step in [
        Step::done("charge", &b"returned-4711"[..]),
        Step::failed("mail", "timeout"),
        Step::skipped("ship"),
    ] {
        now(table.put_step(lease, &step)).unwrap();
    }
    let failure = Failure::new("status 410", Duration::from_millis(12));
    settle(&inbox, job, &Ending::Dead { failure });
    let by = Action::new("ana", "test events");
    now(table.change(&[lease.id], Change::Drop, &by)).unwrap();

    let info = json!({
        "id": lease.id.number(),
        "state": "dropped",
        "key": const_hex::encode(job.key.as_bytes()),
        "consumer": "billing",
        "tenant": "",
        "provider": "stripe",
        "type": "invoice.paid",
        "route": null,
        "attempts": 1,
        "accepted_at": "a time",
        "run_at": "a time",
        "ended_at": "a time",
        "error": "status 410",
    });
    let listed = now(table.list(&JobFilter::default(), None, 1)).unwrap();
    let shown = without_times(serde_json::to_value(&listed).unwrap());
    let after = listed.after.map(webhook_inbox::JobId::number);
    assert_eq!(shown, json!({"jobs": [info], "after": after}));

    let stored = now(table.find(lease.id)).unwrap().unwrap();
    let mut expected = info;
    expected["attempts_failed"] =
        json!([{"number": 1, "error": "status 410", "millis": 12, "ended_at": "a time"}]);
    expected["steps"] = json!([
        {"name": "charge", "state": "done", "bytes": 13, "error": null},
        {"name": "mail", "state": "failed", "bytes": 0, "error": "timeout"},
        {"name": "ship", "state": "skipped", "bytes": 0, "error": null},
    ]);
    expected["changes"] =
        json!([{"verb": "drop", "at": "a time", "by": "ana", "why": "test events"}]);
    expected["key_id"] = json!("a");
    expected["bytes"] = json!(job.body.len());
    let text = serde_json::to_string(&stored).unwrap();
    assert!(!text.contains("4711"), "{text}");
    assert_eq!(
        without_times(serde_json::from_str(&text).unwrap()),
        expected
    );
}

#[test]
fn numbers_of_a_table_and_of_a_lane_are_shown() {
    let (inbox, sender) = (inbox(), sender());
    let endpoint = sender.endpoint().consumer("billing");
    let endpoint = endpoint.durable(inbox.clone()).build().unwrap();
    deliver(&endpoint, &sender.signed(sender.event("invoice.paid", ())));
    let stats = serde_json::to_value(now(inbox.table().stats()).unwrap()).unwrap();
    let zeros = json!({"due": 1, "running": 0, "dead": 0, "parked": 0, "behind_since": "a time"});
    assert_eq!(without_times(stats), zeros);
    let lanes = serde_json::to_value(now(inbox.table().lanes(None, 9)).unwrap()).unwrap();
    let lane = json!({"consumer": "billing", "tenant": "", "waiting": 1, "behind_since": "a time"});
    assert_eq!(without_times(lanes), json!([lane]));
}

#[test]
fn every_state_has_a_word_of_its_own() {
    let words = JobState::ALL.map(|state| serde_json::to_value(state).unwrap());
    assert_eq!(
        words,
        ["due", "running", "done", "dead", "parked", "dropped"]
    );
    let words = StepState::ALL.map(|state| serde_json::to_value(state).unwrap());
    assert_eq!(words, ["done", "failed", "skipped"]);
}
