//! The layer and its options.

use std::{fmt, sync::Arc, time::Duration};

use tower_layer::Layer;
use tower_mistral_wire::{
    Mode, Modes,
    body::Budget,
    ext::{Clock, Secrets},
};

use crate::{
    CallerAuthorization, KeyRing, KeyRotation, Keys, KeysError, OriginError,
    origin::Origins,
    ring::{Ring, RingOptions},
};

/// Lends each call to the API a key of a ring; see the [crate's documentation](crate).
///
/// Clones and all services made by it share the ring.
#[derive(Clone)]
#[must_use = "a layer does nothing until it is put around a service"]
pub struct KeyRotationLayer {
    pub(crate) ring: Arc<Ring>,
    pub(crate) options: Arc<Options>,
    pub(crate) modes: Modes,
}

/// What a call looks up.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) origins: Origins,
    pub(crate) caller: CallerAuthorization,
    pub(crate) max_replay: usize,
    pub(crate) budget: Budget,
    pub(crate) secrets: Secrets,
}

impl KeyRotationLayer {
    /// The default of [`rotate_every`](Self::rotate_every): an hour.
    pub const ROTATE_EVERY: Duration = Duration::from_secs(3600);
    /// The default of [`bench_for`](Self::bench_for): a minute.
    pub const BENCH_FOR: Duration = Duration::from_secs(60);
    /// The default of [`max_replay`](Self::max_replay): 8 MiB.
    pub const MAX_REPLAY: usize = 8 << 20;

    /// Reads the source of keys and makes the ring.
    ///
    /// # Errors
    ///
    /// The source has no key, or one that cannot stand in a header. The error names the source
    /// and the position, never a value.
    pub fn new(keys: Keys) -> Result<Self, KeysError> {
        let ring = RingOptions {
            clock: Clock::system(),
            rotate_every: Self::ROTATE_EVERY,
            bench_for: Self::BENCH_FOR,
        };
        let layer = Self {
            ring: Arc::new(Ring::new(keys.resolve()?, ring)),
            options: Arc::new(Options {
                origins: Origins::mistral(),
                caller: CallerAuthorization::Keep,
                max_replay: Self::MAX_REPLAY,
                budget: Budget::process(),
                secrets: Secrets::new(),
            }),
            modes: Modes::default(),
        };
        layer.publish();
        Ok(layer)
    }

    /// How long the turn of a key lasts: the first call after that gets the next one. At least a
    /// millisecond; [`Duration::MAX`] for no rotation by time.
    ///
    /// Begins a new ring, as [`clock`](Self::clock) and [`bench_for`](Self::bench_for) do: take
    /// [`ring`](Self::ring) afterwards.
    pub fn rotate_every(self, time: Duration) -> Self {
        self.with_ring(|ring| ring.rotate_every = time)
    }

    /// For how long a key that got a 401 is passed over while there is a healthy one. It is a
    /// suspicion, since gateways answer with 401s that pass: afterwards the key may have its turn
    /// again, which costs one attempt if the key is really dead.
    pub fn bench_for(self, time: Duration) -> Self {
        self.with_ring(|ring| ring.bench_for = time)
    }

    /// Takes the time from this clock instead of the system's.
    pub fn clock(self, clock: Clock) -> Self {
        self.with_ring(|ring| ring.clock = clock)
    }

    /// Allows keys to be sent to this origin, `scheme://host` or `scheme://host:port`, whatever
    /// the path. The first origin that is given takes the place of the default ones,
    /// `https://api.mistral.ai`, `https://api.eu.mistral.ai` and `https://api.us.mistral.ai`;
    /// later ones are added to it.
    ///
    /// # Errors
    ///
    /// It is not an origin, or it is plain `http` and the host is not a loopback address in
    /// digits (`localhost` is a name, and names can be made to mean anything).
    pub fn origin(self, origin: impl AsRef<str>) -> Result<Self, OriginError> {
        self.with_origin(origin.as_ref(), false)
    }

    /// As [`origin`](Self::origin), but plain `http` may go anywhere: whoever listens on the way
    /// can read the key.
    ///
    /// # Errors
    ///
    /// It is not an origin.
    pub fn dangerous_plain_http_origin(self, origin: impl AsRef<str>) -> Result<Self, OriginError> {
        self.with_origin(origin.as_ref(), true)
    }

    /// What becomes of an `Authorization` that the caller has set. By default it is kept, and no
    /// key of ours goes with that call.
    pub fn caller_authorization(self, choice: CallerAuthorization) -> Self {
        self.with_options(|options| options.caller = choice)
    }

    /// Requests with bodies of up to this many bytes are kept in memory until the head of the
    /// reply is here, so that they can be sent again with another key. Larger ones are sent once,
    /// as they stream in.
    pub fn max_replay(self, bytes: usize) -> Self {
        self.with_options(|options| options.max_replay = bytes)
    }

    /// Takes what is kept for a replay from this budget instead of the process's. When it is used
    /// up, requests are sent once, as they stream in.
    pub fn budget(self, budget: Budget) -> Self {
        self.with_options(|options| options.budget = budget)
    }

    /// Publishes the keys here, for a tripwire that keeps them out of replies and logs. It takes
    /// the place of what `secrets` held: give each layer a set of its own.
    ///
    /// With or without this option, the set is in the extensions of each request that goes on and
    /// of its response.
    pub fn secrets(self, secrets: Secrets) -> Self {
        let layer = self.with_options(|options| options.secrets = secrets);
        layer.publish();
        layer
    }

    /// Switches the layer; see the [crate's documentation](crate#modes) for what each mode does.
    pub fn mode(self, mode: Mode) -> Self {
        self.modes.set(mode);
        self
    }

    /// The handle that switches the layer at run time.
    pub fn modes(&self) -> Modes {
        self.modes.clone()
    }

    /// The handle that shows the state of the keys.
    pub fn ring(&self) -> KeyRing {
        KeyRing::new(Arc::clone(&self.ring))
    }

    fn publish(&self) {
        let keys = self.ring.keys().map(|key| key.secret().clone());
        self.options.secrets.replace(keys);
    }

    fn with_ring(mut self, set: impl FnOnce(&mut RingOptions)) -> Self {
        self.ring = Arc::new(self.ring.with(set));
        self
    }

    fn with_options(mut self, set: impl FnOnce(&mut Options)) -> Self {
        set(Arc::make_mut(&mut self.options));
        self
    }

    fn with_origin(mut self, origin: &str, allow_plain: bool) -> Result<Self, OriginError> {
        let options = Arc::make_mut(&mut self.options);
        options.origins.add(origin, allow_plain)?;
        Ok(self)
    }
}

impl<S> Layer<S> for KeyRotationLayer {
    type Service = KeyRotation<S>;

    fn layer(&self, inner: S) -> KeyRotation<S> {
        KeyRotation::new(inner, self.clone())
    }
}

impl fmt::Debug for KeyRotationLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRotationLayer")
            .field("ring", &self.ring())
            .field("options", &self.options)
            .field("modes", &self.modes)
            .finish()
    }
}
