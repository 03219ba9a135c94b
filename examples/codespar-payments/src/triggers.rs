//! Triggers: who is called for which event, and under which secret.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::{Value, json};
use webhook_axum::inbox::KeyRing;
use webhook_axum::secret_store::{SealedSecret, Slot};
use webhook_axum::{Algorithm, HookResult, Part, Provider, Scheme, Secret, Signer};
use webhook_sqlite::SqliteStore;

use crate::Failure;

/// How the guide's receiver verifies: hex over the body. `providers::CODESPAR` accepts it, and the
/// form with a timestamp too.
const SIGNED: Provider = Provider::single(
    "codespar-trigger",
    Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-codespar-signature"),
);

const TABLE: &str = "create table if not exists triggers (
        id integer primary key, name text not null unique, event text not null,
        url text not null, secret blob not null
    ) strict";

/// The table. The secrets in it are sealed: who reads the file cannot sign.
#[derive(Clone)]
pub(crate) struct Triggers {
    store: SqliteStore,
    keys: KeyRing,
}

/// A trigger, ready to be called.
pub(crate) struct Trigger {
    pub(crate) id: String,
    url: String,
    secret: Secret,
}

impl Triggers {
    pub(crate) async fn open(store: &SqliteStore, keys: KeyRing) -> Result<Self, Failure> {
        store.write(|db| db.execute_batch(TABLE)).await?;
        let store = store.clone();
        Ok(Self { store, keys })
    }

    /// Registers a trigger. One of this name is replaced, or stays as it is: then `false`.
    pub(crate) async fn put(&self, new: New, secret: &str, replace: bool) -> Result<bool, Failure> {
        let sealed = self.keys.seal(&slot(&new.name), &Secret::from(secret))?;
        let insert = move |db: &Connection| {
            let row = "insert into triggers (name, event, url, secret) values (?1, ?2, ?3, ?4)
                on conflict (name) do update set event = ?2, url = ?3, secret = ?4 where ?5";
            let New {
                name,
                event,
                webhook_url,
            } = &new;
            db.execute(row, (name, event, webhook_url, sealed.as_bytes(), replace))
        };
        Ok(self.store.write(insert).await? == 1)
    }

    async fn rotate(&self, name: String, secret: String) -> Result<bool, Failure> {
        let sealed = self.keys.seal(&slot(&name), &Secret::from(secret))?;
        let update = move |db: &Connection| {
            let row = "update triggers set secret = ?2 where name = ?1";
            db.execute(row, (&name, sealed.as_bytes()))
        };
        Ok(self.store.write(update).await? == 1)
    }

    /// The triggers of an event.
    pub(crate) async fn of(&self, event: String) -> Result<Vec<Trigger>, Failure> {
        let keys = self.keys.clone();
        let read = move |db: &Connection| -> Result<_, Failure> {
            let of_event =
                "select id, url, name, secret from triggers where event = ?1 order by id";
            let mut of_event = db.prepare(of_event)?;
            let mut rows = of_event.query([&event])?;
            let mut triggers = Vec::new();
            while let Some(row) = rows.next()? {
                let sealed = SealedSecret::from_bytes(row.get::<_, Vec<u8>>(3)?);
                triggers.push(Trigger {
                    id: format!("trigger {}", row.get::<_, i64>(0)?),
                    url: row.get(1)?,
                    secret: keys.open(&slot(&row.get::<_, String>(2)?), &sealed)?,
                });
            }
            Ok(triggers)
        };
        Ok(self.store.write(read).await?)
    }
}

/// Where the secret belongs: copied to another trigger, it does not open.
fn slot(name: &str) -> Slot {
    Slot::secret(SIGNED.name(), name, 1)
}

impl Trigger {
    /// Calls it. Anything but 2xx is an error, and it is called again later.
    pub(crate) async fn call(&self, client: &reqwest::Client, body: &str) -> Result<(), Failure> {
        let signed = Signer::new(SIGNED, self.secret.clone())?.sign_now(body.to_owned());
        let mut request = client
            .post(&self.url)
            .header("content-type", "application/json");
        for (name, value) in &signed.headers {
            request = request.header(name, value);
        }
        request.body(signed.body).send().await?.error_for_status()?;
        Ok(())
    }
}

/// What the guide posts to `/v1/triggers`.
#[derive(Deserialize)]
pub(crate) struct New {
    pub(crate) name: String,
    pub(crate) event: String,
    pub(crate) webhook_url: String,
}

#[derive(Deserialize)]
struct Rotate {
    secret: String,
}

pub(crate) fn api(triggers: &Triggers) -> Router {
    Router::new()
        .route("/v1/triggers", post(create))
        .route("/v1/triggers/{name}/rotate-secret", post(rotate))
        .with_state(triggers.clone())
}

/// The secret is returned here, and nowhere else.
async fn create(
    State(triggers): State<Triggers>,
    Json(new): Json<New>,
) -> HookResult<(StatusCode, Json<Value>)> {
    let mut random = [0; 24];
    getrandom::fill(&mut random)?;
    let secret = format!("whsec_{}", const_hex::encode(random));
    let created = json!({"name": new.name, "event": new.event, "secret": secret});
    Ok(match triggers.put(new, &secret, false).await? {
        true => (StatusCode::OK, Json(created)),
        false => (StatusCode::CONFLICT, Json(Value::Null)),
    })
}

/// Give the receiver both secrets first, the new one in front.
async fn rotate(
    State(triggers): State<Triggers>,
    Path(name): Path<String>,
    Json(Rotate { secret }): Json<Rotate>,
) -> HookResult<StatusCode> {
    if !(1..=1024).contains(&secret.len()) || Signer::new(SIGNED, secret.clone()).is_err() {
        return Ok(StatusCode::UNPROCESSABLE_ENTITY);
    }
    Ok(match triggers.rotate(name, secret).await? {
        true => StatusCode::OK,
        false => StatusCode::NOT_FOUND,
    })
}
