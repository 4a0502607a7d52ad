//! Hours of traffic, in seconds: a scripted API over keys that expire, are revoked, rate-limited and
//! rotated at their source, and get 401s that pass. What must hold at every moment is asserted at
//! every moment.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod api;
mod source;
mod world;

use std::{rc::Rc, time::Duration};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use tokio::{
    task::LocalSet,
    time::{Instant, sleep},
};
use tower::{Layer as _, ServiceExt};
use tower_mistral_key_rotation::{KeyHealth, KeyRotationLayer, Strategy};
use tower_mistral_wire::{Rejection, RejectionKind};

use api::Api;
use source::Source;
use world::{Random, World};

const HOURS: u64 = 2;
const SECOND: Duration = Duration::from_secs(1);
/// Larger bodies are not kept.
const MAX_REPLAY: usize = 64;

/// What a call asks for, by its body.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Chat,
    /// Larger than what is kept for a replay.
    Upload,
    /// The API's guardrail blocks it.
    Attack,
    /// The API does not know the model.
    WrongModel,
}

impl Kind {
    fn draw(random: &mut Random) -> Self {
        match random.below(100) {
            0..5 => Self::Upload,
            5..8 => Self::Attack,
            8..11 => Self::WrongModel,
            _ => Self::Chat,
        }
    }

    fn body(self) -> String {
        match self {
            Self::Upload => "upload".repeat(MAX_REPLAY),
            other => format!("{other:?}"),
        }
    }

    /// What the API answers when it has taken the key.
    fn answer(self) -> StatusCode {
        match self {
            Self::Chat | Self::Upload => StatusCode::OK,
            Self::Attack => StatusCode::FORBIDDEN,
            Self::WrongModel => StatusCode::BAD_REQUEST,
        }
    }
}

async fn one_call(layer: KeyRotationLayer, world: Rc<World>, kind: Kind) {
    let begun = world.now();
    let request = Request::post("https://api.mistral.ai/v1/chat/completions")
        .body(Full::<Bytes>::from(kind.body()))
        .unwrap();
    let api = Api::new(Rc::clone(&world));
    let reply = layer.layer(api).oneshot(request).await.unwrap();
    let ended = world.now();
    let status = reply.status();
    if let Some(refused) = reply.extensions().get::<Rejection>() {
        assert_eq!(refused.kind(), RejectionKind::RateLimited);
        assert!(refused.retry_after().unwrap() <= SECOND * 91);
        world.count_refused();
    }
    reply.into_body().collect().await.unwrap();
    world.count_call(status == kind.answer());
    if status == kind.answer() || kind == Kind::Upload {
        return;
    }
    let usable = world.usable_all_along(begun, ended);
    assert!(
        usable.is_empty(),
        "{kind:?} got {status} between {begun:?} and {ended:?}; usable were {usable:?}\n{:#?}",
        layer.ring()
    );
}

/// Calls come alone and in bursts.
async fn traffic(layer: KeyRotationLayer, world: Rc<World>, seed: u64) {
    let mut random = Random::new(seed);
    while world.now() < world.end() {
        let calls = if random.below(50) == 0 { 40 } else { 1 };
        for _ in 0..calls {
            let kind = Kind::draw(&mut random);
            let call = one_call(layer.clone(), Rc::clone(&world), kind);
            tokio::task::spawn_local(call);
        }
        sleep(Duration::from_millis(random.below(1200))).await;
    }
}

/// The API is asked about suspects every half minute, as the docs advise.
async fn checkups(layer: KeyRotationLayer, world: Rc<World>) {
    let mut service = layer.layer(Api::new(Rc::clone(&world)));
    while world.now() < world.end() {
        sleep(SECOND * 30).await;
        world.sync();
        service.check_keys::<Full<Bytes>, _>().await.unwrap();
    }
}

/// No key is passed over beyond its reason.
async fn inspection(layer: KeyRotationLayer, world: Rc<World>) {
    while world.now() < world.end() {
        sleep(SECOND * 3).await;
        let now = world.sync();
        let ring = layer.ring();
        for state in ring.keys() {
            let name = state.id.as_deref().unwrap();
            let ends = now + state.health_ends_in;
            let slack = Duration::from_millis(1);
            match state.health {
                KeyHealth::Healthy | KeyHealth::Retired => {}
                KeyHealth::Benched => {
                    assert!(state.health_ends_in <= SECOND * 60 + slack, "{state:?}");
                    assert!(
                        world.was_rejected_since(name, now - SECOND * 60),
                        "{state:?}"
                    );
                }
                KeyHealth::Quarantined => {
                    assert!(state.health_ends_in <= SECOND * 600 + slack, "{state:?}");
                    let since = world.accepted_since(name, now);
                    assert!(
                        since.is_none_or(|it| it <= SECOND * 32),
                        "{state:?} {since:?}"
                    );
                }
                KeyHealth::Cooling => {
                    let asked = world.asked_to_wait_until(name);
                    assert!(
                        asked.is_some_and(|asked| ends <= asked + slack),
                        "{state:?}"
                    );
                }
                KeyHealth::Expired => assert!(world.has_expired(name, now + slack), "{state:?}"),
                other => panic!("{other:?}"),
            }
        }
    }
}

fn simulate(strategy: Strategy, seed: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let tasks = LocalSet::new();
    tasks.block_on(&runtime, async move {
        let (world, clock) = World::new(seed, Instant::now(), SECOND * 3600 * HOURS as u32);
        let layer = KeyRotationLayer::with_keys(world.listed())
            .unwrap()
            .strategy(strategy)
            .clock(clock)
            .max_replay(MAX_REPLAY);
        let source = Source::new(layer.ring(), Rc::clone(&world));
        layer.ring().on_suspicion(source.hook());
        let tasks = [
            tokio::task::spawn_local(World::live(Rc::clone(&world))),
            tokio::task::spawn_local(source.refresh()),
            tokio::task::spawn_local(checkups(layer.clone(), Rc::clone(&world))),
            tokio::task::spawn_local(inspection(layer.clone(), Rc::clone(&world))),
            tokio::task::spawn_local(traffic(layer.clone(), Rc::clone(&world), seed)),
        ];
        for task in tasks {
            task.await.unwrap();
        }
        sleep(SECOND * 10).await;
        world.judge();
    });
}

#[test]
fn primary() {
    (1..=2).for_each(|seed| simulate(Strategy::Primary, seed));
}

#[test]
fn round_robin() {
    (11..=12).for_each(|seed| simulate(Strategy::RoundRobin, seed));
}

#[test]
fn least_in_flight() {
    (21..=22).for_each(|seed| simulate(Strategy::LeastInFlight, seed));
}
