//! The layer and its options.

use std::{fmt, sync::Arc, time::Duration};

use tower_layer::Layer;
use tower_mistral_wire::{
    Mode, Modes,
    body::Budget,
    ext::{Clock, Secrets},
};

use crate::{
    CallerAuthorization, KeyRing, KeyRotation, KeySpec, Keys, KeysError, OriginError, ReplayBudget,
    Strategy,
    keys::Checked,
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
}

impl KeyRotationLayer {
    /// The default of [`rotate_every`](Self::rotate_every): an hour.
    pub const ROTATE_EVERY: Duration = Duration::from_secs(3600);
    /// The default of [`bench_for`](Self::bench_for), and the most that it can be: a minute.
    pub const BENCH_FOR: Duration = Duration::from_secs(60);
    /// The default of [`quarantine_for`](Self::quarantine_for): ten minutes.
    pub const QUARANTINE_FOR: Duration = Duration::from_secs(600);
    /// The default of [`cool_at_most`](Self::cool_at_most): five minutes.
    pub const COOL_AT_MOST: Duration = Duration::from_secs(300);
    /// The default of [`expiry_margin`](Self::expiry_margin): five minutes.
    pub const EXPIRY_MARGIN: Duration = Duration::from_secs(300);
    /// The default of [`max_replay`](Self::max_replay): 8 MiB.
    pub const MAX_REPLAY: usize = 8 << 20;

    /// Reads the source of keys and makes the ring.
    ///
    /// # Errors
    ///
    /// The source has no key, or one that cannot stand in a header. The error names the source
    /// and the position, never a value.
    pub fn new(keys: Keys) -> Result<Self, KeysError> {
        Ok(Self::of(keys.resolve()?))
    }

    /// Makes a ring of what a source of keys says. [`ring`](Self::ring) is where it says more later.
    ///
    /// # Errors
    ///
    /// As those of [`KeyRing::update`]: the list is empty, or one of the keys cannot stand in a
    /// header.
    pub fn with_keys(keys: Vec<KeySpec>) -> Result<Self, KeysError> {
        Ok(Self::of(Checked::list(keys)?))
    }

    fn of(keys: Vec<Checked>) -> Self {
        let ring = RingOptions {
            clock: Clock::system(),
            strategy: Strategy::default(),
            rotate_every: Self::ROTATE_EVERY,
            bench_for: Self::BENCH_FOR,
            quarantine_for: Self::QUARANTINE_FOR,
            cool_at_most: Self::COOL_AT_MOST,
            expiry_margin: Self::EXPIRY_MARGIN,
            replays: ReplayBudget::default(),
        };
        Self {
            ring: Arc::new(Ring::new(keys, ring)),
            options: Arc::new(Options {
                origins: Origins::mistral(),
                caller: CallerAuthorization::Keep,
                max_replay: Self::MAX_REPLAY,
                budget: Budget::process(),
            }),
            modes: Modes::default(),
        }
    }

    /// Which of the healthy keys a call gets. By default [`Strategy::Primary`].
    ///
    /// Begins a new ring of the same keys, as all options about the health of keys do: take
    /// [`ring`](Self::ring) afterwards.
    pub fn strategy(self, strategy: Strategy) -> Self {
        self.with_ring(|ring| ring.strategy = strategy)
    }

    /// How long the turn of a key lasts: the first call after that gets the next one. At least a
    /// millisecond; [`Duration::MAX`] for no rotation by time.
    pub fn rotate_every(self, time: Duration) -> Self {
        self.with_ring(|ring| ring.rotate_every = time)
    }

    /// For how long a key that got a 401 is passed over while there is a better one: a minute at
    /// most. It is a suspicion, since gateways answer with 401s that pass: afterwards one call may
    /// try the key again.
    pub fn bench_for(self, time: Duration) -> Self {
        self.with_ring(|ring| ring.bench_for = time.min(Self::BENCH_FOR))
    }

    /// For how long a key is passed over that is known to be of no use: it got a 401, and for the
    /// same request another key did not; or [`check_keys`](crate::KeyRotation::check_keys) has
    /// asked. Afterwards one call may try it again.
    pub fn quarantine_for(self, time: Duration) -> Self {
        self.with_ring(|ring| ring.quarantine_for = time)
    }

    /// For how long, at most, the keys of an organisation are passed over after a 429, whatever it
    /// asks for. A quota that is used up for the month is tried again after that.
    pub fn cool_at_most(self, time: Duration) -> Self {
        self.with_ring(|ring| ring.cool_at_most = time)
    }

    /// How long before it expires a key is passed over while there is a better one.
    pub fn expiry_margin(self, time: Duration) -> Self {
        self.with_ring(|ring| ring.expiry_margin = time)
    }

    /// How many attempts may be made beyond the first ones.
    pub fn replay_budget(self, budget: ReplayBudget) -> Self {
        self.with_ring(|ring| ring.replays = budget)
    }

    /// Goes on with what this ring knows, of a layer that this one takes the place of: keys that are
    /// in both keep their health, their counts and their age, organisations that were asked to wait
    /// do, and what was retired by hand stays out. Its clock comes along. To be the last option of
    /// those about keys; without it, a reload of the configuration forgets which keys are dead.
    pub fn inherit(mut self, ring: &KeyRing) -> Self {
        self.ring = Arc::new(self.ring.inheriting(ring.ring()));
        self
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
    /// the place of what `secrets` held: give each layer a set of its own. It follows the ring: new
    /// keys join, and retired ones stay until the list is written after their last call.
    ///
    /// With or without this option, the set is in the extensions of each request that goes on and
    /// of its response.
    pub fn secrets(self, secrets: Secrets) -> Self {
        self.ring.publish_to(secrets);
        self
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
