//! The example does what it says: its own code runs, against an emulator of its own.
#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
#[path = "../src/main.rs"]
mod example;

#[tokio::test]
async fn the_agent_is_guarded_in_each_of_its_turns() {
    let got = |works| {
        let prompt = r#""[FILTERED]. Who is in charge of sales?""#;
        format!("the API got: {prompt}, a key that works {works}\n")
    };
    let shown = "the agent called: in_charge\nreply, streamed true: Jane is: [EMAIL].\n".to_owned();
    // The revoked key is tried once, then replaced within the call; the next turn begins with it.
    let calls = [got(false), got(true), got(true)].concat();
    assert_eq!(example::run().await.unwrap(), shown + &calls);
}
