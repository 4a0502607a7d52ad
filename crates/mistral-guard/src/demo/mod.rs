//! `mistral-guard demo`: four calls through the stack to the emulator, shown from all sides.
//!
//! The exchanges are real: the application's side is a client with the four layers around it, the
//! API's side an HTTP server on loopback that records what it is sent.

mod json;
mod reading;
mod render;
mod scenes;
mod stage;
mod tap;

use tower_mistral::wire::BoxError;

use self::{render::Render, stage::Stage};
use crate::cli::DemoArgs;

/// Runs the demo and prints it to stdout.
///
/// # Errors
///
/// No port of the loopback interface can be bound, or stdout is closed.
pub fn run(args: DemoArgs) -> Result<(), BoxError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match args.json {
            true => document().await,
            false => page().await,
        }
    })
}

async fn page() -> Result<(), BoxError> {
    let stage = Stage::set().await?;
    let mut render = Render::new(anstream::stdout().lock());
    render.head()?;
    for (n, scene) in scenes::ALL.iter().enumerate() {
        render.scene(n + 1, scene)?;
        let exchange = stage
            .play(n + 1, scene, |event| render.event(event))
            .await?;
        render.exchange(&exchange)?;
    }
    render.foot()?;
    stage.strike().await;
    Ok(())
}

async fn document() -> Result<(), BoxError> {
    let stage = Stage::set().await?;
    let mut exchanges = Vec::new();
    for (n, scene) in scenes::ALL.iter().enumerate() {
        exchanges.push(stage.play(n + 1, scene, |_| Ok(())).await?);
    }
    stage.strike().await;
    json::print(&exchanges, anstream::stdout().lock())?;
    Ok(())
}
