//! Answers that senders or their guides document, for
//! [`answer_rejections`](crate::EndpointBuilder::answer_rejections).
//!
//! The default answers fit every sender. These are for a receiver that replaces another one, whose
//! answers something depends on.
//!
//! ```
//! use webhook_core::{Endpoint, contracts};
//!
//! let endpoint = Endpoint::stripe("whsec_0123456789abcdef");
//! let endpoint = endpoint.answer_rejections(contracts::qzpay).build()?;
//! # Ok::<(), webhook_core::ConfigError>(())
//! ```

use crate::answer::Answer;
use crate::error::RejectionClass;

const INVALID: &str = "Invalid signature";

/// The answers of the webhook routes of CodeSpar's guide: 401 with `{"error":"Invalid signature"}`
/// if the delivery is not verified.
#[must_use]
pub fn codespar(class: RejectionClass) -> Answer {
    match class {
        RejectionClass::Unverified => json(401, INVALID),
        class => Answer::from(class),
    }
}

/// The answers of NextPay's guide: 401 with the text `Invalid signature` if the delivery is not
/// verified.
#[must_use]
pub fn nextpay(class: RejectionClass) -> Answer {
    match class {
        RejectionClass::Unverified => Answer::status_only(401).with_text(INVALID),
        class => Answer::from(class),
    }
}

/// The answers that QZPay documents: 400 with `{"error":"Invalid signature"}` if the delivery is not
/// verified, and 500 with `{"error":"Internal error"}` if the handler fails.
///
/// An error that is given up is 200 with a `warning` in any case; see
/// [`Disposition::GiveUp`](crate::Disposition::GiveUp).
#[must_use]
pub fn qzpay(class: RejectionClass) -> Answer {
    match class {
        RejectionClass::Unverified => json(400, INVALID),
        RejectionClass::HandlerFailed => json(500, "Internal error"),
        class => Answer::from(class),
    }
}

/// The answers of Smartpay's samples: an empty 400 if the delivery is not verified.
#[must_use]
pub fn smartpay(class: RejectionClass) -> Answer {
    match class {
        RejectionClass::Unverified => Answer::status_only(400),
        class => Answer::from(class),
    }
}

fn json(status: u16, error: &str) -> Answer {
    Answer::status_only(status).with_json(format!(r#"{{"error":"{error}"}}"#))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::RejectionKind;
    use crate::{Answer, Endpoint, Head, Rejection};

    #[test]
    fn each_contract_can_be_configured_and_answers_forgeries_as_documented() {
        type Contract = fn(RejectionClass) -> Answer;
        let contracts: [(Contract, u16, &str); 4] = [
            (codespar, 401, r#"{"error":"Invalid signature"}"#),
            (nextpay, 401, "Invalid signature"),
            (qzpay, 400, r#"{"error":"Invalid signature"}"#),
            (smartpay, 400, ""),
        ];
        for (contract, status, body) in contracts {
            let endpoint = Endpoint::stripe("whsec_0123456789abcdef")
                .without_replay_protection()
                .answer_rejections(contract)
                .build()
                .unwrap();
            let headers: [(&str, &str); 0] = [];
            let head = Head::new("POST", "/", &headers);
            let rejection = endpoint.verify(&head, "{}".into()).unwrap_err();
            let answer = Answer::from(&rejection);
            assert_eq!(answer.status(), status);
            assert_eq!(answer.body(), body.as_bytes());
        }
        let failed = Rejection::new(RejectionKind::HandlerFailed).kind().class();
        assert_eq!(qzpay(failed).body(), r#"{"error":"Internal error"}"#);
    }
}
