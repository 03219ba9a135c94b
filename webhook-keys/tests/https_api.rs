//! The client of an API, against a server on this machine.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use webhook_core::notification::{MOLLIE_CLASSIC, NotificationSpec, Place, Resource};
use webhook_core::{Begun, Delivery, Endpoint, Finished, Head, RejectionKind};
use webhook_keys::{ApiSetupError, HttpsApi};

/// A server that answers every request alike. `None`: it never answers.
struct Served {
    base: String,
    api: HttpsApi,
    /// The heads of the requests.
    requests: Arc<Mutex<Vec<String>>>,
}

async fn serve(answer: Option<String>) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/api/", listener.local_addr().unwrap());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&requests);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let (seen, answer) = (Arc::clone(&seen), answer.clone());
            tokio::spawn(async move {
                let mut request = vec![0; 4096];
                let length = socket.read(&mut request).await.unwrap_or_default();
                let head = String::from_utf8_lossy(&request[..length]).into_owned();
                seen.lock().unwrap().push(head);
                match answer {
                    Some(answer) => drop(socket.write_all(answer.as_bytes()).await),
                    None => std::future::pending().await,
                }
            });
        }
    });
    let api = HttpsApi::loopback_for_tests(&base).unwrap();
    let api = api.bearer("live_0123456789").unwrap();
    Served {
        base,
        api,
        requests,
    }
}

fn http(status: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
}

/// Receives a notification of `tr_7`.
async fn receive(api: HttpsApi) -> Result<Delivery, RejectionKind> {
    let endpoint = Endpoint::notifications(MOLLIE_CLASSIC, api)
        .build()
        .unwrap();
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let Begun::Read(mut intake) = endpoint.begin(&Head::new("POST", "/", &headers)) else {
        panic!("refused");
    };
    intake.push("id=tr_7".into()).unwrap();
    let Finished::Pending(pending) = intake.finish().unwrap() else {
        panic!("nothing to fetch");
    };
    match pending.resolve().await {
        Ok(Finished::Event(checked)) => Ok(checked.copy()),
        Ok(other) => panic!("{other:?}"),
        Err(rejection) => Err(rejection.kind()),
    }
}

