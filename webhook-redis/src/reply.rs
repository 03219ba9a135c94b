//! What scripts answer.

use std::str::FromStr;

use bytes::Bytes;
use redis::Value;
use webhook_core::StoreError;

use crate::failure::corrupt;

/// A list.
pub(crate) fn items(value: Value) -> Result<Vec<Value>, StoreError> {
    match value {
        Value::Array(items) => Ok(items),
        _ => Err(corrupt("Redis answered with something else than a list")),
    }
}

/// A list of this many values.
pub(crate) fn exactly<const N: usize>(value: Value) -> Result<[Value; N], StoreError> {
    let items = items(value)?;
    let another = |_| corrupt("Redis answered with a list of another length");
    items.try_into().map_err(another)
}

/// A number, or a text that is one.
pub(crate) fn number<T: FromStr + TryFrom<i64>>(value: &Value) -> Result<T, StoreError> {
    let number = match value {
        Value::Int(number) => T::try_from(*number).ok(),
        Value::BulkString(text) => std::str::from_utf8(text).ok().and_then(|t| t.parse().ok()),
        _ => None,
    };
    number.ok_or_else(|| corrupt("Redis answered with something else than a number"))
}

/// A text of bytes.
pub(crate) fn bytes(value: Value) -> Result<Bytes, StoreError> {
    match value {
        Value::BulkString(bytes) => Ok(bytes.into()),
        _ => Err(corrupt("Redis answered with something else than bytes")),
    }
}

/// A text of bytes, or nothing.
pub(crate) fn optional_bytes(value: Value) -> Result<Option<Bytes>, StoreError> {
    match value {
        Value::Nil => Ok(None),
        value => bytes(value).map(Some),
    }
}
