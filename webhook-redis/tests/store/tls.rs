//! Connections over TLS.

use std::path::PathBuf;
use std::process::Command;

use webhook_core::{ReplayStore as _, StoreErrorKind};
use webhook_redis::{RedisStore, RedisStoreBuilder, redis};
use webhook_test_services::Redis;

use crate::common::{handle, is_done, key, kind, request};

/// A certificate for 127.0.0.1 and its key, in a folder that is removed at the end.
struct Certificate(PathBuf);

impl Certificate {
    fn new() -> Self {
        let folder = format!("webhook-redis-tls-{}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).unwrap();
        let made = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
            ])
            .args(["-nodes", "-days", "2", "-subj", "/CN=webhook-redis-test"])
            .args(["-addext", "subjectAltName=IP:127.0.0.1"])
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .args(["-keyout", "key.pem", "-out", "certificate.pem"])
            .current_dir(&folder)
            .output()
            .expect("the program openssl is installed");
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        Self(folder)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Certificate {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn a_server_with_a_trusted_certificate_is_used_and_another_is_refused() {
    let certificate = Certificate::new();
    let port = webhook_test_services::free_port().to_string();
    let (pem, private) = (
        certificate.file("certificate.pem"),
        certificate.file("key.pem"),
    );
    let options = [
        "--tls-port",
        &port,
        "--tls-cert-file",
        &pem,
        "--tls-key-file",
        &private,
    ];
    let more = ["--tls-ca-cert-file", &pem, "--tls-auth-clients", "no"];
    let Some(_redis) = Redis::start(&[&options[..], &more].concat()) else {
        return;
    };
    let url = format!("rediss://127.0.0.1:{port}");
    let trusted = redis::TlsCertificates {
        client_tls: None,
        root_cert: Some(std::fs::read(&pem).unwrap()),
    };
    let client = redis::Client::build_with_tls(&*url, trusted).unwrap();
    let store = RedisStoreBuilder::from(client).build().unwrap();
    handle(&store, &key(1)).await;
    assert!(is_done(&store, &key(1)).await);

    // The system does not trust it.
    let store = RedisStore::new(&url).unwrap();
    let answer = store.claim(&key(2), &request()).await;
    assert_eq!(kind(answer), StoreErrorKind::Unavailable);
}
