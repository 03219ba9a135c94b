//! Structured field values (RFC 8941): dictionaries, inner lists, items and their parameters.
//!
//! This crate has its own parser because a signature is checked over the canonical form of what was
//! parsed, senders exist whose binary values are base64url, and a name that is repeated has to be
//! refused. RFC 8941 lets the last one win, so that two parsers may disagree.

mod read;
mod write;

use std::borrow::Cow;

pub(crate) use read::dictionary;

/// The members of a dictionary, in order. No two have the same name.
#[derive(Debug, PartialEq)]
pub(crate) struct Dictionary<'t>(pub(crate) Vec<(&'t str, Member<'t>)>);

/// The value of a member.
#[derive(Debug, PartialEq)]
pub(crate) enum Member<'t> {
    Item(Item<'t>),
    List(InnerList<'t>),
}

/// An inner list: items in parentheses.
#[derive(Debug, PartialEq)]
pub(crate) struct InnerList<'t> {
    pub(crate) items: Vec<Item<'t>>,
    pub(crate) parameters: Parameters<'t>,
}

/// A value with its parameters.
#[derive(Debug, PartialEq)]
pub(crate) struct Item<'t> {
    pub(crate) value: Bare<'t>,
    pub(crate) parameters: Parameters<'t>,
}

/// The parameters of an item or a list, in order. No two have the same name.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Parameters<'t>(pub(crate) Vec<(&'t str, Bare<'t>)>);

/// A value without parameters.
#[derive(Debug, PartialEq)]
pub(crate) enum Bare<'t> {
    Integer(i64),
    /// A decimal, in thousandths.
    Decimal(i64),
    String(Cow<'t, str>),
    Token(&'t str),
    /// A binary value as spelled, between its colons.
    Bytes(&'t str),
    Boolean(bool),
    /// A date (RFC 9651 §3.3.7), in Unix seconds.
    Date(i64),
}

impl<'t> Dictionary<'t> {
    pub(crate) fn get(&self, name: &str) -> Option<&Member<'t>> {
        named(&self.0, name)
    }
}

impl<'t> Parameters<'t> {
    pub(crate) fn get(&self, name: &str) -> Option<&Bare<'t>> {
        named(&self.0, name)
    }
}

impl<'t> Member<'t> {
    /// The binary value as spelled, if it is one.
    pub(crate) fn bytes(&self) -> Option<&'t str> {
        match self {
            Self::Item(Item {
                value: Bare::Bytes(text),
                ..
            }) => Some(text),
            _ => None,
        }
    }

    /// The text, if it is a string.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Item(item) => item.value.text(),
            Self::List(_) => None,
        }
    }
}

impl<'t> Item<'t> {
    /// A string without parameters.
    pub(crate) fn named(name: &'t str) -> Self {
        Self {
            value: Bare::String(name.into()),
            parameters: Parameters::default(),
        }
    }
}

impl Bare<'_> {
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

fn named<'d, V>(members: &'d [(&str, V)], name: &str) -> Option<&'d V> {
    let found = members.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| value)
}
