//! What was sent, in comparison with what was delivered.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::report::{Kill, Report};
use super::upstream::{Request, Requests};
use crate::attempt::{Client, id};
use crate::traffic::Tally;
use crate::verdict::Balance;

/// The side of the sender. Every event was accepted in the end.
pub(super) struct Sent {
    pub(super) client: Client,
    pub(super) events: u64,
    pub(super) tally: Tally,
    /// For how long new events were sent.
    pub(super) took: Duration,
}

/// The side of the servers, and what the table says in the end.
pub(super) struct Aftermath {
    pub(super) kills: Vec<Kill>,
    /// How many jobs the last kill left, and how many of them were not taken again in time.
    pub(super) stuck: [usize; 2],
    /// Jobs that wait or run.
    pub(super) not_done: i64,
    pub(super) took: Duration,
    /// Starts that failed, because the database did not answer in time.
    pub(super) failed_starts: u32,
    /// Jobs that a server did not renew in time, although it lived.
    pub(super) lost_leases: u64,
    /// Jobs in excess of one for each replay key.
    pub(super) copies: i64,
    pub(super) states: BTreeMap<&'static str, i64>,
}

impl Aftermath {
    fn print(&self, sent: &Sent, report: &Report) {
        let (kills, took) = (self.kills.len(), self.took.as_secs_f64());
        let failed = self.failed_starts;
        println!("{kills} kills, {took:.1} s, {failed} starts that failed");
        println!(
            "{} deliveries of {} events, {:.0} events a second, answers {:?} (0: none)",
            sent.tally.deliveries,
            sent.events,
            sent.events as f64 / sent.took.as_secs_f64(),
            sent.tally.statuses
        );
        print!("{report}");
        let [left, stuck] = self.stuck;
        println!(
            "jobs in the end {:?}, {} not done, {} stored twice",
            self.states, self.not_done, self.copies
        );
        println!(
            "{stuck} stuck of {left} jobs that the last kill left, a lease and a second after it"
        );
    }

    /// Whether the inbox kept what it was given, and let go of it.
    fn is_sound(&self, sent: &Sent, is_timed: bool) -> bool {
        let all_done = i64::try_from(sent.events).ok();
        let [_, stuck] = self.stuck;
        self.not_done == 0
            && self.copies == 0
            && self.states.get("done").copied() == all_done
            && (stuck == 0 || !is_timed)
            && sent.tally.is_plain()
            && sent.tally.timed_out == 0
    }
}

/// Judges what an upstream got.
pub(super) fn forwarded(
    sent: &Sent,
    aftermath: &Aftermath,
    requests: &Requests,
    is_timed: bool,
) -> bool {
    let arrived = Arrived::new(sent, requests);
    let report = Report::new(&aftermath.kills, &arrived.delivered);
    aftermath.print(sent, &report);
    let all: usize = requests.values().map(Vec::len).sum();
    let again = arrived
        .delivered
        .values()
        .filter(|times| **times > 1)
        .count();
    println!(
        "{all} requests to the upstream, {} failed on purpose, {again} events delivered again, \
         {} attempts that are not above the one before",
        arrived.failed, arrived.not_above
    );
    println!(
        "{} missing, {} mismatched bodies, {} events without a webhook-id of their own, \
         {} delivered again without a kill that met them ({} leases lost)",
        arrived.missing,
        arrived.mismatched,
        arrived.other_ids,
        report.unexcused,
        aftermath.lost_leases
    );
    aftermath.is_sound(sent, is_timed)
        && arrived.missing == 0
        && arrived.mismatched == 0
        && arrived.other_ids == 0
        && report.unexcused <= aftermath.lost_leases
}

/// Judges the effects of transactional handlers.
pub(super) fn transactional(
    sent: &Sent,
    aftermath: &Aftermath,
    effects: &BTreeMap<String, u64>,
    is_timed: bool,
) -> bool {
    let report = Report::new(&aftermath.kills, &BTreeMap::new());
    aftermath.print(sent, &report);
    let Balance {
        effects,
        lost,
        doubles,
    } = Balance::new(effects, sent.events);
    println!("{effects} effects, {doubles} doubles, {lost} lost");
    aftermath.is_sound(sent, is_timed) && lost == 0 && doubles == 0
}

