//! demo
/// x
pub fn run(_: crate::cli::DemoArgs) -> Result<(), Box<dyn std::error::Error>> { Ok(()) }
