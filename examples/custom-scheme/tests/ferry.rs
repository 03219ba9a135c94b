//! The scheme against its documentation, and as a delivery meets it.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use custom_scheme::{Bookings, FERRY, PATH, app};
use tower::ServiceExt;
use webhook_axum::testing::PlainSender;
use webhook_axum::{SignedRequest, Signer, UnixTime};

type TestResult = Result<(), Box<dyn std::error::Error>>;

const SECRET: &str = "ferry-secret-0123456789";
const BODY: &str = r#"{"booking":"b1","event":"booked","seats":2}"#;

fn ferry() -> PlainSender {
    PlainSender::new(FERRY, SECRET).path(PATH)
}

/// The statuses that these deliveries get, one after the other, and what was booked.
async fn send(
    deliveries: impl IntoIterator<Item = SignedRequest>,
) -> Result<(Vec<StatusCode>, Vec<String>), Box<dyn std::error::Error>> {
    let bookings = Bookings::default();
    let app = app(SECRET, bookings.clone())?;
    let mut statuses = Vec::new();
    for delivery in deliveries {
        let request: Request<Body> = delivery.to_http(PATH);
        statuses.push(app.clone().oneshot(request).await?.status());
    }
    let bookings = bookings.lock().map_err(|_| "a handler panicked")?.clone();
    Ok((statuses, bookings))
}

/// The signature of `BODY` at 1800000000: the HMAC of
/// `1800000000.booking=b1&event=booked&seats=2`, from `openssl dgst -sha256 -hmac`.
const TAG: &str = "7134bb1a56d83b867cf9b05c16d047c2ca153504c2e45bebc1128674ca828e91";

#[test]
fn the_signature_is_that_of_the_documentation() -> TestResult {
    let signed = Signer::new(FERRY, SECRET)?.sign(UnixTime::from_secs(1_800_000_000), BODY);
    assert_eq!(
        signed.headers,
        [
            ("ferry-signature".to_owned(), TAG.to_owned()),
            ("ferry-time".to_owned(), "1800000000".to_owned()),
        ]
    );
    Ok(())
}

#[tokio::test]
async fn a_genuine_delivery_runs_once() -> TestResult {
    let (statuses, bookings) = send(ferry().duplicate(BODY)).await?;
    assert_eq!(statuses, [200, 200]);
    assert_eq!(bookings, ["b1"]);
    Ok(())
}

#[tokio::test]
async fn the_order_of_the_fields_is_free_and_their_values_are_not() -> TestResult {
    let genuine = ferry().signed(BODY);
    let mut reordered = genuine.clone();
    reordered.body = r#"{ "seats": 2, "event": "booked", "booking": "b1" }"#.into();
    let mut changed = genuine.clone();
    changed.body = BODY.replace('2', "9").into();
    let mut without_a_field = genuine.clone();
    without_a_field.body = r#"{"booking":"b1","event":"booked"}"#.into();
    let no_json = ferry().signed("not JSON");

    let deliveries = [genuine, reordered, changed, without_a_field, no_json];
    let (statuses, bookings) = send(deliveries).await?;
    assert_eq!(statuses, [200, 200, 401, 401, 401]);
    assert_eq!(bookings, ["b1"], "another spelling is the same event");
    Ok(())
}

#[tokio::test]
async fn a_forged_or_old_delivery_is_refused() -> TestResult {
    let stale = ferry().stale(BODY).ok_or("the scheme signs a time")?;
    let (statuses, bookings) = send([ferry().forged(BODY), stale]).await?;
    assert_eq!(statuses, [401, 401]);
    assert!(bookings.is_empty());
    Ok(())
}