/// The requests of an upstream.
#[derive(Debug, Default)]
struct Arrived {
    /// How often each event was accepted, by its webhook-id, which is its replay key.
    delivered: BTreeMap<String, u64>,
    failed: u64,
    missing: u64,
    mismatched: u64,
    other_ids: u64,
    /// Attempts whose number is not above that of an earlier request.
    not_above: u64,
}

impl Arrived {
    fn new(sent: &Sent, requests: &Requests) -> Self {
        let (mut arrived, mut ids) = (Self::default(), BTreeSet::new());
        for event in 0..sent.events {
            let sha256: [u8; 32] = Sha256::digest(sent.client.body(event)).into();
            let requests = requests.get(&id(event)).map_or(&[][..], Vec::as_slice);
            arrived.add(&sha256, requests, &mut ids);
        }
        // What names no event, or one that was never sent.
        let known: usize = (0..sent.events)
            .filter(|event| requests.contains_key(&id(*event)))
            .count();
        arrived.mismatched += (requests.len() - known) as u64;
        arrived
    }

    fn add<'a>(&mut self, sha256: &[u8; 32], requests: &'a [Request], ids: &mut BTreeSet<&'a str>) {
        let accepted = requests
            .iter()
            .filter(|request| request.is_accepted)
            .count() as u64;
        self.failed += requests.len() as u64 - accepted;
        self.missing += u64::from(accepted == 0);
        let mismatched = requests.iter().filter(|request| request.sha256 != *sha256);
        self.mismatched += mismatched.count() as u64;
        let own: BTreeSet<&str> = requests
            .iter()
            .map(|request| &*request.webhook_id)
            .collect();
        let is_own = own.len() <= 1 && own.iter().all(|id| !id.is_empty() && ids.insert(id));
        self.other_ids += u64::from(!is_own);
        let pairs = requests.windows(2);
        let not_above = pairs.filter(|pair| pair[1].attempt <= pair[0].attempt);
        self.not_above += not_above.count() as u64;
        if let Some(id) = own.first() {
            *self.delivered.entry((*id).to_owned()).or_default() += accepted;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(event: u64, webhook_id: &str, is_accepted: bool) -> Request {
        let body = Client::new().unwrap().body(event);
        Request {
            webhook_id: webhook_id.to_owned(),
            attempt: 1,
            sha256: Sha256::digest(body).into(),
            is_accepted,
        }
    }

    /// What arrived of two events.
    fn arrived(first: Vec<Request>, second: Vec<Request>) -> Arrived {
        let client = Client::new().unwrap();
        let sent = Sent {
            client,
            events: 2,
            tally: Tally::default(),
            took: Duration::ZERO,
        };
        Arrived::new(&sent, &[(id(0), first), (id(1), second)].into())
    }

    #[test]
    fn what_arrives_in_the_end_under_one_id_is_right() {
        let arrived = arrived(
            vec![request(0, "a", false), request(0, "a", true)],
            vec![request(1, "b", true)],
        );
        assert_eq!(
            (arrived.missing, arrived.mismatched, arrived.other_ids),
            (0, 0, 0)
        );
        assert_eq!((arrived.failed, arrived.delivered["a"]), (1, 1));
    }

    #[test]
    fn what_is_never_accepted_is_missing() {
        assert_eq!(arrived(vec![], vec![request(1, "b", false)]).missing, 2);
    }

    #[test]
    fn another_body_is_found() {
        let arrived = arrived(vec![request(1, "a", true)], vec![request(1, "b", true)]);
        assert_eq!(arrived.mismatched, 1);
    }

    #[test]
    fn ids_that_change_and_ids_that_are_shared_are_found() {
        let changes = vec![request(0, "a", false), request(0, "c", true)];
        assert_eq!(arrived(changes, vec![request(1, "b", true)]).other_ids, 1);
        let shared = arrived(vec![request(0, "a", true)], vec![request(1, "a", true)]);
        assert_eq!(shared.other_ids, 1);
        let none = arrived(vec![request(0, "", true)], vec![request(1, "b", true)]);
        assert_eq!(none.other_ids, 1);
    }
}
