//! Choosing the signature that counts, and checking its parameters.

use crate::crypto::Algorithm;
use crate::error::RejectionKind;
use crate::parse::structured::{Bare, Dictionary, InnerList, Item, Member};
use crate::provider::{CheckInput, MessageSignatures};
use crate::request::{Found, Head};
use crate::time::{TimeUnit, UnixTime};
use crate::verify::custom::message_signatures::digest::decoded;
use crate::verify::fresh;

/// The maximum length of a text parameter, in bytes.
const MAX_TEXT: usize = 256;

/// The first signature of a request that has the required form.
pub(super) struct Chosen<'d> {
    /// The components and parameters.
    pub(super) list: &'d InnerList<'d>,
    pub(super) signature: Vec<u8>,
    /// The algorithm that the signature names.
    pub(super) algorithm: Option<Algorithm>,
}

impl<'d> Chosen<'d> {
    /// Chooses by label and tag, if they are required, and by the covered components. Other
    /// signatures are ignored, valid or not: they are not for this receiver.
    ///
    /// # Errors
    ///
    /// `UnsupportedScheme` if no signature has the required form. `Malformed` if the chosen one
    /// lacks a parameter or has one of another type, or its bytes are missing or not base64.
    pub(super) fn of(
        rules: &MessageSignatures,
        head: &Head<'_>,
        input: &'d Dictionary<'d>,
        signatures: &Dictionary<'_>,
    ) -> Result<Self, RejectionKind> {
        let is_meant = |label: &str, list: &InnerList<'_>| {
            let tag = list.parameters.get("tag").and_then(Bare::text);
            rules.label.is_none_or(|own| own == label)
                && rules.tag.is_none_or(|own| Some(own) == tag)
                && rules.are_covered(head, label, list)
        };
        let chosen = input.0.iter().find_map(|(label, member)| match member {
            Member::List(list) if is_meant(label, list) => Some((label, list)),
            _ => None,
        });
        let (label, list) = chosen.ok_or(RejectionKind::UnsupportedScheme)?;
        let spelled = signatures.get(label).and_then(Member::bytes);
        let signature = spelled.and_then(|text| decoded(text, rules.has_base64url));
        let signature = signature.filter(|bytes| !bytes.is_empty());
        let mut chosen = Self {
            list,
            signature: signature.ok_or(RejectionKind::Malformed)?,
            algorithm: None,
        };
        chosen.algorithm = chosen.named_algorithm(rules)?;
        chosen.check_parameters(rules)?;
        Ok(chosen)
    }

    /// A text parameter.
    pub(super) fn text(&self, name: &str) -> Result<Option<&'d str>, RejectionKind> {
        match self.list.parameters.get(name) {
            None => Ok(None),
            Some(Bare::String(text)) if (1..=MAX_TEXT).contains(&text.len()) => Ok(Some(text)),
            Some(_) => Err(RejectionKind::Malformed),
        }
    }

    /// A time parameter, in Unix seconds.
    fn seconds(&self, name: &str) -> Result<Option<u64>, RejectionKind> {
        match self.list.parameters.get(name) {
            None => Ok(None),
            Some(Bare::Integer(seconds)) => u64::try_from(*seconds)
                .map(Some)
                .map_err(|_| RejectionKind::Malformed),
            Some(_) => Err(RejectionKind::Malformed),
        }
    }

    /// The algorithm in `alg`, which has to be one of the sender's.
    fn named_algorithm(
        &self,
        rules: &MessageSignatures,
    ) -> Result<Option<Algorithm>, RejectionKind> {
        let Some(named) = self.text("alg")? else {
            return Ok(None);
        };
        let mut own = rules.algorithms.iter();
        let found = own.find(|own| name_of(**own) == named);
        found
            .map(|own| Some(*own))
            .ok_or(RejectionKind::UnsupportedScheme)
    }

    fn check_parameters(&self, rules: &MessageSignatures) -> Result<(), RejectionKind> {
        let has = |name: &&str| self.list.parameters.get(name).is_some();
        if !rules.parameters.iter().all(has) {
            return Err(RejectionKind::Malformed);
        }
        self.text("nonce")?;
        self.text("keyid")?;
        match (self.seconds("created")?, self.seconds("expires")?) {
            (Some(created), Some(expires)) => {
                let lasts = expires.saturating_sub(created);
                match lasts > 0 && rules.most_secs.is_none_or(|most| lasts <= most.into()) {
                    true => Ok(()),
                    false => Err(RejectionKind::Malformed),
                }
            }
            _ => Ok(()),
        }
    }

    /// The signed time, if the scheme requires one. The signature has to be valid now.
    pub(super) fn time(
        &self,
        rules: &MessageSignatures,
        asked: &CheckInput<'_>,
    ) -> Result<Option<UnixTime>, RejectionKind> {
        let created = match self.seconds("created")? {
            Some(created) if rules.parameters.contains(&"created") => {
                let text = created.to_string();
                let unit = TimeUnit::Seconds;
                Some(fresh(text.as_bytes(), unit, asked.now, asked.tolerance)?)
            }
            _ => None,
        };
        // How far the sender's clock may be behind.
        let skew = asked
            .tolerance
            .map_or(0, |tolerance| tolerance.future.as_secs());
        match self.seconds("expires")? {
            Some(expires) if asked.now.as_secs() > expires.saturating_add(skew) => {
                Err(RejectionKind::Stale)
            }
            _ => Ok(created),
        }
    }
}

impl MessageSignatures {
    /// Whether a signature covers everything that is required of this request.
    fn are_covered(&self, head: &Head<'_>, label: &str, list: &InnerList<'_>) -> bool {
        let covers = |name: &str| {
            list.items.iter().any(|item| item.is_component(name))
                || (name == "signature-agent" && list.items.iter().any(|item| item.is_agent(label)))
        };
        let mut required = self.components.iter();
        let mut if_present = self.if_present.iter();
        required.all(|name| covers(name))
            && if_present.all(|name| !self.is_in(name, head) || covers(name))
    }

    /// Whether a request has this optional component.
    pub(super) fn is_in(self, name: &str, head: &Head<'_>) -> bool {
        match name {
            "@query" => head.query().is_some(),
            header => head.headers.find(header) != Found::Absent,
        }
    }
}

impl Item<'_> {
    /// Whether it is the whole component of this name.
    fn is_component(&self, name: &str) -> bool {
        self.parameters.0.is_empty() && self.value.text() == Some(name)
    }

    /// Whether it is the member of `signature-agent` for the signature with this label. Web Bot
    /// Auth signs that member alone.
    fn is_agent(&self, label: &str) -> bool {
        let is_own =
            |(name, value): &(&str, Bare<'_>)| *name == "key" && value.text() == Some(label);
        self.value.text() == Some("signature-agent")
            && matches!(self.parameters.0.as_slice(), [only] if is_own(only))
    }
}

/// The name of an algorithm in a signature (RFC 9421 §6.2). Empty if it has none.
pub(super) const fn name_of(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Ed25519 => "ed25519",
        Algorithm::EcdsaP256Sha256Fixed => "ecdsa-p256-sha256",
        Algorithm::RsaPssSha512 => "rsa-pss-sha512",
        Algorithm::RsaSha256 => "rsa-v1_5-sha256",
        Algorithm::HmacSha256 => "hmac-sha256",
        _ => "",
    }
}
