//! What is put into a request beside its texts: a system message and options.

use tower_mistral_wire::{
    Mode,
    ext::{Action, CallReport, Finding, Layer},
    json::{Splice, Tape},
    table::{Endpoint, TextKind},
};

use crate::{OPTIONS, SYSTEM_MESSAGE, config::Config, options, switch::Switch, system};

/// The splice has what is enforced; `report` is told that too, and what is only observed.
pub(crate) fn add<'a>(
    config: &'a Config,
    switch: &Switch<'_>,
    endpoint: &Endpoint,
    tape: &'a Tape,
    report: &CallReport,
    is_refused: bool,
) -> Splice<'a> {
    let mut splice = Splice::new(tape.bytes());
    let mut inserts = Vec::new();
    let say = |rule: &'static str, is_new: bool, enforced: bool| {
        if is_new && !is_refused {
            let finding = Finding::new(Layer::SanitizeInput, rule, Action::Wrapped);
            report.add(finding.enforced(enforced));
        }
    };
    let on = |rule: &str| switch.of(rule, TextKind::System);
    // In Observe the work is done, and thrown away.
    let mut unused = (Splice::new(tape.bytes()), Vec::new());
    if let Some(message) = config.front().filter(|_| on(SYSTEM_MESSAGE) != Mode::Off) {
        let enforced = on(SYSTEM_MESSAGE) == Mode::Enforce;
        let (splice, inserts) = match enforced {
            true => (&mut splice, &mut inserts),
            false => (&mut unused.0, &mut unused.1),
        };
        let is_new = system::put_in_front(splice, inserts, endpoint, tape, &message);
        say(SYSTEM_MESSAGE, is_new, enforced);
    }
    if on(OPTIONS) != Mode::Off {
        let enforced = on(OPTIONS) == Mode::Enforce;
        let (splice, inserts) = match enforced {
            true => (&mut splice, &mut inserts),
            false => (&mut unused.0, &mut unused.1),
        };
        let wanted = (config.safe_prompt, config.guardrails.as_ref());
        let is_new = options::set(splice, inserts, endpoint, tape, wanted);
        say(OPTIONS, is_new, enforced);
    }
    options::insert(&mut splice, tape, &inserts);
    splice
}
