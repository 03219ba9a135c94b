//! The tests that a custom provider needs.

use std::time::Duration;

use custom_provider::{LIGHTHOUSE, Log, PATH, app, layer};
use webhook_axum::{SignedRequest, Signer, UnixTime};
use webhook_test::{Client, Sent, Server};

type Failure = Box<dyn std::error::Error>;

const SECRET: &str = "bGlnaHRob3VzZS1leGFtcGxlLWtleS0wMTIzNDU2Nzg5";
const FOG: &str = r#"{"event":"fog","metres":50}"#;

/// Compares the signer with an independent signature. The signer uses the same value that verifies,
/// so it would repeat a misreading. The best reference is a recorded delivery, or the example in
/// the provider's documentation. Here it is OpenSSL:
///
/// ```text
/// printf '%s' 'msg_1:1700000000000:{"event":"fog","metres":50}' |
///   openssl dgst -sha512 -hmac lighthouse-example-key-0123456789
/// ```
#[test]
fn it_signs_as_an_independent_tool_does() -> Result<(), Failure> {
    let signer = Signer::new(LIGHTHOUSE, SECRET)?.id("msg_1");
    let signed = signer.sign(UnixTime::from_secs(1_700_000_000), FOG);
    let expected = "v1:b33642650a1af6c747ee25970cd462980149ab5b38fa38490a1fcecee15f32b8\
                    845f14343af6bee3eb97c96540124cea44c321b8f2a6c7c13a50b29770a7f8ea";
    let expected = [
        ("lighthouse-signature", expected),
        ("lighthouse-sent", "1700000000000"),
        ("lighthouse-id", "msg_1"),
    ];
    assert_eq!(signed.headers.len(), expected.len());
    for ((name, value), expected) in signed.headers.iter().zip(expected) {
        assert_eq!((name.as_str(), value.as_str()), expected);
    }
    Ok(())
}

#[tokio::test]
async fn a_genuine_delivery_runs_once_however_often_it_is_sent() -> Result<(), Failure> {
    let (server, log) = serve().await?;
    let now = UnixTime::now();
    assert_eq!(send(&server, &fog(now)?).await, 200);
    assert_eq!(*log.lock().await, ["msg_1: fog, sight 50 m"]);

    // An identical copy. Then a retry: the same id, with another time and signature.
    assert_eq!(send(&server, &fog(now)?).await, 200);
    let retry = fog(now.saturating_add(Duration::from_secs(30)))?;
    assert_eq!(send(&server, &retry).await, 200);
    assert_eq!(log.lock().await.len(), 1);
    Ok(())
}

#[tokio::test]
async fn whatever_is_changed_the_answer_is_401_and_nothing_runs() -> Result<(), Failure> {
    let (server, log) = serve().await?;
    let now = UnixTime::now();
    let ten_minutes = Duration::from_secs(600);
    let genuine = Sent::from(fog(now)?);
    let stranger = Signer::new(LIGHTHOUSE, "YS1zdHJhbmdlci1rZXktMDEyMzQ1Njc4OTAxMjM0NTY=")?;
    let v2 = genuine.text("lighthouse-signature").replace("v1:", "v2:");
    for (what, sent) in [
        ("body", genuine.clone().body(FOG.replace("50", "5000"))),
        ("id", genuine.clone().set("lighthouse-id", "msg_2")),
        (
            "time",
            genuine.clone().set("lighthouse-sent", "1700000000000"),
        ),
        ("version", genuine.clone().set("lighthouse-signature", v2)),
        (
            "no signature",
            genuine.clone().without("lighthouse-signature"),
        ),
        ("no id", genuine.clone().without("lighthouse-id")),
        ("key", stranger.sign(now, FOG).into()),
        ("old", fog(now.saturating_sub(ten_minutes))?.into()),
        ("early", fog(now.saturating_add(ten_minutes))?.into()),
    ] {
        let mut client = Client::connect(server.address).await;
        let wire = Sent {
            target: PATH.to_owned(),
            ..sent
        }
        .wire();
        client.send(&wire).await;
        let reply = client.reply().await.ok_or("no reply")?;
        assert_eq!(
            (reply.status, &*reply.body),
            (401, br#"{"error":"unauthorized"}"# as &[u8]),
            "{what}"
        );
    }
    assert!(log.lock().await.is_empty());

    // The genuine delivery still runs.
    assert_eq!(send(&server, &fog(now)?).await, 200);
    assert_eq!(log.lock().await.len(), 1);
    Ok(())
}

#[test]
fn a_secret_in_another_format_is_an_error_that_does_not_show_it() {
    let error = layer("not base64!").unwrap_err().to_string();
    assert_eq!(error, "secret 0 is not base64");
}

async fn serve() -> Result<(Server, Log), Failure> {
    let log = Log::default();
    Ok((Server::start(app(layer(SECRET)?, log.clone())).await, log))
}

fn fog(at: UnixTime) -> Result<SignedRequest, Failure> {
    let signer = Signer::new(LIGHTHOUSE, SECRET)?.id("msg_1");
    Ok(signer.path_and_query(PATH).sign(at, FOG))
}

async fn send(server: &Server, request: &SignedRequest) -> u16 {
    let mut client = Client::connect(server.address).await;
    client.send(&Sent::from(request.clone()).wire()).await;
    client.reply().await.map_or(0, |reply| reply.status)
}
