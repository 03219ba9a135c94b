//! What is wrong with the set-up of the server.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use redis::Value;
use webhook_core::StoreError;
use webhook_core::replay::{Finding, FindingKind};

use crate::failure::corrupt;
use crate::link::{CallError, Deadline};
use crate::reply::{bytes, items, number};
use crate::store::Inner;

/// How far the clocks may be apart.
const SKEW: Duration = Duration::from_secs(30);
/// The first version whose scripts can say that they run on a full server.
const VERSION: u64 = 7;

/// Looks at each server that takes writes.
///
/// `INFO` says most, and hosted servers allow it. `CONFIG` says the rest, and many forbid it.
pub(crate) async fn findings(inner: &Inner) -> Result<Vec<Finding>, StoreError> {
    let by = inner.deadline();
    let mut findings = Vec::new();
    let is_cluster = inner.link.target().is_cluster();
    for (server, info) in ask(inner, &["INFO"], by).await? {
        let info = String::from_utf8_lossy(&bytes(info)?).into_owned();
        findings.extend(
            of_info(&Info(&info), is_cluster)
                .into_iter()
                .map(|f| at(&server, f)),
        );
    }
    for (server, fsync) in fsync(inner, by).await? {
        findings.extend(of_fsync(fsync.as_deref()).map(|f| at(&server, f)));
    }
    let sent = now();
    for (server, time) in ask(inner, &["TIME"], by).await? {
        let skew = skew(sent, now(), seconds(time)?);
        findings.extend(of_skew(skew).map(|f| at(&server, f)));
    }
    Ok(findings)
}

async fn ask(
    inner: &Inner,
    command: &[&str],
    by: Deadline,
) -> Result<Vec<(String, Value)>, CallError> {
    let mut words = redis::Cmd::new();
    words.arg(command);
    inner.link.read_from_each(&words, by).await
}

/// The setting `appendfsync` of each server. `None`: the server does not tell.
async fn fsync(inner: &Inner, by: Deadline) -> Result<Vec<(String, Option<String>)>, StoreError> {
    let answers = match ask(inner, &["CONFIG", "GET", "appendfsync"], by).await {
        Ok(answers) => answers,
        Err(CallError::Redis(error)) if !error.is_io_error() => {
            return Ok(vec![(String::new(), None)]);
        }
        Err(error) => return Err(error.into()),
    };
    let setting = |(server, answer)| Ok((server, value_of(answer)?));
    answers.into_iter().map(setting).collect()
}

/// The value in a list or map of one name and its value.
fn value_of(answer: Value) -> Result<Option<String>, StoreError> {
    let value = match answer {
        Value::Map(pairs) => pairs.into_iter().map(|(_, value)| value).next(),
        list => items(list)?.into_iter().nth(1),
    };
    let text = |value| Ok(String::from_utf8_lossy(&bytes(value)?).into_owned());
    value.map(text).transpose()
}

/// The answer of `INFO`: lines of a name and a value.
struct Info<'a>(&'a str);

impl Info<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        let mut lines = self.0.lines().filter_map(|line| line.split_once(':'));
        let line = lines.find(|(key, _)| *key == name)?;
        Some(line.1.trim())
    }
}

fn of_info(info: &Info<'_>, is_cluster: bool) -> Vec<Finding> {
    let findings = [
        match info.get("maxmemory_policy") {
            Some("noeviction") => None,
            Some(policy) => Some(Finding::new(
                FindingKind::Eviction,
                format!(
                    "`maxmemory-policy` is {policy}, which drops records before they expire; \
                     expected noeviction"
                ),
            )),
            None => Some(untold("whether Redis evicts records (`maxmemory-policy`)")),
        },
        match info.get("aof_enabled") {
            Some("1") => None,
            Some(_) => Some(Finding::new(
                FindingKind::Durability,
                "`appendonly` is off, so a crash loses every record since the last snapshot; \
                 expected `appendonly yes`",
            )),
            None => Some(untold(
                "whether Redis keeps records over a crash (`appendonly`)",
            )),
        },
        match info.get("role") {
            Some("master") => None,
            Some(_) => Some(Finding::new(
                FindingKind::Replica,
                "the server is a replica and refuses writes; connect to the primary",
            )),
            None => Some(untold("whether Redis is a replica")),
        },
        version(info.get("redis_version")),
        match info.get("cluster_enabled") {
            Some("1") if !is_cluster => Some(Finding::new(
                FindingKind::Other,
                "the server is part of a cluster, and refuses keys of other servers; \
                 use `RedisStore::cluster`, with the feature `cluster`",
            )),
            _ => None,
        },
    ];
    findings.into_iter().flatten().collect()
}

