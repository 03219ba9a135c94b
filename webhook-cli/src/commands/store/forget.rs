//! `webhook store forget`.

use webhook_axum::{Endpoint, Mode, ReplayKey, SecretSet};
use webhook_core::Identity;

use super::{Place, failed, key};
use crate::commands::print;
use crate::config::Route;
use crate::failure::Failure;

/// Forget an event, dead or not, so that its next copy runs.
#[derive(clap::Args)]
pub(super) struct Forget {
    /// The key of the event.
    #[arg(value_parser = key, required_unless_present = "id")]
    key: Option<ReplayKey>,
    /// The route of the event, with `--id` instead of its key.
    #[arg(long, value_name = "ROUTE", requires_all = ["id", "config"])]
    route: Option<String>,
    /// The id of the event, with `--route` instead of its key.
    #[arg(long, value_name = "ID", requires = "route", conflicts_with = "key")]
    id: Option<String>,
    /// The tenant of the event, with `--id`, if the route has tenants.
    #[arg(long, value_name = "TENANT", requires = "id")]
    tenant: Option<String>,
    #[command(flatten)]
    place: Place,
}

impl Forget {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let forgotten = match (self.key, self.route, self.id) {
            (Some(key), ..) => self
                .place
                .open()
                .await?
                .forget(&key)
                .await
                .map_err(failed)?,
            (None, route, id) => {
                let (store, config, source) = self.place.open_with_config().await?;
                let inbox = source.inbox_unserved(&config)?;
                let routes = source.routes(&config, &store, inbox)?;
                let route = find(&routes, route.as_deref().unwrap_or_default())?;
                let endpoint = endpoint(route, self.tenant)?;
                forget_id(&endpoint, id.as_deref().unwrap_or_default()).await?
            }
        };
        print(match forgotten {
            true => "forgotten",
            false => "not forgotten: no such event is remembered",
        })
    }
}

fn find<'a>(routes: &'a [Route], name: &str) -> Result<&'a Route, Failure> {
    let route = routes.iter().find(|route| route.name == name);
    let route = route.ok_or("the configuration has no such route");
    route.map_err(|problem| Failure::argument("--route", problem))
}

/// The endpoint whose events have the id.
fn endpoint(route: &Route, tenant: Option<String>) -> Result<Endpoint, Failure> {
    match (&route.tenants, tenant) {
        (None, None) => Ok(route.endpoint.clone()),
        (Some(_), Some(tenant)) => {
            let endpoint = route.endpoint.for_tenant(tenant, SecretSet::per_tenant());
            endpoint.map_err(|error| Failure::config("--tenant", &error))
        }
        (Some(_), None) => Err(Failure::argument(
            "--tenant",
            "is missing: the route has tenants",
        )),
        (None, Some(_)) => Err(Failure::argument("--tenant", "the route has no tenants")),
    }
}

/// Forgets the live event, the test event and the event without a mode that have this id.
async fn forget_id(endpoint: &Endpoint, id: &str) -> Result<bool, Failure> {
    if endpoint.provider().identity() != Identity::Id {
        let problem = "the provider of this route does not identify its events by an id: \
                       give the key instead";
        return Err(Failure::argument("--id", problem));
    }
    let mut forgotten = false;
    for mode in [None, Some(Mode::Live), Some(Mode::Test)] {
        forgotten |= endpoint.forget_id(id, mode).await.map_err(failed)?;
    }
    Ok(forgotten)
}
