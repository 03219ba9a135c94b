//! Where a request has the name of its tenant.

use std::borrow::Cow;

use matchit::Router;
use percent_encoding::percent_decode_str;

use crate::tenants::TenantHead;

/// The parameter of a template.
const TENANT: &str = "tenant";

/// The tenant is a segment of the path: `/webhooks/stripe/{tenant}`. Other parameters may stand
/// beside it. The template is compared with the whole path as the client sent it, and the value is
/// percent-decoded.
///
/// ```
/// use webhook_core::Head;
/// use webhook_runtime::tenants::{TenantHead, from_path};
///
/// let name = from_path("/webhooks/{provider}/{tenant}");
/// let headers: [(&str, &str); 0] = [];
/// let head = Head::new("POST", "/webhooks/stripe/acme%20inc?a=1", &headers);
/// assert_eq!(name(&TenantHead::new(head, None)).as_deref(), Some("acme inc"));
/// ```
///
/// # Panics
///
/// If the template is not one of [`matchit`](https://docs.rs/matchit/0.8), which axum's routes
/// are too, or has no `{tenant}`.
#[track_caller]
pub fn from_path(
    template: &str,
) -> impl for<'h> Fn(&TenantHead<'h>) -> Option<Cow<'h, str>> + Send + Sync + use<> {
    assert!(
        template.contains("{tenant}"),
        "the template of a tenant's path has no {{tenant}}: {template}"
    );
    let mut router = Router::new();
    if let Err(error) = router.insert(template, ()) {
        panic!("the template of a tenant's path is invalid: {error}");
    }
    name(move |head| {
        let found = router.at(head.path()).ok()?;
        let segment = percent_decode_str(found.params.get(TENANT)?);
        segment.decode_utf8().ok()
    })
}

/// The tenant is the first label of the host: `{tenant}.hooks.example.com`, in lower case, with
/// whatever port.
///
/// ```
/// use webhook_core::Head;
/// use webhook_runtime::tenants::{TenantHead, from_host};
///
/// let name = from_host("{tenant}.hooks.example.com");
/// let of = |host| name(&TenantHead::new(
///     Head::new("POST", "/", &[("host", host)]), None,
/// )).map(|name| name.into_owned());
/// assert_eq!(of("Acme.hooks.example.com:8443").as_deref(), Some("acme"));
/// assert_eq!(of("a.acme.hooks.example.com"), None);
/// assert_eq!(of("hooks.example.com"), None);
/// ```
///
/// # Panics
///
/// If the template does not begin with `{tenant}.`.
#[track_caller]
pub fn from_host(
    template: &str,
) -> impl for<'h> Fn(&TenantHead<'h>) -> Option<Cow<'h, str>> + Send + Sync + use<> {
    let Some(suffix) = template.strip_prefix("{tenant}.") else {
        panic!("the template of a tenant's host does not begin with {{tenant}}.: {template}");
    };
    let suffix = suffix.to_ascii_lowercase();
    name(move |head| {
        let (label, rest) = head.host()?.split_once('.')?;
        if !rest.eq_ignore_ascii_case(&suffix) {
            return None;
        }
        Some(match label.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => Cow::Owned(label.to_ascii_lowercase()),
            false => Cow::Borrowed(label),
        })
    })
}

/// The tenant is the value of a header, whose name is in lower case.
pub fn from_header(
    header: impl Into<Cow<'static, str>>,
) -> impl for<'h> Fn(&TenantHead<'h>) -> Option<Cow<'h, str>> + Send + Sync {
    let header = header.into();
    name(move |head| head.header(&header).map(Cow::Borrowed))
}

/// The tenant is the value of a query parameter.
pub fn from_query(
    parameter: impl Into<Cow<'static, str>>,
) -> impl for<'h> Fn(&TenantHead<'h>) -> Option<Cow<'h, str>> + Send + Sync {
    let parameter = parameter.into();
    name(move |head| head.query(&parameter))
}

/// Tells the compiler that a closure borrows from its argument, whatever the lifetime.
fn name<F>(of: F) -> F
where
    F: for<'h> Fn(&TenantHead<'h>) -> Option<Cow<'h, str>>,
{
    of
}

#[cfg(test)]
mod tests {
    use webhook_core::Head;

    use super::*;

    fn named(
        name: impl for<'h> Fn(&TenantHead<'h>) -> Option<Cow<'h, str>>,
        target: &str,
        headers: &[(&str, &str); 1],
    ) -> Option<String> {
        let head = Head::new("POST", target, headers);
        name(&TenantHead::new(head, None)).map(Cow::into_owned)
    }

    const NONE: [(&str, &str); 1] = [("x", "y")];

    #[test]
    fn a_path_has_one_tenant_in_its_own_segment() {
        let of = |target| named(from_path("/hooks/{tenant}"), target, &NONE);
        assert_eq!(of("/hooks/acme").as_deref(), Some("acme"));
        assert_eq!(of("/hooks/_").as_deref(), Some("_"));
        assert_eq!(of("/hooks/%5F").as_deref(), Some("_"));
        assert_eq!(of("/hooks/a%2Fb?tenant=c").as_deref(), Some("a/b"));
        for other in ["/hooks", "/hooks/", "/hooks/a/b", "/other/acme"] {
            assert_eq!(of(other), None, "{other}");
        }
        assert_eq!(of("/hooks/%ff"), None, "not UTF-8");
    }

    #[test]
    fn a_host_is_compared_without_its_port_and_case() {
        let of = |host| named(from_host("{tenant}.Example.com"), "/", &[("host", host)]);
        assert_eq!(of("acme.example.com").as_deref(), Some("acme"));
        assert_eq!(of("ACME.EXAMPLE.com:80").as_deref(), Some("acme"));
        assert_eq!(of("acme.example.com.evil.example"), None);
        assert_eq!(of("example.com"), None);
        assert_eq!(of("[::1]:80"), None);
    }

    #[test]
    fn the_authority_of_the_uri_is_the_host() {
        let headers = [("host", "initech.example.com")];
        let head = Head::new("POST", "/", &headers);
        let head = TenantHead::new(head, Some("acme.example.com:443"));
        assert_eq!(head.host(), Some("acme.example.com"));
    }

    #[test]
    fn headers_and_parameters_are_read_as_they_are() {
        let headers = [("x-shop", "acme")];
        assert_eq!(
            named(from_header("x-shop"), "/", &headers).as_deref(),
            Some("acme")
        );
        assert_eq!(named(from_header("x-other"), "/", &headers), None);
        let of = |target| named(from_query("org"), target, &NONE);
        assert_eq!(of("/?org=acme").as_deref(), Some("acme"));
        assert_eq!(of("/?org=acme&org=initech"), None);
    }

    #[test]
    #[should_panic(expected = "has no {tenant}")]
    fn a_path_without_a_tenant_is_a_mistake() {
        let _ = from_path("/hooks/{org}");
    }
}
