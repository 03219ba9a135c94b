//! Observing what an endpoint would do, in front of an application that receives webhooks already.
//!
//! A shadow checks each request as the endpoint would, counts and logs the result, and hands the
//! request on. It answers nothing itself. What the application gets with the request is a
//! [`Shadowed`]: the verdict, and a [`Delivery`](webhook_core::Delivery) only if the request was
//! verified.
//!
//! For an adapter, a request has three steps: [`observe`] reads its body, [`Observed::claim`]
//! claims what was verified, and [`ShadowRun::settle`] records how the application answered.

mod body;
mod run;
mod verdict;

pub use body::{BodyRest, ObservedBody};
pub use run::{Observed, ShadowRun, observe};
pub use verdict::{ShadowVerdict, Shadowed};
