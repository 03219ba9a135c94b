use axum::{Router, http::StatusCode, routing::post};
use webhook_axum::{VerifiedEvent, WebhookLayer};

#[derive(serde::Deserialize)]
struct StripeEvent {
    data: Data,
}

#[derive(serde::Deserialize)]
struct Data {
    object: Invoice,
}

#[derive(serde::Deserialize)]
struct Invoice {
    amount_paid: u64,
}

async fn paid(VerifiedEvent(event): VerifiedEvent<StripeEvent>) -> StatusCode {
    println!("{} cents paid", event.data.data.object.amount_paid);
    StatusCode::OK
}

fn app(secret: &str) -> Router {
    let stripe = WebhookLayer::stripe(secret);
    Router::new().route("/webhooks/stripe", post(paid).layer(stripe))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let secret = std::env::var("STRIPE_WEBHOOK_SECRET")?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app(&secret)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use tower::ServiceExt;
    use webhook_axum::{Signer, providers};

    #[tokio::test]
    async fn a_payment_runs_and_a_forgery_does_not() -> Result<(), Box<dyn std::error::Error>> {
        let (secret, path) = ("whsec_0123456789abcdef", "/webhooks/stripe");
        let app = super::app(secret);
        let body = r#"{"id":"evt_1","data":{"object":{"amount_paid":1999}}}"#;
        let delivery = Signer::new(providers::STRIPE, secret)?.sign_now(body);

        let genuine = delivery.to_http::<Body>(path);
        assert_eq!(app.clone().oneshot(genuine).await?.status(), 200);
        let forged = delivery.forged().to_http::<Body>(path);
        assert_eq!(app.oneshot(forged).await?.status(), 401);
        Ok(())
    }
}
