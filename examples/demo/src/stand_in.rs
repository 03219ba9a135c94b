//! A server that stands in for a service.

use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;

/// A server with paths that do something, and paths that have something.
///
/// ```
/// use demo::StandIn;
/// use serde_json::json;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let url = StandIn::new()
///     .does("/postings", |key, _| json!({"id": format!("posting of {key}")}))
///     .has("/payments/{id}", |id| (id != "404").then(|| json!({"id": id, "status": "paid"})))
///     .start()
///     .await?;
/// # assert!(url.starts_with("http://127.0.0.1:"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct StandIn {
    router: Router,
    seen: Arc<Mutex<HashSet<(String, String)>>>,
}

impl StandIn {
    /// A server without paths.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// `POST` of JSON to this path is answered with what `answer` returns for its idempotency key
    /// and its body, and printed. A request with a key that was seen is not printed again: it has
    /// no second effect. Without a key, it has one each time.
    #[must_use]
    pub fn does(mut self, path: &str, answer: fn(key: &str, asked: &Value) -> Value) -> Self {
        let seen = Arc::clone(&self.seen);
        let handler = async move |uri: Uri, headers: HeaderMap, Json(asked): Json<Value>| {
            let key = headers.get("idempotency-key");
            let key = key.and_then(|key| key.to_str().ok()).unwrap_or_default();
            let of_path = (uri.path().to_owned(), key.to_owned());
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            if key.is_empty() || seen.insert(of_path) {
                println!("{} {asked}", uri.path());
            }
            Json(answer(key, &asked))
        };
        self.router = self.router.route(path, post(handler));
        self
    }

    /// `GET` of this path, which has one parameter, is answered with the object of this id, or 404.
    #[must_use]
    pub fn has(mut self, path: &str, object: fn(id: &str) -> Option<Value>) -> Self {
        let handler =
            async move |Path(id): Path<String>| object(&id).map(Json).ok_or(StatusCode::NOT_FOUND);
        self.router = self.router.route(path, get(handler));
        self
    }

    /// This URL, or else that of the stand-in, which is started.
    ///
    /// # Errors
    ///
    /// Those of [`start`](Self::start).
    pub async fn unless(self, given: Option<String>) -> io::Result<String> {
        match given {
            Some(url) => Ok(url),
            None => self.start().await,
        }
    }

    /// Starts it on a free port of 127.0.0.1, and returns its URL. It ends with the process.
    ///
    /// # Errors
    ///
    /// If there is no port.
    pub async fn start(self) -> io::Result<String> {
        let listener = crate::listener(0).await?;
        let url = format!("http://{}", listener.local_addr()?);
        tokio::spawn(axum::serve(listener, self.router).into_future());
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn the_answer_to_a_key_is_the_same_each_time() {
        let url = StandIn::new()
            .does(
                "/{service}",
                |key, asked| json!({"of": key, "asked": asked}),
            )
            .has("/things/{id}", |id| (id == "1").then(|| json!({"id": id})))
            .start()
            .await
            .unwrap();
        let client = reqwest::Client::new();
        let call = client
            .post(format!("{url}/mail"))
            .header("idempotency-key", "k");
        let call = call.json(&json!({"to": "x"}));
        for _ in 0..2 {
            let answer = call.try_clone().unwrap().send().await.unwrap();
            let answer: Value = answer.json().await.unwrap();
            assert_eq!(answer, json!({"of": "k", "asked": {"to": "x"}}));
        }
        for (id, status) in [("1", 200), ("2", 404)] {
            let got = client
                .get(format!("{url}/things/{id}"))
                .send()
                .await
                .unwrap();
            assert_eq!(got.status(), status);
        }
    }
}
