//! Forwarding through the adapters, over real sockets: what the receiver gets, and what its answers
//! become.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod connections;
mod credentials;
mod gateway;
mod headers;
mod loops;
mod receiver;
mod wire;

use webhook_core::{Endpoint, EndpointBuilder, MemoryStore, SignedRequest, Signer, providers};
use webhook_tower::forward::{Forwarder, ForwarderBuilder};

use gateway::Gateway;
use receiver::{Receiver, Reply};

const SECRET: &str = "whsec_0123456789abcdef";
const HOP: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const PATH: &str = "/hooks/stripe";

fn endpoint() -> EndpointBuilder {
    Endpoint::stripe(SECRET)
        .store(MemoryStore::new())
        .consumer("shop")
}

fn delivery(id: &str) -> SignedRequest {
    signed(format!(r#"{{"id":"{id}","type":"invoice.paid"}}"#).into_bytes())
}

fn signed(body: Vec<u8>) -> SignedRequest {
    Signer::new(providers::STRIPE, SECRET)
        .unwrap()
        .sign_now(body)
}

fn to(receiver: &Receiver) -> ForwarderBuilder {
    let url = format!("http://{}/in?tenant=7", receiver.address());
    Forwarder::to(url).without_hop_credential()
}

/// A gateway of each adapter, with its own receiver.
async fn each(
    reply: fn(usize) -> Reply,
    builder: fn(ForwarderBuilder) -> ForwarderBuilder,
) -> Vec<(Gateway, Receiver)> {
    let mut all = Vec::new();
    for adapter in gateway::ALL {
        let receiver = Receiver::start(reply).await;
        let forwarder = builder(to(&receiver)).build().unwrap();
        let endpoint = endpoint().build().unwrap();
        all.push((Gateway::start(adapter, endpoint, forwarder), receiver));
    }
    all
}
