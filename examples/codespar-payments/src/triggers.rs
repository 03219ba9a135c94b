//! Triggers: who is called for which event, and under which secret.

use std::path::Path as FilePath;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::{Value, json};
use webhook_axum::inbox::KeyRing;
use webhook_axum::secret_store::{SealedSecret, Slot};
use webhook_axum::{Algorithm, Part, Provider, Scheme, Secret, Signer};

use crate::{Failure, Parts};

/// How the guide's receiver verifies: hex over the body. `providers::CODESPAR` accepts it, and the
/// form with a timestamp too.
const SIGNED: Provider = Provider::single(
    "codespar-trigger",
    Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-codespar-signature"),
);

/// The table. The secrets in it are sealed: who reads the file cannot sign.
pub(crate) struct Triggers {
    table: Mutex<Connection>,
    keys: KeyRing,
}

/// A trigger, ready to be called.
pub(crate) struct Trigger {
    pub(crate) id: String,
    url: String,
    secret: Secret,
}

impl Triggers {
    pub(crate) fn open(file: &FilePath, keys: KeyRing) -> Result<Self, Failure> {
        let table = Connection::open(file)?;
        table.execute_batch(
            "create table if not exists triggers (
                id integer primary key, name text not null unique, event text not null,
                url text not null, secret blob not null
             ) strict",
        )?;
        let table = Mutex::new(table);
        Ok(Self { table, keys })
    }

    /// Registers a trigger, or changes the one of this name.
    pub(crate) fn put(
        &self,
        name: &str,
        event: &str,
        url: &str,
        secret: &str,
    ) -> Result<(), Failure> {
        let sealed = self.keys.seal(&slot(name), &Secret::from(secret))?;
        self.table().execute(
            "insert into triggers (name, event, url, secret) values (?1, ?2, ?3, ?4)
             on conflict (name) do update set event = ?2, url = ?3, secret = ?4",
            (name, event, url, sealed.as_bytes()),
        )?;
        Ok(())
    }

    fn exists(&self, name: &str) -> Result<bool, Failure> {
        let exists = "select exists (select 1 from triggers where name = ?1)";
        Ok(self.table().query_row(exists, [name], |row| row.get(0))?)
    }

    /// The triggers of an event.
    pub(crate) fn of(&self, event: &str) -> Result<Vec<Trigger>, Failure> {
        let table = self.table();
        let mut of_event = table
            .prepare("select id, url, name, secret from triggers where event = ?1 order by id")?;
        let rows = of_event.query_map([event], |row| {
            let (name, sealed): (String, Vec<u8>) = (row.get(2)?, row.get(3)?);
            Ok((row.get::<_, i64>(0)?, row.get(1)?, name, sealed))
        })?;
        rows.map(|row| {
            let (id, url, name, sealed) = row?;
            let (id, secret) = (format!("trigger {id}"), self.open_secret(&name, sealed)?);
            Ok(Trigger { id, url, secret })
        })
        .collect()
    }

    fn rotate(&self, name: &str, secret: String) -> Result<bool, Failure> {
        let sealed = self.keys.seal(&slot(name), &Secret::from(secret))?;
        let update = "update triggers set secret = ?2 where name = ?1";
        Ok(self.table().execute(update, (name, sealed.as_bytes()))? == 1)
    }

    fn open_secret(&self, name: &str, sealed: Vec<u8>) -> Result<Secret, Failure> {
        Ok(self
            .keys
            .open(&slot(name), &SealedSecret::from_bytes(sealed))?)
    }

    fn table(&self) -> MutexGuard<'_, Connection> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
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

#[derive(Deserialize)]
struct New {
    name: String,
    event: String,
    webhook_url: String,
}

#[derive(Deserialize)]
struct Rotate {
    secret: String,
}

pub(crate) fn api(parts: &Parts) -> Router {
    Router::new()
        .route("/v1/triggers", post(create))
        .route("/v1/triggers/{name}/rotate-secret", post(rotate))
        .with_state(parts.clone())
}

/// The secret is returned here, and nowhere else.
async fn create(
    State(parts): State<Parts>,
    Json(new): Json<New>,
) -> Result<Json<Value>, StatusCode> {
    let failed = |_| StatusCode::INTERNAL_SERVER_ERROR;
    if parts.triggers.exists(&new.name).map_err(failed)? {
        return Err(StatusCode::CONFLICT);
    }
    let mut random = [0; 24];
    getrandom::fill(&mut random).map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    let secret = format!("whsec_{}", const_hex::encode(random));
    let put = parts
        .triggers
        .put(&new.name, &new.event, &new.webhook_url, &secret);
    put.map_err(failed)?;
    Ok(Json(
        json!({"name": new.name, "event": new.event, "secret": secret}),
    ))
}

/// Give the receiver both secrets first, the new one in front.
async fn rotate(
    State(parts): State<Parts>,
    Path(name): Path<String>,
    Json(Rotate { secret }): Json<Rotate>,
) -> StatusCode {
    if !(1..=1024).contains(&secret.len()) || Signer::new(SIGNED, secret.clone()).is_err() {
        return StatusCode::UNPROCESSABLE_ENTITY;
    }
    match parts.triggers.rotate(&name, secret) {
        Ok(true) => StatusCode::OK,
        Ok(false) => StatusCode::NOT_FOUND,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