#[tokio::test]
async fn an_object_is_requested_below_the_base_with_the_credentials() {
    let object = r#"{"id":"tr_7","status":"paid"}"#;
    let served = serve(Some(http("200 OK", object))).await;
    let event = receive(served.api).await.unwrap();
    assert_eq!(*event.raw(), object.as_bytes());
    assert!(event.proof().is_fetched());
    let requests = served.requests.lock().unwrap();
    let [request] = &requests[..] else {
        panic!("{requests:?}")
    };
    assert!(
        request.starts_with("GET /api/v2/payments/tr_7 HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(
        request.contains("authorization: Bearer live_0123456789\r\n"),
        "{request}"
    );
    assert!(
        request.contains("accept: application/json\r\n"),
        "{request}"
    );
}

#[tokio::test]
async fn only_404_and_410_say_that_an_object_does_not_exist() {
    for (status, kind) in [
        ("404 Not Found", RejectionKind::UnknownObject),
        ("410 Gone", RejectionKind::UnknownObject),
        ("401 Unauthorized", RejectionKind::FetchFailed),
        ("403 Forbidden", RejectionKind::FetchFailed),
        ("429 Too Many Requests", RejectionKind::FetchFailed),
        ("500 Internal Server Error", RejectionKind::FetchFailed),
        ("204 No Content", RejectionKind::FetchFailed),
    ] {
        let served = serve(Some(http(status, r#"{"id":"tr_7"}"#))).await;
        assert_eq!(receive(served.api).await.unwrap_err(), kind, "{status}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = serve(Some(http("200 OK", r#"{"id":"tr_7"}"#))).await;
    let answer = format!(
        "HTTP/1.1 302 Found\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n",
        elsewhere.base
    );
    let served = serve(Some(answer)).await;
    assert_eq!(
        receive(served.api).await.unwrap_err(),
        RejectionKind::FetchFailed
    );
    assert!(elsewhere.requests.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_long_object_is_refused_whether_it_says_so_or_not() {
    let long = format!(r#"{{"id":"tr_7","x":"{}"}}"#, "a".repeat(256 * 1024));
    let endless = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{long}");
    for answer in [http("200 OK", &long), endless] {
        let served = serve(Some(answer)).await;
        assert_eq!(
            receive(served.api).await.unwrap_err(),
            RejectionKind::FetchFailed
        );
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_given_up() {
    let served = serve(None).await;
    assert_eq!(
        receive(served.api).await.unwrap_err(),
        RejectionKind::FetchFailed
    );
}

#[test]
fn only_an_https_url_of_a_host_name_is_an_api() {
    for base in [
        "http://api.example.com",
        "https://127.0.0.1",
        "https://[::1]",
        "https://localhost",
        "https://api.example.com:8443",
        "https://user:secret@api.example.com",
        "https://api.example.com/?a=secret",
        "https://api.example.com/#a",
        "https://api.example.com.",
        "ftp://api.example.com",
        "api.example.com",
        "",
    ] {
        let error = HttpsApi::new(base).unwrap_err();
        assert!(matches!(error, ApiSetupError::InvalidUrl), "{base}");
        assert!(!error.to_string().contains("secret"));
    }
    for base in ["https://api.example.com", "https://api.example.com/2.0/"] {
        assert!(HttpsApi::new(base).is_ok(), "{base}");
    }
}

#[test]
fn a_stand_in_is_on_this_machine() {
    for base in [
        "http://api.example.com",
        "http://10.0.0.1:80",
        "http://169.254.169.254",
        "http://localhost:80",
        "https://127.0.0.1:80",
        "http://user@127.0.0.1:80",
    ] {
        assert!(HttpsApi::loopback_for_tests(base).is_err(), "{base}");
    }
    for base in ["http://127.0.0.1:8080", "http://[::1]:8080/api"] {
        assert!(HttpsApi::loopback_for_tests(base).is_ok(), "{base}");
    }
}

#[test]
fn a_credential_that_is_empty_or_not_visible_is_refused_and_never_shown() {
    let api = || HttpsApi::new("https://api.example.com").unwrap();
    for token in ["", "a b", "a\r\nhost: x", "é"] {
        assert!(
            matches!(api().bearer(token), Err(ApiSetupError::InvalidCredential)),
            "{token:?}"
        );
        assert!(api().header("apikey", token).is_err(), "{token:?}");
    }
    assert!(api().header("", "secret").is_err());
    for (username, password) in [("", "secret"), ("user", ""), ("a:b", "secret")] {
        assert!(api().basic(username, password).is_err());
    }
    let api = api()
        .basic("user", "geheim")
        .unwrap()
        .header("apikey", "secret")
        .unwrap();
    let shown = format!("{api:?}");
    assert!(shown.contains("api.example.com"), "{shown}");
    assert!(
        !shown.contains("secret") && !shown.contains("geheim"),
        "{shown}"
    );
}

#[tokio::test]
async fn basic_credentials_and_headers_are_sent() {
    const SPEC: NotificationSpec = NotificationSpec::new("acme", Place::Form("id"))
        .with_resources(&[Resource::new("order", "/orders/{id}")]);
    let served = serve(Some(http("200 OK", r#"{"id":"7"}"#))).await;
    let api = HttpsApi::loopback_for_tests(&served.base).unwrap();
    let api = api
        .basic("user", "pass")
        .unwrap()
        .header("account-id", "a-1")
        .unwrap();
    let endpoint = Endpoint::notifications(SPEC, api).build().unwrap();
    let headers: [(&str, &str); 0] = [];
    let Begun::Read(mut intake) = endpoint.begin(&Head::new("POST", "/", &headers)) else {
        panic!("refused");
    };
    intake.push("id=7".into()).unwrap();
    let Finished::Pending(pending) = intake.finish().unwrap() else {
        panic!("nothing to fetch");
    };
    assert!(matches!(pending.resolve().await, Ok(Finished::Event(_))));
    let requests = served.requests.lock().unwrap();
    assert!(
        requests[0].contains("authorization: Basic dXNlcjpwYXNz\r\n"),
        "{requests:?}"
    );
    assert!(requests[0].contains("account-id: a-1\r\n"), "{requests:?}");
}
