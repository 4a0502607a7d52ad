//! Values that may stay.

use std::collections::HashSet;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use crate::edit::Entity;
use crate::view;

type Test = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// What a redactor finds and leaves. It decides on complete findings only, so it changes nothing of
/// what is held back.
#[derive(Clone, Default)]
pub(crate) struct Allowed {
    /// Folded.
    values: HashSet<String>,
    /// Folded; with all their subdomains.
    domains: Vec<String>,
    tests: Vec<(Entity, Test)>,
    documentation: bool,
}

impl Allowed {
    pub(crate) fn value(&mut self, value: &str) {
        self.values.insert(view::folded(value));
    }

    pub(crate) fn domain(&mut self, domain: &str) {
        self.domains.push(view::folded(domain));
    }

    pub(crate) fn test(&mut self, entity: Entity, test: Test) {
        self.tests.push((entity, test));
    }

    pub(crate) fn documentation(&mut self) {
        self.documentation = true;
    }

    /// How many values, domains and tests there are.
    pub(crate) fn len(&self) -> usize {
        self.values.len() + self.domains.len() + self.tests.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0 && !self.documentation
    }

    /// Whether a folded value may stay.
    pub(crate) fn has(&self, entity: &Entity, value: &str) -> bool {
        let is_email = *entity == Entity::EMAIL_ADDRESS;
        let domain = value
            .rsplit_once('@')
            .filter(|_| is_email)
            .map(|(_, domain)| domain);
        self.values.contains(value)
            || domain.is_some_and(|domain| self.domains.iter().any(|of| is_within(domain, of)))
            || self.documentation && is_documentation(entity, domain, value)
            || self
                .tests
                .iter()
                .any(|(of, test)| of == entity && test(value))
    }
}

impl fmt::Debug for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Allowed")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

/// Whether a domain is `of` or one of its subdomains.
fn is_within(domain: &str, of: &str) -> bool {
    let head = domain.strip_suffix(of);
    head.is_some_and(|head| head.is_empty() || head.ends_with('.'))
}

/// Names of RFC 2606 and RFC 6761, addresses of RFC 5737, RFC 3849 and RFC 9637.
fn is_documentation(entity: &Entity, domain: Option<&str>, value: &str) -> bool {
    const NAMES: [&str; 7] = [
        "example.com",
        "example.net",
        "example.org",
        "example",
        "test",
        "invalid",
        "localhost",
    ];
    if let Some(domain) = domain {
        return NAMES.iter().any(|name| is_within(domain, name));
    }
    if *entity != Entity::IP_ADDRESS {
        return false;
    }
    let address = value.split('/').next().unwrap_or(value);
    let v4 = address.parse::<Ipv4Addr>();
    let v6 = address.parse::<Ipv6Addr>();
    let is_v6 = |address: Ipv6Addr| {
        let [first, second, ..] = address.segments();
        (first, second) == (0x2001, 0xdb8) || first == 0x3fff && second < 0x1000
    };
    v4.is_ok_and(|address| address.is_documentation()) || v6.is_ok_and(is_v6)
}
