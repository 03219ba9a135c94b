//! The log line of a refusal says what to do, where its provider does otherwise than one expects.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use tower::{Layer as _, ServiceExt as _, service_fn};
use webhook_axum::WebhookLayer;
use webhook_core::{Endpoint, RejectionKind};
use webhook_test::{Corpus, Logs, PLAIN};
use webhook_tower::RequestBody;

async fn send(endpoint: &Endpoint, request: Request<Full<Bytes>>) -> StatusCode {
    let handler = service_fn(async |_: Request<RequestBody>| {
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
    });
    let service = WebhookLayer::new(endpoint.clone()).layer(handler);
    let Ok(response) = service.oneshot(request).await;
    response.status()
}

/// The first line about a refusal of this provider for this reason.
fn line(logs: &Logs, provider: &str, kind: RejectionKind) -> Option<String> {
    let said = [
        format!("provider=\"{provider}\""),
        format!("reason=\"{}\"", kind.as_str()),
    ];
    let text = logs.text();
    let mut lines = text.lines();
    let found = lines.find(|line| said.iter().all(|said| line.contains(said)));
    found.map(str::to_owned)
}

#[tokio::test]
async fn the_line_of_a_refusal_has_the_hint_of_its_provider() {
    let logs = Logs::of_process();
    let kinds = [
        RejectionKind::BadSignature,
        RejectionKind::Malformed,
        RejectionKind::MissingHeader,
        RejectionKind::UnsupportedScheme,
    ];
    let mut hinted = Vec::new();
    for mut corpus in Corpus::all() {
        let provider = *corpus.provider();
        let hints = kinds.map(|kind| (kind, provider.hint(kind)));
        if hints.iter().all(|(_, hint)| hint.is_none()) {
            continue;
        }
        let endpoint = corpus.endpoint().build().unwrap();
        for sent in corpus.by_ref().take(200) {
            let body = Full::new(sent.body.clone());
            send(&endpoint, sent.request_with(body).unwrap()).await;
        }
        for (kind, hint) in hints {
            let line = line(&logs, provider.name(), kind);
            if let (Some(line), Some(hint)) = (line, hint) {
                assert!(line.contains(hint), "{}: {line}", provider.name());
                hinted.push((provider.name(), kind));
            }
        }
    }
    for expected in [
        ("efi-pix", RejectionKind::BadSignature),
        ("mercadopago", RejectionKind::BadSignature),
    ] {
        assert!(hinted.contains(&expected), "{expected:?} of {hinted:?}");
    }
}

/// Efí appends it to whatever was registered.
#[tokio::test]
async fn a_token_of_efi_with_pix_behind_it_is_refused_unless_a_parameter_takes_it() {
    let endpoint = Endpoint::efi_pix(PLAIN).build().unwrap();
    for (query, status) in [
        (format!("hmac={PLAIN}/pix"), StatusCode::UNAUTHORIZED),
        (format!("hmac={PLAIN}&ignorar=/pix"), StatusCode::OK),
    ] {
        let body = Full::new(Bytes::from(r#"{"pix":[{"endToEndId":"E1"}]}"#));
        let request = Request::post(format!("/hooks?{query}"));
        let request = request.header("content-type", "application/json");
        assert_eq!(send(&endpoint, request.body(body).unwrap()).await, status);
    }
}
