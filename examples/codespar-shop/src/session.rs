//! A session with the tools of CodeSpar that the guide calls.

use serde_json::{Value, json};

use crate::Failure;

/// A session with the tools. It is closed however its handler ends: by success, by an error, or by
/// being dropped because its time is over.
pub(crate) struct Session {
    client: reqwest::Client,
    url: String,
}

impl Session {
    pub(crate) async fn open(client: &reqwest::Client, services: &str) -> Result<Self, Failure> {
        let open = client
            .post(format!("{services}/sessions"))
            .json(&json!({"user": "user_123"}));
        open.send().await?.error_for_status()?;
        Ok(Self {
            client: client.clone(),
            url: services.to_owned(),
        })
    }

    /// Calls a tool. Two calls with the same key have one effect.
    pub(crate) async fn call(
        &self,
        tool: &str,
        key: String,
        params: Value,
    ) -> Result<Value, Failure> {
        let request = self.client.post(format!("{}/{tool}", self.url));
        let request = request.header("idempotency-key", key).json(&params);
        Ok(request.send().await?.error_for_status()?.json().await?)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let close = self.client.post(format!("{}/sessions/close", self.url));
        let close = close.json(&json!({})).send();
        // The runtime is gone only if the process ends, and then the session expires by itself.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(close);
        }
    }
}
