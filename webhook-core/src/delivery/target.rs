//! The target of a request, as it is kept.

use std::borrow::Cow;

use crate::delivery::Shared;

/// A target without the query parameters that hold a token.
pub(crate) fn without_tokens<'t>(shared: &Shared, target: &'t str) -> Cow<'t, str> {
    let Some((path, query)) = target.split_once('?') else {
        return target.into();
    };
    let is_token = |pair: &&str| {
        let mut parsed = form_urlencoded::parse(pair.as_bytes());
        parsed.any(|(name, _)| shared.is_token_parameter(&name))
    };
    if !query.split('&').any(|pair| is_token(&pair)) {
        return target.into();
    }
    let kept: Vec<_> = query.split('&').filter(|pair| !is_token(pair)).collect();
    match kept.is_empty() {
        true => path.into(),
        false => format!("{path}?{}", kept.join("&")).into(),
    }
}

/// The query of a target, without the parameters that hold a token. `None` if nothing is left.
pub(crate) fn query(shared: &Shared, target: &str) -> Option<Box<str>> {
    let target = without_tokens(shared, target);
    let (_, query) = target.split_once('?')?;
    (!query.is_empty()).then(|| query.into())
}
