//! The headers that belong to a provider's deliveries.

use crate::provider::{
    Authentication, KeyIdPlace, Labels, Location, Locator, Part, Provider, Scheme,
};
use crate::provider::{Identity, TimeLocation};

impl Provider {
    /// The headers that the deliveries of this provider have, in lower case: signatures, signed
    /// values, ids, types, times and key ids. A name can occur twice.
    ///
    /// Headers that hold a secret itself are left out: tokens, HTTP Basic and further credentials.
    /// So are the headers that only the code of a scheme knows.
    ///
    /// ```
    /// use webhook_core::providers;
    ///
    /// let names: Vec<_> = providers::GITHUB.header_names().collect();
    /// assert!(names.contains(&"x-hub-signature-256") && names.contains(&"x-github-event"));
    /// // It is the secret itself.
    /// let mut names = providers::GITLAB_TOKEN.header_names();
    /// assert!(names.all(|name| name != "x-gitlab-token"));
    /// ```
    pub fn header_names(&self) -> impl Iterator<Item = &'static str> {
        let labels = match self.identity() {
            Identity::ContentAndLabels {
                labels: Labels::Headers(names),
                ..
            } => names,
            _ => &[],
        };
        let families = self.header_families().iter().flat_map(|names| names.iter());
        let mut all: Vec<_> = families.chain(labels).copied().collect();
        self.schemes()
            .iter()
            .for_each(|scheme| scheme.add_headers(&mut all));
        for locator in [self.id_locator(), self.type_locator()] {
            if let Locator::Header(names) = locator {
                all.extend(names);
            }
        }
        let secrets: Vec<_> = self.secret_headers().collect();
        all.into_iter().filter(move |name| !secrets.contains(name))
    }

    /// The headers that hold a secret itself.
    fn secret_headers(&self) -> impl Iterator<Item = &'static str> {
        let parameters = self.parameters().iter().filter(|known| !known.is_public());
        let extra = parameters.filter_map(|known| known.companion());
        let extra = extra.map(|credential| credential.header);
        let schemes = self.schemes().iter().filter(|scheme| scheme.sends_secret());
        let tokens = schemes.flat_map(|scheme| scheme.tag_headers());
        extra.chain(tokens.copied())
    }
}

impl Scheme {
    fn add_headers(&self, all: &mut Vec<&'static str>) {
        all.extend(self.tag_headers());
        all.extend(self.id);
        if let Some(TimeLocation::Header(name)) = self.time.map(|time| time.at) {
            all.push(name);
        }
        if let Some(KeyIdPlace::Header(name)) = self.key_name.map(|name| name.place) {
            all.push(name);
        }
        for part in self.parts() {
            if let Part::Header(name) = part {
                all.push(name);
            }
        }
    }

    /// The headers of the tag or the token.
    fn tag_headers(&self) -> impl Iterator<Item = &&'static str> {
        let (one, several) = match &self.location {
            Location::Header(name) => (Some(name), [].iter()),
            Location::AnyHeader(names) => (None, names.iter()),
            _ => (None, [].iter()),
        };
        one.into_iter().chain(several)
    }

    /// Whether a delivery contains the secret itself.
    const fn sends_secret(&self) -> bool {
        matches!(
            self.authentication,
            Authentication::Token | Authentication::Basic
        )
    }
}
