//! What is looked for, by name.

use std::{collections::BTreeSet, fmt::Write};

use tower_mistral::redactor::{Entity, Redactor, RedactorBuilder, Rule, RuleSet, Stream};

const DETAILS: &str = "\
Text is written as soon as it is decided. With --jsonl each line is a text of
its own, and start and end of a finding count characters (code points) of the
text that was read; an id is written as it was read, other keys are dropped.

--explain writes line:column, entity and reason to standard error; with --jsonl
each finding has a \"why\" instead.

Entities:";

/// Columns of a line, and those before what is said of an entity.
const MAX_LINE: usize = 100;
const INDENT: usize = 29;

/// The recommended rules, or some of them.
pub(super) struct Rules {
    redactor: Redactor,
    enabled: RuleSet,
}

impl Rules {
    /// Those of the entities in `only`, of all recommended ones if it is empty, less those of `without`.
    ///
    /// # Errors
    ///
    /// None is left: a redactor that redacts nothing is a mistake.
    pub(super) fn new(only: &[Entity], without: &[Entity]) -> Result<Self, &'static str> {
        let rules = only
            .iter()
            .cloned()
            .fold(Redactor::builder(), RedactorBuilder::with);
        let redactor = rules
            .build()
            .map_err(|_| "--entities names what no rule finds")?;
        let is_chosen = |entity: &Entity| {
            (only.is_empty() || only.contains(entity)) && !without.contains(entity)
        };
        let rules = redactor.rules().iter().enumerate();
        let enabled = rules
            .filter(|(_, rule)| is_chosen(rule.entity()))
            .fold(RuleSet::empty(), |set, (index, _)| set.with(index));
        if enabled.is_empty() {
            return Err("--entities and --without leave nothing to look for");
        }
        Ok(Self { redactor, enabled })
    }

    pub(super) fn stream(&self) -> Stream {
        self.redactor.stream_with(self.enabled)
    }

    /// Why a finding of `entity` is one.
    pub(super) fn why(&self, entity: &Entity) -> &'static str {
        let mut rules = self.redactor.rules().iter();
        let rule = rules.find(|rule| rule.entity() == entity);
        rule.map_or("", |rule| rule.describe())
    }
}

/// The entity of that name.
///
/// # Errors
///
/// No rule finds it; the message lists those that there are.
pub fn entity(name: &str) -> Result<Entity, String> {
    let entities = entities();
    if let Some(entity) = entities.iter().find(|entity| entity.as_str() == name) {
        return Ok(entity.clone());
    }
    let names: Vec<_> = entities.iter().map(Entity::as_str).collect();
    Err(format!("the entities are {}", names.join(", ")))
}

/// What the options mean in full, and the entities that they name.
pub fn help() -> String {
    let mut help = DETAILS.to_owned();
    list(&mut help, Redactor::recommended().rules());
    help.push_str("\n\nFound only if --entities names them, for they are often meant to be read:");
    list(&mut help, &Redactor::optional());
    help
}

/// A line for each rule, or two if one would be too long for a terminal.
fn list(help: &mut String, rules: &[Rule]) {
    let mut before = None;
    for rule in rules {
        let name = rule.entity().as_str();
        // A further rule for the entity above stands below its name.
        let shown = if before == Some(name) { "" } else { name };
        before = Some(name);
        let gap = if rule.describe().len() > MAX_LINE - INDENT {
            "\n      "
        } else {
            "  "
        };
        // Writing to a String cannot fail.
        let _ = write!(help, "\n  {shown:25}{gap}{}", rule.describe());
    }
}

fn entities() -> Vec<Entity> {
    let (recommended, optional) = (Redactor::recommended(), Redactor::optional());
    let rules = recommended.rules().iter().chain(&optional);
    let mut entities: Vec<_> = rules.map(|rule| rule.entity().clone()).collect();
    let mut seen = BTreeSet::new();
    entities.retain(|entity| seen.insert(entity.clone()));
    entities
}
