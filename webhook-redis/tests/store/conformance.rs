//! The store keeps every promise of the contract.
//!
//! `MODEL_SEQUENCES` plays more sequences of the model.

use std::time::Duration;

use webhook_core::replay::conformance;
use webhook_test_services::Redis;

use crate::common::Place;

/// The promise about the time at which a delivery died. That time is the server's.
pub(crate) const ABOUT_TIME: &str = "a_listed_record_says_how_often_and_when_and_why_it_died";

/// How many sequences of the model share the time between two sleeps.
const SIDE_BY_SIDE: u64 = 64;

/// Two stores: each has its own connection, as two processes have.
#[tokio::test]
async fn the_store_keeps_its_promises() {
    let Some(redis) = Redis::find() else { return };
    let place = Place::new([redis.url()]);
    let (a, b) = (place.store(), place.store());
    let pass = async |time: Duration| place.pass(time).await;
    for name in conformance::PROMISES
        .iter()
        .filter(|name| **name != ABOUT_TIME)
    {
        conformance::promise(name, &a, &b, pass).await;
    }
    place.clean().await;
}

#[tokio::test]
async fn the_store_keeps_its_promise_about_the_time_of_death() {
    let Some(redis) = Redis::find() else { return };
    let place = Place::new([redis.url()]);
    let (a, b) = (place.store(), place.store());
    conformance::promise(ABOUT_TIME, &a, &b, tokio::time::sleep).await;
    place.clean().await;
}

#[tokio::test]
async fn the_store_answers_as_the_table_of_states_says() {
    let Some(redis) = Redis::find() else { return };
    let place = Place::new([redis.url()]);
    let (a, b) = (place.store(), place.store());
    let pass = async |time: Duration| place.pass_almost(time).await;
    let sequences = std::env::var("MODEL_SEQUENCES").map(|number| number.parse().unwrap());
    // Few at a time: what they take on the clock counts.
    for seed in 1..=sequences.unwrap_or(3 * SIDE_BY_SIDE).div_ceil(SIDE_BY_SIDE) {
        let sequences = usize::try_from(SIDE_BY_SIDE).unwrap();
        conformance::model(&a, &b, pass, sequences, seed).await;
    }
    place.clean().await;
}
