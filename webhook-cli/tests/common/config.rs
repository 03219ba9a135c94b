//! A configuration with one route for each way to verify.

pub(crate) const SECRET: &str = "sk_live_0123456789abcdef";
pub(crate) const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub(crate) const URL: &str = "https://shop.example/hooks/square";

pub(crate) const CONFIG: &str = r#"{
    "_server": {"max_body_bytes": 4096},
    "stripe": {
        "provider": "stripe",
        "secret": "sk_live_0123456789abcdef",
        "url": "https://shop.example/hooks/stripe"
    },
    "github": {"provider": "github", "secret": "github-0123456789abcdef"},
    "standard-webhooks": {
        "provider": "standard_webhooks",
        "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    },
    "slack": {"provider": "slack", "secret": "slack-0123456789abcdef"},
    "square": {
        "provider": "square",
        "secret": "square-0123456789abcdef",
        "url": "https://shop.example/hooks/square"
    },
    "mercadopago": {"provider": "mercadopago", "secret": "mercadopago-0123456789abcdef"},
    "ifthenpay": {"provider": "ifthenpay", "secret": "ifthenpay-0123456789abcdef"},
    "chargebee": {"provider": "chargebee", "username": "user", "password": "pass-0123456789abcdef"}
}"#;
