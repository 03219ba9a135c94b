//! `webhook secrets list`.

use std::io::{self, Write};

use serde_json::json;
use webhook_axum::{Provider, UnixTime};
use webhook_core::secret_store::{SecretInfo, SecretTable as _, Slot};

use super::{Place, provider, table};
use crate::commands::{closed, wrote};
use crate::failure::Failure;
use crate::log::Escaped;

/// List what is stored: tenants, which secrets count and until when, and the ids of their keys.
///
/// It shows no value and needs no key.
#[derive(clap::Args)]
pub(super) struct List {
    /// Only what tenants have at this provider.
    #[arg(long, value_name = "PROVIDER", value_parser = provider)]
    provider: Option<&'static Provider>,
    /// Only what this tenant has.
    #[arg(long, value_name = "TENANT")]
    tenant: Option<String>,
    /// Print a JSON object on each line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

impl List {
    /// Prints the list page by page.
    pub(super) async fn run(self) -> Result<(), Failure> {
        let table = table(&self.place).await?;
        let mut last = self.provider.map(|provider| {
            Slot::secret(
                provider.name(),
                self.tenant.as_deref().unwrap_or_default(),
                0,
            )
        });
        let mut out = io::stdout().lock();
        if !self.json {
            wrote(writeln!(out, "{HEADER}"))?;
        }
        drop(out);
        loop {
            let page = table.page(last.as_ref(), PAGE, None).await;
            let page = page.map_err(|error| Failure::other("secrets", &error))?;
            last = page.last().map(|row| row.slot.clone());
            let page: Vec<_> = page.into_iter().map(SecretInfo::from).collect();
            let written = self.write(&page, &mut io::stdout().lock());
            let is_over = last.as_ref().is_none_or(|last| self.is_past(last));
            // A reader that has seen enough closes the list.
            if is_over || closed(&written) {
                return wrote(written);
            }
            wrote(written)?;
        }
    }

    fn write(&self, page: &[SecretInfo], out: &mut impl Write) -> io::Result<()> {
        for info in page.iter().filter(|info| self.is_wanted(&info.slot)) {
            match self.json {
                true => writeln!(out, "{}", as_json(info))?,
                false => writeln!(out, "{}", as_text(info))?,
            }
        }
        out.flush()
    }

    fn is_wanted(&self, slot: &Slot) -> bool {
        let has_provider = self
            .provider
            .is_none_or(|known| known.name() == slot.provider());
        let has_tenant = self
            .tenant
            .as_deref()
            .is_none_or(|known| known == slot.tenant());
        has_provider && has_tenant
    }

    /// Whether nothing that is wanted comes after this slot.
    fn is_past(&self, slot: &Slot) -> bool {
        let Some(provider) = self.provider else {
            return false;
        };
        match self.tenant.as_deref() {
            Some(tenant) => (slot.provider(), slot.tenant()) > (provider.name(), tenant),
            None => slot.provider() > provider.name(),
        }
    }
}

fn as_json(info: &SecretInfo) -> serde_json::Value {
    let setting = Some(info.slot.setting_name()).filter(|name| !name.is_empty());
    json!({
        "provider": info.slot.provider(),
        "tenant": info.slot.tenant(),
        "setting": setting,
        "number": info.slot.number(),
        "created_at": info.created_at.to_string(),
        "ends_at": info.ends_at.map(|time| time.to_string()),
        "key_id": info.key_id,
    })
}

fn as_text(info: &SecretInfo) -> String {
    let ends = match info.ends_at {
        Some(time) => seconds(time),
        None => "-".to_owned(),
    };
    let created = seconds(info.created_at);
    let key = info.key_id.as_deref().unwrap_or("?");
    format!("{} {created:<20}  {ends:<20}  {key}", place(&info.slot))
}

/// Time to the second.
fn seconds(time: UnixTime) -> String {
    UnixTime::from_secs(time.as_secs()).to_string()
}

/// A slot as a line of the list begins. The tenant may have chosen its name, so that is escaped.
pub(super) fn place(slot: &Slot) -> String {
    let value = match slot.setting_name() {
        "" => "secret",
        name => name,
    };
    let tenant = format!("{:?}", Escaped::whole(slot.tenant()));
    let (provider, number) = (slot.provider(), slot.number());
    format!("{provider:<18} {tenant:<20} {value:<16} {number:>4} ")
}

const HEADER: &str = "PROVIDER           TENANT               VALUE              NO  \
                      CREATED               ENDS                  KEY";

/// Rows of one page.
const PAGE: usize = 500;
