//! How far the workers are behind, lane by lane.

use sqlx::Row;
use sqlx::postgres::PgRow;
use webhook_core::StoreError;
use webhook_inbox::{Lane, LaneStats};

use super::{Inner, text, time};
use crate::database::Repeat;
use crate::error::store_error;
use crate::value::Value;

pub(super) async fn lanes(
    inner: &Inner,
    after: Option<&Lane>,
    at_most: usize,
) -> Result<Vec<LaneStats>, StoreError> {
    if at_most == 0 {
        return Ok(Vec::new());
    }
    let first = Lane::default();
    let lane = after.unwrap_or(&first);
    let most = i32::try_from(LaneStats::MOST_COUNTED).unwrap_or(i32::MAX);
    let values = [
        text(&lane.tenant),
        text(&lane.consumer),
        Value::Int(after.is_some().into()),
        Value::Int(i32::try_from(at_most).unwrap_or(i32::MAX)),
        Value::Int(most),
    ];
    let rows = inner.run(&inner.sql.lanes, &values, Repeat::Yes).await?;
    let lanes = rows.iter().map(stats).collect::<Result<_, _>>();
    lanes.map_err(store_error)
}

fn stats(row: &PgRow) -> Result<LaneStats, sqlx::Error> {
    let (tenant, consumer): (String, String) = (row.try_get("tenant")?, row.try_get("consumer")?);
    let waiting = row.try_get::<i64, _>("waiting")?.unsigned_abs();
    let behind_since = row.try_get::<Option<i64>, _>("behind_since")?.map(time);
    Ok(LaneStats::new(
        Lane::new(tenant, consumer),
        waiting,
        behind_since,
    ))
}
