//! Which of the healthy keys a call gets.

/// Which of the healthy keys a call gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Strategy {
    /// One key for all calls, and the next one after
    /// [`rotate_every`](crate::KeyRotationLayer::rotate_every).
    #[default]
    Primary,
    /// The keys in turn, a call each.
    RoundRobin,
    /// The key that the fewest calls are using, from the attempt until the end of the reply's
    /// body. It looks at every key, so picking takes longer the more there are.
    LeastInFlight,
}
