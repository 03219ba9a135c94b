//! The values of a statement, as parameters or as text.

use std::fmt::Write;

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Postgres, SqlSafeStr, SqlStr};

/// A value that stands for `$1`, `$2`, … in a statement. There is no text among them: as text, they
/// all are digits.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    Bytes(Option<&'a [u8]>),
    Big(i64),
    Int(i32),
    ManyBytes(&'a [Option<&'a [u8]>]),
    ManyBig(&'a [i64]),
    ManyInts(&'a [i32]),
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(Some(bytes))
    }
}

/// A query with these values as its parameters.
pub(crate) fn bound<'q>(
    statement: &SqlStr,
    values: &[Value<'_>],
) -> Query<'q, Postgres, PgArguments> {
    let query = sqlx::query(statement.clone());
    values.iter().fold(query, |query, value| match *value {
        Value::Bytes(bytes) => query.bind(bytes),
        Value::Big(number) => query.bind(number),
        Value::Int(number) => query.bind(number),
        Value::ManyBytes(list) => query.bind(list),
        Value::ManyBig(list) => query.bind(list),
        Value::ManyInts(list) => query.bind(list),
    })
}

/// The statements with the values in their places, as one text.
///
/// # Panics
///
/// If a statement names a value that is not there.
pub(crate) fn written(before: &[&str], statements: &[(&SqlStr, &[Value<'_>])]) -> SqlStr {
    let mut text = String::with_capacity(4096);
    before.iter().for_each(|settings| text.push_str(settings));
    for (n, (statement, values)) in statements.iter().enumerate() {
        if n > 0 {
            text.push_str("; ");
        }
        write_statement(&mut text, statement.as_str(), values);
    }
    // Safe: the statements are those of this crate, and values consist of digits.
    AssertSqlSafe(text).into_sql_str()
}

fn write_statement(text: &mut String, statement: &str, values: &[Value<'_>]) {
    let mut parts = statement.split('$');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_digit());
        let (number, rest) = part.split_at(end.unwrap_or(part.len()));
        let number: usize = number.parse().expect("a number follows a `$`");
        write_value(text, values[number - 1]);
        text.push_str(rest);
    }
}

fn write_value(text: &mut String, value: Value<'_>) {
    match value {
        Value::Bytes(None) => text.push_str("null::bytea"),
        Value::Bytes(Some(bytes)) => {
            text.push_str(r"'\x");
            write_hex(text, bytes);
            text.push_str("'::bytea");
        }
        Value::Big(number) => write_number(text, number, "bigint"),
        Value::Int(number) => write_number(text, number.into(), "integer"),
        Value::ManyBytes(list) => write_list(text, list, "bytea", |text, bytes| match bytes {
            None => text.push_str("null"),
            Some(bytes) => {
                text.push_str(r#""\\x"#);
                write_hex(text, bytes);
                text.push('"');
            }
        }),
        Value::ManyBig(list) => write_list(text, list, "bigint", |text, number| {
            let _ = write!(text, "{number}");
        }),
        Value::ManyInts(list) => write_list(text, list, "integer", |text, number| {
            let _ = write!(text, "{number}");
        }),
    }
}

/// In quotes, because `-1::integer` is minus of `1::integer`.
fn write_number(text: &mut String, number: i64, kind: &str) {
    let _ = write!(text, "'{number}'::{kind}");
}

fn write_list<T: Copy>(text: &mut String, list: &[T], kind: &str, write: fn(&mut String, T)) {
    text.push_str("'{");
    for (n, &value) in list.iter().enumerate() {
        if n > 0 {
            text.push(',');
        }
        write(text, value);
    }
    let _ = write!(text, "}}'::{kind}[]");
}

fn write_hex(text: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    text.reserve(bytes.len() * 2);
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(DIGITS[usize::from(digit)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_in_their_places() {
        let values = [
            Value::from(&b"\0'\\\xff"[..]),
            Value::Bytes(None),
            Value::Big(i64::MIN),
            Value::Int(-1),
            Value::ManyBytes(&[Some(b"a,\"}"), None, Some(b"")]),
            Value::ManyBig(&[1, -2]),
            Value::ManyInts(&[]),
        ];
        let statement = SqlStr::from_static("$2 $1,$3 $4 $5 $6 $7$1");
        let lock = SqlStr::from_static("lock $1");
        let text = written(
            &["set x; ", "set y; "],
            &[(&lock, &values[2..]), (&statement, &values)],
        );
        assert_eq!(
            text.as_str(),
            r#"set x; set y; lock '-9223372036854775808'::bigint; null::bytea '\x00275cff'::bytea,'-9223372036854775808'::bigint "#.to_owned()
                + r#"'-1'::integer '{"\\x612c227d",null,"\\x"}'::bytea[] "#
                + r"'{1,-2}'::bigint[] '{}'::integer[]'\x00275cff'::bytea"
        );
    }
}
