//! What the engine answers with.

use std::borrow::Cow;
use std::fmt;

/// One step over the input. The edits of a text tile it: their lengths add up to the text's length.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Edit {
    /// The next `n` UTF-8 bytes of the input stay as they are.
    Keep(usize),
    /// The next `n` UTF-8 bytes of the input give way to `with`.
    Replace {
        /// UTF-8 bytes of input, never zero, ending on a character boundary.
        n: usize,
        /// What was found there.
        entity: Entity,
        /// The text to show instead. Empty only where an open-ended replacement goes on: its
        /// placeholder went out with an earlier edit.
        with: Cow<'static, str>,
    },
}

/// The name of a kind of finding, such as `EMAIL_ADDRESS`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entity(Cow<'static, str>);

impl Entity {
    /// An e-mail address.
    pub const EMAIL_ADDRESS: Self = Self(Cow::Borrowed("EMAIL_ADDRESS"));
    /// A United States social security number.
    pub const US_SSN: Self = Self(Cow::Borrowed("US_SSN"));
    /// An HTML `<script>` element.
    pub const SCRIPT: Self = Self(Cow::Borrowed("SCRIPT"));
    /// A line that gives a system prompt away.
    pub const SYSTEM_PROMPT: Self = Self(Cow::Borrowed("SYSTEM_PROMPT"));
    /// A payment card number.
    pub const CREDIT_CARD: Self = Self(Cow::Borrowed("CREDIT_CARD"));
    /// An international bank account number.
    pub const IBAN_CODE: Self = Self(Cow::Borrowed("IBAN_CODE"));
    /// A telephone number.
    pub const PHONE_NUMBER: Self = Self(Cow::Borrowed("PHONE_NUMBER"));
    /// An IPv4 or IPv6 address.
    pub const IP_ADDRESS: Self = Self(Cow::Borrowed("IP_ADDRESS"));
    /// A private key in PEM.
    pub const PRIVATE_KEY: Self = Self(Cow::Borrowed("PRIVATE_KEY"));
    /// A token or key that tells by its shape what it opens.
    pub const API_TOKEN: Self = Self(Cow::Borrowed("API_TOKEN"));
    /// What is assigned to the name of a secret.
    pub const SECRET: Self = Self(Cow::Borrowed("SECRET"));
    /// User and password in a URL.
    pub const URL_CREDENTIALS: Self = Self(Cow::Borrowed("URL_CREDENTIALS"));
    /// A tag, an event handler or a URL that runs a script or loads another document.
    pub const ACTIVE_CONTENT: Self = Self(Cow::Borrowed("ACTIVE_CONTENT"));
    /// Where a link or an image leads, if that would carry data to another host.
    pub const EXFILTRATION_URL: Self = Self(Cow::Borrowed("EXFILTRATION_URL"));
    /// Where an image on another host is.
    pub const EXTERNAL_IMAGE: Self = Self(Cow::Borrowed("EXTERNAL_IMAGE"));
    /// An escape sequence of a terminal.
    pub const TERMINAL_ESCAPE: Self = Self(Cow::Borrowed("TERMINAL_ESCAPE"));
    /// Invisible characters that hide a text or turn one around, or that tear values apart.
    pub const INVISIBLE_TEXT: Self = Self(Cow::Borrowed("INVISIBLE_TEXT"));

    /// The hardware address of a network interface.
    pub const MAC_ADDRESS: Self = Self(Cow::Borrowed("MAC_ADDRESS"));
    /// A date behind a word that makes it one of birth.
    pub const DATE_OF_BIRTH: Self = Self(Cow::Borrowed("DATE_OF_BIRTH"));
    /// Any date, and a time behind it.
    pub const DATE_TIME: Self = Self(Cow::Borrowed("DATE_TIME"));
    /// An address of Bitcoin or Ethereum.
    pub const CRYPTO: Self = Self(Cow::Borrowed("CRYPTO"));
    /// Any URL with a scheme.
    pub const URL: Self = Self(Cow::Borrowed("URL"));
    /// The name of a host.
    pub const DOMAIN_NAME: Self = Self(Cow::Borrowed("DOMAIN_NAME"));

    /// The number of a mobile telephone as a thing.
    pub const IMEI: Self = Self(Cow::Borrowed("IMEI"));

    /// A text that the caller gave to be found: see [`Tripwire`](crate::Tripwire).
    pub const TRIPWIRE: Self = Self(Cow::Borrowed("TRIPWIRE"));

    pub(crate) const fn named(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// An entity by its name, for names that come from a configuration.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self(name.into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Collects edits, merging neighbours of the same kind.
pub(crate) struct Sink<'o> {
    out: &'o mut Vec<Edit>,
    last: Option<Edit>,
}

impl<'o> Sink<'o> {
    pub(crate) fn new(out: &'o mut Vec<Edit>) -> Self {
        Self { out, last: None }
    }

    pub(crate) fn keep(&mut self, n: usize) {
        if n == 0 {
            return;
        }
        if let Some(Edit::Keep(before)) = &mut self.last {
            *before += n;
            return;
        }
        self.put(Edit::Keep(n));
    }

    pub(crate) fn replace(&mut self, n: usize, entity: Entity, with: Cow<'static, str>) {
        self.put(Edit::Replace { n, entity, with });
    }

    /// Goes on with the replacement that was opened before, in this call or an earlier one.
    pub(crate) fn swallow(&mut self, n: usize, entity: &Entity) {
        if let Some(Edit::Replace { n: before, .. }) = &mut self.last {
            *before += n;
            return;
        }
        self.replace(n, entity.clone(), Cow::Borrowed(""));
    }

    fn put(&mut self, edit: Edit) {
        self.out.extend(self.last.replace(edit));
    }
}

impl Drop for Sink<'_> {
    fn drop(&mut self) {
        self.out.extend(self.last.take());
    }
}
