//! The target of a request, as its sender knows it.

use std::borrow::Cow;

/// The configured URL and the target of the request, taken apart.
#[derive(Clone)]
pub(super) struct Target<'a> {
    pub(super) scheme: &'a str,
    /// In lower case, without the default port.
    pub(super) authority: String,
    pub(super) path: Cow<'a, str>,
    pub(super) query: Option<&'a str>,
    /// Scheme and authority as configured.
    origin: &'a str,
    is_normal: bool,
}

impl<'a> Target<'a> {
    /// The target of a request to `path_and_query`. A configured URL with a path replaces that of
    /// the request, because a proxy may have changed it. An origin keeps it.
    pub(super) fn new(url: &'a str, path_and_query: &'a str, is_normal: bool) -> Self {
        let (own_path, query) = match path_and_query.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path_and_query, None),
        };
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        let authority = rest
            .split_once('/')
            .map_or(rest, |(authority, _)| authority);
        let url_path = rest.strip_prefix(authority).unwrap_or_default();
        let path = match url_path {
            "" | "/" if own_path.is_empty() => "/",
            "" | "/" => own_path,
            configured => configured,
        };
        Self {
            scheme,
            authority: normal_authority(scheme, authority),
            path: match is_normal {
                true => normal_path(path).into(),
                false => path.into(),
            },
            query,
            origin: url.strip_suffix(url_path).unwrap_or(url),
            is_normal,
        }
    }

    /// The whole target URI.
    pub(super) fn uri(&self) -> String {
        let target = self.request_target();
        match self.is_normal {
            true => format!("{}://{}{target}", self.scheme, self.authority),
            false => format!("{}{target}", self.origin),
        }
    }

    /// The path and the query.
    pub(super) fn request_target(&self) -> String {
        match self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone().into_owned(),
        }
    }
}

/// The authority in lower case, without the default port of its scheme (RFC 9421 §2.2.3).
fn normal_authority(scheme: &str, authority: &str) -> String {
    let default = match scheme {
        "http" => ":80",
        _ => ":443",
    };
    let bare = authority.strip_suffix(default).unwrap_or(authority);
    bare.to_ascii_lowercase()
}

/// The path without dot segments (RFC 3986 §5.2.4), with its escapes in one spelling (§6.2.2).
fn normal_path(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    let mut is_open = false;
    for segment in path.trim_start_matches('/').split('/') {
        is_open = matches!(segment, "." | "..");
        match segment {
            "." => {}
            ".." => {
                segments.pop();
            }
            plain => segments.push(plain),
        }
    }
    let end = if is_open && !segments.is_empty() {
        "/"
    } else {
        ""
    };
    normal_escapes(&format!("/{}{end}", segments.join("/")))
}

/// Escapes with upper-case digits, and none of unreserved characters.
fn normal_escapes(path: &str) -> String {
    let mut pieces = path.split('%');
    let mut normal = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let digits = piece.get(..2).filter(|digits| {
            let mut digits = digits.bytes();
            digits.all(|digit| digit.is_ascii_hexdigit())
        });
        let Some(digits) = digits else {
            normal.push('%');
            normal.push_str(piece);
            continue;
        };
        match u8::from_str_radix(digits, 16).map(char::from) {
            Ok(plain) if plain.is_ascii_alphanumeric() || "-._~".contains(plain) => {
                normal.push(plain);
            }
            _ => {
                normal.push('%');
                normal.push_str(&digits.to_ascii_uppercase());
            }
        }
        normal.push_str(piece.get(2..).unwrap_or_default());
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(url: &str, target: &str, is_normal: bool) -> String {
        Target::new(url, target, is_normal).uri()
    }

    #[test]
    fn a_configured_path_replaces_that_of_the_request_and_an_origin_keeps_it() {
        for (url, target, expected) in [
            (
                "https://a.example/in",
                "/hooks/x?b=2",
                "https://a.example/in?b=2",
            ),
            ("https://a.example/in/", "/hooks", "https://a.example/in/"),
            (
                "https://a.example",
                "/hooks/x?b=2&a",
                "https://a.example/hooks/x?b=2&a",
            ),
            ("https://a.example/", "/hooks?", "https://a.example/hooks?"),
            ("https://a.example", "", "https://a.example/"),
            ("https://A.example:443", "/h", "https://A.example:443/h"),
        ] {
            assert_eq!(uri(url, target, false), expected);
        }
    }

    #[test]
    fn an_authority_is_in_lower_case_and_has_no_default_port() {
        for (url, expected) in [
            ("https://A.Example:443/x", "a.example"),
            ("https://a.example:80", "a.example:80"),
            ("http://a.example:80/", "a.example"),
            ("https://a.example:8443", "a.example:8443"),
            ("https://[2001:DB8::1]:443/", "[2001:db8::1]"),
        ] {
            assert_eq!(Target::new(url, "/", false).authority, expected);
        }
    }

    /// The cases of RFC 3986 §5.4 that are absolute, and of AdCP's profile.
    #[test]
    fn a_normal_path_has_no_dot_segments_and_one_spelling_of_escapes() {
        for (path, expected) in [
            ("/", "/"),
            ("/b/c/./g", "/b/c/g"),
            ("/b/c/../g", "/b/g"),
            ("/../../g", "/g"),
            ("/b/c/g/.", "/b/c/g/"),
            ("/b/c/..", "/b/"),
            ("/..", "/"),
            ("/b/..g/.h", "/b/..g/.h"),
            ("/a/b/", "/a/b/"),
            ("/op_%e2%98%83", "/op_%E2%98%83"),
            ("/%7euser/%2d%41", "/~user/-A"),
            ("/a%2fb", "/a%2Fb"),
            ("/100%/%zz/%é", "/100%/%zz/%é"),
        ] {
            assert_eq!(normal_path(path), expected, "{path}");
        }
        let normal = uri("https://A.example:443", "/a/../b%2d?c=%2d&a=/../", true);
        assert_eq!(normal, "https://a.example/b-?c=%2d&a=/../");
    }
}