fn version(version: Option<&str>) -> Option<Finding> {
    let Some(version) = version else {
        return Some(untold("the version of Redis"));
    };
    let major = version.split('.').next().unwrap_or_default();
    let is_known = major.parse::<u64>().is_ok_and(|major| major >= VERSION);
    let old = || {
        let text = format!("the server is Redis {version}; expected 7.0 or later, or Valkey");
        Finding::new(FindingKind::Other, text)
    };
    (!is_known).then(old)
}

fn of_fsync(setting: Option<&str>) -> Option<Finding> {
    match setting {
        Some("no") => Some(Finding::new(
            FindingKind::Durability,
            "`appendfsync` is no, so a power loss loses the last half minute; \
             expected everysec or always",
        )),
        Some(_) => None,
        None => Some(untold("how often Redis writes to its disk (`appendfsync`)")),
    }
}

fn untold(what: &str) -> Finding {
    let text = format!("the server does not tell {what}; find out from its operator");
    Finding::new(FindingKind::Other, text)
}

fn of_skew(skew: Duration) -> Option<Finding> {
    let apart = || {
        let text = format!(
            "the clock of Redis and that of this machine are {} s apart; set them",
            skew.as_secs()
        );
        Finding::new(FindingKind::ClockSkew, text)
    };
    (skew > SKEW).then(apart)
}

/// How far the time of the server is outside of the time in which it answered.
fn skew(sent: Duration, received: Duration, server: Duration) -> Duration {
    let behind = sent.saturating_sub(server);
    let ahead = server.saturating_sub(received);
    behind.max(ahead)
}

fn seconds(time: Value) -> Result<Duration, StoreError> {
    let parts = items(time)?;
    let first = parts.first();
    let first = first.ok_or_else(|| corrupt("Redis answered TIME without a time"))?;
    Ok(Duration::from_secs(number(first)?))
}

fn now() -> Duration {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default()
}

/// A finding at one of the servers of a cluster.
fn at(server: &str, finding: Finding) -> Finding {
    match server {
        "" => finding,
        server => Finding::new(finding.what, format!("{server}: {}", finding.text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = "# Server\r\nredis_version:7.0.15\r\n# Memory\r\nmaxmemory_policy:noeviction\r\n\
                         aof_enabled:1\r\nrole:master\r\ncluster_enabled:0\r\n";

    fn kinds(info: &str) -> Vec<FindingKind> {
        let findings = of_info(&Info(info), false);
        findings.into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn versions_before_7_are_found_and_later_ones_are_not() {
        assert_eq!(kinds(SOUND), []);
        for (version, is_found) in [
            ("6.2.14", true),
            ("2.8.0", true),
            ("unstable", true),
            ("7.4.1", false),
            ("8.0.0", false),
            ("10.1", false),
        ] {
            let found = kinds(&SOUND.replace("7.0.15", version));
            assert_eq!(found.contains(&FindingKind::Other), is_found, "{version}");
        }
    }

    #[test]
    fn what_info_does_not_say_is_found() {
        for name in ["redis_version", "maxmemory_policy", "aof_enabled", "role"] {
            assert_eq!(kinds(&SOUND.replace(name, "another")), [FindingKind::Other]);
        }
    }

    #[test]
    fn clocks_are_apart_only_beyond_the_time_that_the_answer_took() {
        let of = |sent, received, server| {
            let [sent, received, server] = [sent, received, server].map(Duration::from_secs);
            of_skew(skew(sent, received, server)).map(|finding| finding.what)
        };
        let found = Some(FindingKind::ClockSkew);
        assert_eq!(of(1000, 1002, 1001), None);
        assert_eq!(of(1000, 1100, 1050), None);
        assert_eq!(of(1000, 1002, 970), None);
        assert_eq!(of(1000, 1002, 1032), None);
        assert_eq!(of(1000, 1002, 969), found);
        assert_eq!(of(1000, 1002, 1033), found);
    }
}
