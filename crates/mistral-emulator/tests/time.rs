//! What depends on the clock, on one that the tests turn.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod common;

use std::time::Duration;

use common::{CHAT, chat, post};
use mistral_emulator::{Emulator, Reply};
use serde_json::json;
use tokio::time::Instant;

#[tokio::test(start_paused = true)]
async fn a_reply_waits_before_its_head_and_between_its_events() {
    let emulator = Emulator::start().await.unwrap();
    let hour = Duration::from_secs(3600);
    let minute = Duration::from_secs(60);
    emulator.reply_with(Reply::text("one two").delay(hour).delay_between(minute));
    let start = Instant::now();
    let answer = post(&emulator, CHAT, chat(json!({"stream": true}))).await;
    assert_eq!(answer.events().len(), 5);
    let waited = start.elapsed();
    assert!(waited >= hour + 4 * minute && waited < hour + 5 * minute);
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_counts_down_and_ends_by_itself() {
    let emulator = Emulator::start().await.unwrap();
    emulator
        .keys()
        .rate_limit(Emulator::DEFAULT_KEY, Duration::from_secs(90));
    let mut seen = Vec::new();
    for millis in [0, 30_500, 59_400, 200] {
        tokio::time::advance(Duration::from_millis(millis)).await;
        let answer = post(&emulator, CHAT, chat(json!({}))).await;
        seen.push((
            answer.status.as_u16(),
            answer.header("retry-after").map(str::to_owned),
        ));
    }
    let limited = |seconds: &str| (429, Some(seconds.to_owned()));
    assert_eq!(
        seen,
        [limited("90"), limited("60"), limited("1"), (200, None)]
    );
    emulator
        .keys()
        .rate_limit(Emulator::DEFAULT_KEY, Duration::MAX);
    assert_eq!(post(&emulator, CHAT, chat(json!({}))).await.status, 429);
}
