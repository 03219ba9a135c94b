//! Running a [`CustomScheme`], which users implement.

use crate::crypto::{Algorithm, RunningDigest, RunningMac, constant_time_eq};
use crate::error::RejectionKind;
use crate::provider::{
    Check, CheckInput, Coverage, Custom, CustomCheck, CustomInput, CustomRequest, CustomScheme,
    Draft, Piece, Verified,
};
use crate::secret::Keys;
use crate::verify::custom::{CheckResult, first};
use crate::verify::key_ring::KeyRing;

impl<S: CustomScheme> Custom for S {
    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        Ok(Box::new(Written {
            check: self.check(&CustomInput(asked))?,
            keys: match self.algorithm().is_public() {
                true => SchemeKeys::Public(KeyRing::Public(asked.keys.public())),
                false => SchemeKeys::Shared(asked.keys.clone()),
            },
            coverage: asked.scheme.coverage(),
        }))
    }

    fn mac(&self, secret: &[u8]) -> Option<RunningMac> {
        let algorithm = self.algorithm();
        (!algorithm.is_public()).then(|| algorithm.key(secret))
    }

    fn public(&self) -> Option<Algorithm> {
        Some(self.algorithm()).filter(|algorithm| algorithm.is_public())
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        let algorithm = self.algorithm();
        CustomScheme::sign(self, &mut CustomRequest { draft, algorithm });
    }
}

struct Written {
    check: CustomCheck,
    keys: SchemeKeys,
    coverage: Coverage,
}

enum SchemeKeys {
    Shared(Keys),
    Public(KeyRing),
}

impl Check for Written {
    fn finish(&mut self, body: &[u8]) -> Result<Verified, RejectionKind> {
        let made = self.check.pieces.iter().map(|piece| piece.of(body));
        let made = made.collect::<Result<Vec<_>, _>>()?;
        let pieces: Vec<&[u8]> = made.iter().map(AsRef::as_ref).collect();
        let signature = &self.check.signature;
        let slot = match &self.keys {
            SchemeKeys::Shared(keys) => first(keys.macs().map(|mut mac| {
                for piece in &pieces {
                    mac.update(piece);
                }
                constant_time_eq(mac.finish().as_bytes(), signature)
            })),
            SchemeKeys::Public(keys) => keys.slot(&pieces, signature),
        };
        CheckResult {
            slot,
            time: self.check.time,
            message: self.message(&pieces),
        }
        .verified(self.coverage)
    }
}

impl Written {
    /// SHA-256 of the message, if the message does not include the body as it is. The time is
    /// omitted, as it differs between the attempts of one event.
    fn message(&self, pieces: &[&[u8]]) -> Option<[u8; 32]> {
        let kinds = &self.check.pieces;
        if kinds.iter().any(|piece| matches!(piece, Piece::Body)) {
            return None;
        }
        let mut digest = RunningDigest::new();
        for (piece, kind) in pieces.iter().zip(kinds) {
            if !matches!(kind, Piece::Time(_)) {
                digest.field(piece);
            }
        }
        Some(digest.finish())
    }
}
