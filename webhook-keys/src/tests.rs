//! Requests to a server on this machine, with a resolver and a root certificate for the tests.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use bytes::Bytes;
use reqwest::Client;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::https_keys::{Answer, MAX_BYTES, TIMEOUT};
use crate::resolver::{PublicResolver, only_public};
use crate::url::parse;
use crate::{HttpsApi, HttpsKeys};

macro_rules! tls {
    ($name:literal) => {
        include_bytes!(concat!("../tests/tls/", $name, ".pem"))
    };
}

const URL: &str = "https://keys.example/.well-known/jwks.json";

/// Resolves every name to one address.
struct To(SocketAddr);

impl Resolve for To {
    fn resolve(&self, _: Name) -> Resolving {
        let found: Addrs = Box::new(std::iter::once(self.0));
        Box::pin(async move { Ok(found) })
    }
}

/// The server's answer to a request. `None`: it never answers.
type Says = Arc<dyn Fn() -> Option<Vec<u8>> + Send + Sync>;

struct Served {
    at: SocketAddr,
    keys: HttpsKeys,
    connections: Arc<AtomicUsize>,
}

async fn serve(says: impl Fn() -> Option<Vec<u8>> + Send + Sync + 'static) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    tokio::spawn(accept(listener, Arc::new(says), Arc::clone(&connections)));
    let root = reqwest::Certificate::from_pem(tls!("root")).unwrap();
    let builder = Client::builder().tls_certs_only([root]);
    let keys = HttpsKeys::with(builder, To(at)).unwrap();
    Served {
        at,
        keys,
        connections,
    }
}

