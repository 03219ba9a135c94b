//! Endpoints that share a store.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use webhook_core::{ConfigError, Endpoint, EndpointBuilder, MemoryStore};

const ONE: &str = "0123456789abcdef0123456789abcdef";
const OTHER: &str = "fedcba9876543210fedcba9876543210";

fn github(secret: &str, store: &MemoryStore) -> EndpointBuilder {
    Endpoint::github(secret).store(store.clone())
}

#[test]
fn two_consumers_without_names_cannot_share_a_store() {
    let store = MemoryStore::new();
    let (line, first) = (line!(), github(ONE, &store).build().unwrap());
    let error = github(OTHER, &store).build().unwrap_err();
    assert!(matches!(error, ConfigError::SharedStore { .. }), "{error}");
    let text = error.to_string();
    let place = format!("{}:{line}:", file!());
    assert!(text.contains(&place), "{text}");
    assert!(!text.contains(ONE) && !text.contains(OTHER), "{text}");
    // Nothing is left of a store that nobody else has.
    drop(first);
    github(OTHER, &store).build().unwrap();
}

#[test]
fn names_tenants_providers_and_stores_keep_consumers_apart() {
    let store = MemoryStore::new();
    let _first = github(ONE, &store).build().unwrap();
    github(OTHER, &store).consumer("mail").build().unwrap();
    github(OTHER, &store).tenant("acme").build().unwrap();
    github(OTHER, &MemoryStore::new()).build().unwrap();
    let gitea = Endpoint::gitea(OTHER).store(store.clone());
    gitea.build().unwrap();
    let none = github(OTHER, &store).without_replay_protection();
    none.build().unwrap();
}

#[test]
fn an_endpoint_may_be_built_once_more() {
    let store = MemoryStore::new();
    let builder = github(ONE, &store);
    let _old = builder.clone().build().unwrap();
    let _new = builder.build().unwrap();
    let _rotated = Endpoint::github([OTHER, ONE])
        .store(store.clone())
        .build()
        .unwrap();
    let _of_the_same_name = [ONE, OTHER].map(|secret| {
        let named = github(secret, &store).consumer("shop");
        named.build().unwrap()
    });
}
