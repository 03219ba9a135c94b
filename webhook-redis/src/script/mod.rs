//! The scripts: one for each verb. Redis runs a script alone, so each verb is atomic.

use std::sync::OnceLock;

use redis::Cmd;
use sha1::{Digest as _, Sha1};

/// A script for a full server too: what it adds is bounded by the claims that run.
macro_rules! also_when_full {
    ($file:literal) => {
        Script::new(concat!("#!lua flags=allow-oom\n", include_str!($file)))
    };
}

pub(crate) static CLAIM: Script = Script::new(include_str!("claim.lua"));
pub(crate) static COUNT: Script = Script::new(include_str!("count.lua"));
pub(crate) static COMMIT: Script = also_when_full!("commit.lua");
pub(crate) static COMMIT_WITH_ANSWER: Script = Script::new(include_str!("commit.lua"));
pub(crate) static RENEW: Script = also_when_full!("renew.lua");
pub(crate) static RELEASE: Script = also_when_full!("release.lua");
pub(crate) static BURY: Script = also_when_full!("bury.lua");
pub(crate) static REVIVE: Script = also_when_full!("revive.lua");
pub(crate) static FORGET: Script = also_when_full!("forget.lua");
pub(crate) static LIST: Script = also_when_full!("list.lua");
pub(crate) static SWEEP: Script = also_when_full!("sweep.lua");

/// A script and the hash that Redis knows it by.
#[derive(Debug)]
pub(crate) struct Script {
    code: &'static str,
    hash: OnceLock<String>,
}

/// An argument of a script.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Arg<'a> {
    Bytes(&'a [u8]),
    Number(u64),
}

/// A script with its keys and arguments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    pub(crate) script: &'static Script,
    pub(crate) keys: &'a [String],
    pub(crate) args: &'a [Arg<'a>],
}

impl Script {
    const fn new(code: &'static str) -> Self {
        Self {
            code,
            hash: OnceLock::new(),
        }
    }

    fn hash(&self) -> &str {
        self.hash
            .get_or_init(|| const_hex::encode(Sha1::digest(self.code)))
    }
}

impl Call<'_> {
    /// Runs the script if the server knows it. The answer is `NOSCRIPT` otherwise.
    pub(crate) fn by_hash(&self) -> Cmd {
        self.command("EVALSHA", self.script.hash())
    }

    /// Runs the script, and lets the server know it.
    pub(crate) fn in_full(&self) -> Cmd {
        self.command("EVAL", self.script.code)
    }

    fn command(&self, name: &str, script: &str) -> Cmd {
        let mut command = redis::cmd(name);
        command.arg(script).arg(self.keys.len()).arg(self.keys);
        for arg in self.args {
            match arg {
                Arg::Bytes(bytes) => command.arg(*bytes),
                Arg::Number(number) => command.arg(*number),
            };
        }
        command
    }
}
