//! What a source of keys says of each, and what it is asked when one is suspected.

use std::{borrow::Cow, fmt, future::Future, pin::Pin, sync::Arc, time::SystemTime};

use secrecy::SecretString;

/// A boxed future, as object-safe traits return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One version of a key, as a source knows it: the material, and what is known about it.
///
/// A ring is given all that there are at once, by [`KeyRing::update`](crate::KeyRing::update):
/// what is not in the list any more is retired.
#[derive(Clone)]
pub struct KeySpec {
    pub(crate) material: SecretString,
    pub(crate) id: Option<Cow<'static, str>>,
    pub(crate) group: Cow<'static, str>,
    pub(crate) class: KeyClass,
    pub(crate) expires_at: Option<SystemTime>,
}

impl KeySpec {
    /// A key of the API that belongs to the one organisation there is, and does not expire.
    pub fn new(material: impl Into<SecretString>) -> Self {
        Self {
            material: material.into(),
            id: None,
            group: Cow::Borrowed(""),
            class: KeyClass::Api,
            expires_at: None,
        }
    }

    /// The source's name for this version, for instance `versions/3`: for logs and lists, no secret.
    #[must_use]
    pub fn id(mut self, id: impl Into<Cow<'static, str>>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// The organisation that the key belongs to, by any name. Rate limits are an organisation's:
    /// keys of one group cool together. Keys of which nothing is said are of one group.
    #[must_use]
    pub fn group(mut self, group: impl Into<Cow<'static, str>>) -> Self {
        self.group = group.into();
        self
    }

    /// Which endpoints take the key.
    #[must_use]
    pub fn class(mut self, class: KeyClass) -> Self {
        self.class = class;
        self
    }

    /// When the API stops taking the key. A ring moves on to another one before.
    #[must_use]
    pub fn expires_at(mut self, time: SystemTime) -> Self {
        self.expires_at = Some(time);
        self
    }

    /// Whether both say the same of the same key.
    #[cfg(feature = "sources")]
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        use secrecy::ExposeSecret;
        let known = |spec: &Self| (spec.class, spec.expires_at);
        self.material.expose_secret() == other.material.expose_secret()
            && self.id == other.id
            && self.group == other.group
            && known(self) == known(other)
    }

    /// The key itself.
    pub fn material(&self) -> &SecretString {
        &self.material
    }

    /// The source's name for this version.
    pub fn version_id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The organisation; empty if none was named.
    pub fn organisation(&self) -> &str {
        &self.group
    }

    /// Which endpoints take the key.
    pub fn key_class(&self) -> KeyClass {
        self.class
    }

    /// When the API stops taking the key.
    pub fn expiry(&self) -> Option<SystemTime> {
        self.expires_at
    }
}

/// Shows all but the key.
impl fmt::Debug for KeySpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySpec")
            .field("id", &self.id)
            .field("group", &self.group)
            .field("class", &self.class)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Which endpoints take a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyClass {
    /// All but `/v1/admin`.
    #[default]
    Api,
    /// `/v1/admin`, which takes no other.
    Admin,
}

impl KeyClass {
    /// Its name in logs and configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Admin => "admin",
        }
    }
}

/// A source of keys that can be asked to look again, now: a ring does when the API rejects a key,
/// which may have been replaced where it comes from. Given to a ring by
/// [`KeyRing::on_suspicion`](crate::KeyRing::on_suspicion).
pub trait Refetch: Send + Sync + 'static {
    /// Begins a fetch, or joins the one that is under way, and resolves when that is over and the
    /// ring has been updated, or when it has failed.
    ///
    /// - It begins when this is called: a call that has another key at hand does not wait, and
    ///   drops the future unpolled.
    /// - A call that has no other key waits for it: the implementation sets the limit, a few
    ///   seconds.
    /// - It is called for each rejected attempt: the implementation sees to it that a source is
    ///   asked once for many calls, and not more often than is good for it.
    fn refetch(&self) -> BoxFuture<'static, ()>;
}

impl<R: Refetch + ?Sized> Refetch for Arc<R> {
    fn refetch(&self) -> BoxFuture<'static, ()> {
        (**self).refetch()
    }
}
