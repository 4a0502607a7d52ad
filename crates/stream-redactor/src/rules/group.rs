//! What kinds of harm rules are about.

use crate::edit::Entity;

/// What finding something is good for. Whoever switches rules by what a text is for switches groups of
/// them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Group {
    /// It belongs to a person or a company, and others have no business with it.
    Personal,
    /// It opens something.
    Secret,
    /// It does something where it is shown: scripts, escape sequences, text that hides.
    Active,
    /// It carries data to another host where it is shown.
    Exfiltration,
    /// It repeats what the model was told in confidence.
    Leak,
}

const GROUPS: [(Group, &[Entity]); 4] = [
    (
        Group::Secret,
        &[
            Entity::PRIVATE_KEY,
            Entity::API_TOKEN,
            Entity::SECRET,
            Entity::URL_CREDENTIALS,
            Entity::TRIPWIRE,
        ],
    ),
    (
        Group::Active,
        &[
            Entity::SCRIPT,
            Entity::ACTIVE_CONTENT,
            Entity::TERMINAL_ESCAPE,
            Entity::INVISIBLE_TEXT,
        ],
    ),
    (
        Group::Exfiltration,
        &[Entity::EXFILTRATION_URL, Entity::EXTERNAL_IMAGE],
    ),
    (Group::Leak, &[Entity::SYSTEM_PROMPT]),
];

impl Group {
    /// That of an entity. What is in no other is personal.
    pub(super) fn of(entity: &Entity) -> Self {
        let group = GROUPS
            .iter()
            .find(|(_, entities)| entities.contains(entity));
        group.map_or(Self::Personal, |(group, _)| *group)
    }
}
