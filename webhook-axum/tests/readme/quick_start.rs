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
    use serde_json::json;
    use tower::ServiceExt;
    use webhook_axum::testing::TestSender;

    #[tokio::test]
    async fn a_payment_runs_and_a_forgery_does_not() -> Result<(), Box<dyn std::error::Error>> {
        let secret = "whsec_0123456789abcdef";
        let stripe = TestSender::stripe(secret).path("/webhooks/stripe");
        let app = super::app(secret);

        let paid = stripe.event("invoice.paid", json!({"amount_paid": 1999}));
        let forged = app.clone().oneshot(stripe.forged(&paid)).await?;
        assert_eq!(forged.status(), 401);
        let genuine = app.oneshot(stripe.signed(&paid)).await?;
        assert_eq!(genuine.status(), 200);
        Ok(())
    }
}
