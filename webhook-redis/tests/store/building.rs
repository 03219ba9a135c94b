//! Settings that cannot be used, and what is shown of those that can.

use std::error::Error as _;
use std::time::Duration;

use webhook_redis::{BuildErrorKind, RedisStore, RedisStoreBuilder};

fn refused(builder: RedisStoreBuilder) -> BuildErrorKind {
    builder.build().unwrap_err().kind()
}

#[test]
fn settings_that_cannot_be_used_are_errors_of_their_kinds() {
    let builder = || RedisStore::builder("redis://127.0.0.1:1");
    for url in ["", "127.0.0.1", "http://127.0.0.1", "redis://127.0.0.1/x"] {
        assert_eq!(
            refused(RedisStore::builder(url)),
            BuildErrorKind::Url,
            "{url}"
        );
    }
    for prefix in ["", "a{b}", "a b", "a\nb", "ü", &"x".repeat(65)] {
        assert_eq!(
            refused(builder().prefix(prefix)),
            BuildErrorKind::Prefix,
            "{prefix}"
        );
    }
    for limit in [Duration::ZERO, Duration::from_secs(61)] {
        assert_eq!(refused(builder().timeout(limit)), BuildErrorKind::Timeout);
    }
    for (replicas, wait) in [(0, 100), (1, 0), (1, 2000), (1, 5000)] {
        let wait = Duration::from_millis(wait);
        assert_eq!(
            refused(builder().wait_for_replicas(replicas, wait)),
            BuildErrorKind::Replicas
        );
    }
    builder()
        .prefix("a.B:/_-9")
        .timeout(Duration::from_secs(60))
        .build()
        .unwrap();
}

#[test]
fn a_password_is_never_shown() {
    let store = RedisStore::builder("redis://user:hunter2@127.0.0.1:1");
    assert!(!format!("{store:?}").contains("hunter2"));
    assert!(!format!("{:?}", store.build().unwrap()).contains("hunter2"));
    let error = RedisStore::new("redis://user:hunter2@127.0.0.1:notaport").unwrap_err();
    let source = error.source().unwrap();
    for text in [
        format!("{error:?}"),
        format!("{error}"),
        format!("{source}"),
    ] {
        assert!(!text.contains("hunter2"), "{text}");
    }
}
