//! What a reply is for, and so which rules hold where.

use stream_redactor::{Group, RedactorBuilder};
use tower_mistral_wire::{Mode, table::TextKind};

/// What replies are for: decides which [groups](Group) of rules are enforced in which texts.
///
/// | Profile | Content and thinking | Arguments and names of tools |
/// |---|---|---|
/// | `Chat` | all | all |
/// | `Rag` | all; with its [rules](Self::rules) all images of other hosts, too | secrets, exfiltration, leaks |
/// | `Agent` | all | secrets, exfiltration, leaks |
/// | `Code` | all, but with its [rules](Self::rules) code blocks keep active content | secrets, exfiltration, leaks |
///
/// What is not enforced is observed: the report names it. Why:
///
/// - What tools are called with is no text for people. A redacted `send_email(to = "[EMAIL]")` or
///   `write_file(content = "[SCRIPT]")` breaks every agent, and personal data mostly stands there
///   because the user asked for just that. Secrets and what carries data away have no business there
///   either way: a call of a tool is how an injected prompt gets them out.
/// - Whoever answers out of documents shows text that strangers have written. A page fetches images
///   unasked, and the name of one may say something by itself.
/// - Whoever asks for code wants `<script>` in it. In a code block a page shows it and does not run it;
///   outside of one it is replaced as ever.
///
/// A mode of a single rule or kind of text, see [`Modes`](tower_mistral_wire::Modes), only ever takes away from what a profile
/// enforces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// People read the replies.
    #[default]
    Chat,
    /// People read replies that quote documents.
    Rag,
    /// The replies call tools.
    Agent,
    /// The replies are code.
    Code,
}

impl Profile {
    /// The rules for such replies: what this adds to rules of your own.
    pub fn rules(self, rules: RedactorBuilder) -> RedactorBuilder {
        match self {
            Self::Rag => rules.all_images(),
            Self::Code => rules.spare_code_blocks(),
            Self::Chat | Self::Agent => rules,
        }
    }

    /// What a rule of a group does at most in a text of a kind.
    pub fn mode(self, group: Group, kind: TextKind) -> Mode {
        let is_call = matches!(kind, TextKind::ToolArguments | TextKind::ToolName);
        let is_vital = matches!(group, Group::Secret | Group::Exfiltration | Group::Leak);
        if self == Self::Chat || !is_call || is_vital {
            Mode::Enforce
        } else {
            Mode::Observe
        }
    }
}