async fn accept(listener: TcpListener, says: Says, connections: Arc<AtomicUsize>) {
    let chain = vec![CertificateDer::from_pem_slice(tls!("server")).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(tls!("server.key")).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    while let Ok((socket, _)) = listener.accept().await {
        connections.fetch_add(1, Ordering::SeqCst);
        let (acceptor, says) = (acceptor.clone(), Arc::clone(&says));
        tokio::spawn(async move {
            let Ok(mut stream) = acceptor.accept(socket).await else {
                return;
            };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            match says() {
                Some(answer) => {
                    let _ = stream.write_all(&answer).await;
                    let _ = stream.shutdown().await;
                }
                None => std::future::pending().await,
            }
        });
    }
}

fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\n{headers}connection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

async fn fetched(served: &Served) -> Result<Option<Bytes>, String> {
    match served.keys.get(parse(URL).unwrap()).await {
        Ok(Answer::Document(document)) => Ok(Some(document)),
        Ok(Answer::Missing) => Ok(None),
        Err(refused) => Err(refused.to_string()),
    }
}

#[tokio::test]
async fn a_document_is_fetched() {
    let served = serve(|| Some(answer("200 OK", "content-length: 11\r\n", b"{\"keys\":[]}"))).await;
    let document = fetched(&served).await.unwrap().unwrap();
    assert_eq!(document, &b"{\"keys\":[]}"[..]);
}

#[tokio::test]
async fn a_document_that_is_missing_is_none_and_every_other_status_an_error() {
    for status in ["403 Forbidden", "404 Not Found", "410 Gone"] {
        let served = serve(move || Some(answer(status, "", b""))).await;
        assert_eq!(fetched(&served).await, Ok(None), "{status}");
    }
    for status in [
        "201 Created",
        "204 No Content",
        "206 Partial",
        "401 No",
        "429 Slow",
        "500 Oh",
        "503 Later",
    ] {
        let served = serve(move || Some(answer(status, "", b"{}"))).await;
        assert!(fetched(&served).await.is_err(), "{status}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    for status in ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"] {
        let location = "location: https://keys.example/elsewhere\r\n";
        let served = serve(move || Some(answer(status, location, b""))).await;
        assert!(fetched(&served).await.is_err(), "{status}");
        assert_eq!(served.connections.load(Ordering::SeqCst), 1, "{status}");
    }
}

#[tokio::test]
async fn a_document_beyond_the_limit_is_refused_announced_or_not() {
    let full = vec![b' '; MAX_BYTES];
    let served = serve(move || Some(answer("200 OK", "", &full))).await;
    assert_eq!(fetched(&served).await.unwrap().unwrap().len(), MAX_BYTES);
    let long = vec![b' '; MAX_BYTES + 1];
    let served = serve(move || Some(answer("200 OK", "", &long))).await;
    assert_eq!(
        fetched(&served).await,
        Err("the document is longer than 64 KiB".into())
    );
    let served = serve(|| Some(answer("200 OK", "content-length: 10485760\r\n", b""))).await;
    assert_eq!(
        fetched(&served).await,
        Err("the document is longer than 64 KiB".into())
    );
}

#[tokio::test]
async fn a_server_that_says_nothing_or_not_all_is_given_up() {
    let served = serve(|| None).await;
    let start = Instant::now();
    assert_eq!(fetched(&served).await, Err("the request failed".into()));
    assert!(start.elapsed() >= TIMEOUT);
    let served = serve(|| Some(answer("200 OK", "content-length: 100\r\n", b"{"))).await;
    assert_eq!(fetched(&served).await, Err("the request failed".into()));
}

#[tokio::test]
async fn a_certificate_of_an_unknown_root_or_for_another_name_is_refused() {
    let served = serve(|| Some(answer("200 OK", "", b"{}"))).await;
    let other = parse("https://other.example/jwks.json").unwrap();
    assert!(served.keys.get(other).await.is_err());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(accept(
        listener,
        Arc::new(|| Some(answer("200 OK", "", b"{}"))),
        Arc::default(),
    ));
    let keys = HttpsKeys::with(Client::builder(), To(at)).unwrap();
    assert!(keys.get(parse(URL).unwrap()).await.is_err());
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_before_anything_connects() {
    let refused = PublicResolver.resolve("localhost".parse().unwrap()).await;
    let error = refused.err().unwrap().to_string();
    assert!(error.contains("not public"), "{error}");
    let inside = |text: &str| SocketAddr::new(text.parse().unwrap(), 0);
    assert!(only_public(vec![inside("8.8.8.8")]).is_ok());
    assert!(only_public(vec![inside("8.8.8.8"), inside("10.0.0.1")]).is_err());
}

#[tokio::test]
async fn an_api_is_at_its_own_host_with_its_own_certificate_and_not_inside() {
    let served = serve(|| Some(answer("200 OK", "", b"{}"))).await;
    let root = || reqwest::Certificate::from_pem(tls!("root")).unwrap();
    let trusting = || Client::builder().https_only(true).tls_certs_only([root()]);
    let at = |base: &str| reqwest::Url::parse(base).unwrap();

    let genuine = HttpsApi::with(trusting(), To(served.at), &at("https://keys.example")).unwrap();
    assert_eq!(genuine.object("/a").await.unwrap().unwrap(), "{}");
    let other = HttpsApi::with(trusting(), To(served.at), &at("https://other.example")).unwrap();
    assert!(
        other.get("/a").await.is_err(),
        "the certificate is of another name"
    );
    let before = served.connections.load(Ordering::SeqCst);
    let inside = HttpsApi::with(trusting(), PublicResolver, &at("https://localhost")).unwrap();
    assert!(inside.get("/a").await.is_err());
    for path in ["", "a", ".evil.example/a", "@evil.example/a"] {
        assert!(genuine.object(path).await.is_err(), "{path:?} is no path");
    }
    assert_eq!(
        served.connections.load(Ordering::SeqCst),
        before,
        "nothing connects"
    );
}

#[test]
fn only_plain_addresses_are_fetched() {
    for text in [
        URL,
        "https://www.googleapis.com/oauth2/v3/certs",
        "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem",
    ] {
        assert!(parse(text).is_ok(), "{text}");
    }
    for text in [
        "http://keys.example/a",
        "https://127.0.0.1/a",
        "https://[::1]/a",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433/a",
        "https://0x7f.1/a",
        "https://keys.example:8443/a",
        "https://keys.example:443/a",
        "https://u@keys.example/a",
        "https://u:p@keys.example/a",
        "https://keys.example/a#b",
        "https://localhost/a",
        "https://keys.example./a",
        "https://keys.example/a/../b",
        "https://KEYS.example/a",
        "https://kéys.example/a",
        "https:keys.example/a",
        "https:\\\\keys.example\\a",
        " https://keys.example/a",
        "file:///etc/passwd",
        "keys.example",
        "",
    ] {
        assert!(parse(text).is_err(), "{text}");
    }
}

#[tokio::test]
async fn a_subscription_is_confirmed_by_a_visit_that_succeeds_and_by_nothing_else() {
    // Only the engine makes a `Confirmation`, from a verified delivery.
    async fn confirmed(served: &Served, url: &str) -> Result<(), String> {
        let url = parse(url).map_err(|refused| refused.to_string())?;
        let visited = served.keys.visit(url).await;
        visited.map_err(|refused| refused.to_string())
    }
    // The certificate of the test server is for this name.
    let url = "https://keys.example/?Action=ConfirmSubscription\
               &TopicArn=arn:aws:sns:us-east-2:1:t&Token=2336412f";
    let served = serve(|| Some(answer("200 OK", "", b"<ConfirmSubscriptionResponse/>"))).await;
    assert_eq!(confirmed(&served, url).await, Ok(()));
    assert_eq!(served.connections.load(Ordering::SeqCst), 1);
    for status in [
        "204 None",
        "302 Found",
        "403 No",
        "404 No",
        "410 Gone",
        "500 Oh",
    ] {
        let headers = "location: https://sns.us-east-2.amazonaws.com/\r\n";
        let served = serve(move || Some(answer(status, headers, b""))).await;
        assert!(confirmed(&served, url).await.is_err(), "{status}");
    }
    for url in [
        "http://sns.us-east-2.amazonaws.com/",
        "https://sns.us-east-2.amazonaws.com:8443/",
        "https://127.0.0.1/",
    ] {
        assert!(confirmed(&served, url).await.is_err(), "{url}");
    }
}
