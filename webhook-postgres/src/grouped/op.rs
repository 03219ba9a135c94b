//! An operation in the queue.

use tokio::sync::oneshot;
use webhook_core::StoreError;
use webhook_core::replay::{Claim, Lease, ReplayKey};

use crate::claim::{Asked, epoch, owner_bytes};

/// Where an answer goes.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

#[derive(Debug)]
pub(crate) enum Op {
    Claim(ClaimOp),
    Commit(CommitOp),
}

#[derive(Debug)]
pub(crate) struct ClaimOp {
    pub(crate) asked: Asked,
    pub(crate) reply: Reply<Claim>,
    /// How often its row has changed between the reading and the writing.
    pub(crate) rounds: u32,
}

#[derive(Debug)]
pub(crate) struct CommitOp {
    pub(crate) key: ReplayKey,
    pub(crate) owner: [u8; 16],
    pub(crate) epoch: i64,
    pub(crate) answer: Option<Box<[u8]>>,
    pub(crate) reply: Reply<bool>,
}

impl Op {
    pub(crate) fn claim(asked: Asked, reply: Reply<Claim>) -> Self {
        Self::Claim(ClaimOp {
            asked,
            reply,
            rounds: 0,
        })
    }

    pub(crate) fn commit(lease: &Lease, answer: Option<&[u8]>, reply: Reply<bool>) -> Self {
        Self::Commit(CommitOp {
            key: *lease.key(),
            owner: owner_bytes(lease.owner()),
            epoch: epoch(lease),
            answer: answer.map(Into::into),
            reply,
        })
    }

    pub(crate) fn key(&self) -> &ReplayKey {
        match self {
            Self::Claim(claim) => &claim.asked.key,
            Self::Commit(commit) => &commit.key,
        }
    }

    /// The caller has given up before anything was sent.
    pub(crate) fn is_abandoned(&self) -> bool {
        match self {
            Self::Claim(claim) => claim.reply.is_closed(),
            Self::Commit(commit) => commit.reply.is_closed(),
        }
    }
}
