//! `webhook store dead`.

use std::io::{self, Write};

use serde_json::json;
use webhook_axum::replay::DeadRecord;

use super::{Place, failed};
use crate::commands::{closed, wrote};
use crate::failure::Failure;
use crate::log::Escaped;

/// List the dead events: they failed too often, and no copy of them runs.
#[derive(clap::Args)]
pub(super) struct Dead {
    /// Print a JSON object on each line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

impl Dead {
    /// Prints the list page by page.
    pub(super) async fn run(self) -> Result<(), Failure> {
        let store = self.place.open().await?;
        let mut last = None;
        loop {
            let page = store.dead(last.as_ref(), PAGE).await.map_err(failed)?;
            last = page.last().map(|record| record.key);
            let written = self.write(&page, &mut io::stdout().lock());
            // A reader that has seen enough closes the list.
            if last.is_none() || closed(&written) {
                return wrote(written);
            }
            wrote(written)?;
        }
    }

    fn write(&self, page: &[DeadRecord], out: &mut impl Write) -> io::Result<()> {
        for record in page {
            match self.json {
                true => writeln!(out, "{}", as_json(record))?,
                false => writeln!(out, "{}", as_text(record))?,
            }
        }
        out.flush()
    }
}

fn as_json(record: &DeadRecord) -> serde_json::Value {
    json!({
        "key": const_hex::encode(record.key.as_bytes()),
        "attempts": record.attempts,
        "died_at": record.died_at.to_string(),
        "note": record.note,
    })
}

/// The sender chose a part of the note, so it is escaped.
fn as_text(record: &DeadRecord) -> String {
    let key = const_hex::encode(record.key.as_bytes());
    let (died_at, attempts) = (record.died_at, record.attempts);
    let note = Escaped::whole(&record.note);
    format!("{key} died_at={died_at} attempts={attempts} note={note:?}")
}

/// Records of one page.
const PAGE: usize = 500;
