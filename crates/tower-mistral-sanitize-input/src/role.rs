//! Whose text it is, and what the verdict on it leads to.

use prompt_screen::{Thresholds, Verdict};
use tower_mistral_wire::table::TextKind;

/// Whose text it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Role {
    /// Messages of the role `user`, with the document and resource parts in them: the only texts
    /// that are filtered, cut and wrapped.
    User,
    /// Messages of the roles `system` and `developer`, `instructions`.
    System,
    /// Replayed turns of the assistant: content, thinking, arguments of tool calls, and the `prefix`
    /// that it is to go on with.
    Assistant,
    /// What tools and functions have answered, which strangers may have written.
    ToolResult,
    /// Descriptions and schemas of tools.
    ToolDefinition,
    /// The text that is expected for an answer.
    Prediction,
    /// Names of documents and files.
    FileName,
    /// `metadata`, with its keys.
    Metadata,
    /// Code to be completed: `prompt` and `suffix`.
    Code,
    /// Text to be embedded, classified or moderated.
    Input,
    /// Strings of unknown fields, parts and endpoints.
    Other,
}

impl Role {
    /// Every role, in the order of declaration.
    pub const ALL: [Self; 11] = [
        Self::User,
        Self::System,
        Self::Assistant,
        Self::ToolResult,
        Self::ToolDefinition,
        Self::Prediction,
        Self::FileName,
        Self::Metadata,
        Self::Code,
        Self::Input,
        Self::Other,
    ];

    /// Its name in configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::System => "system",
            Self::Assistant => "assistant",
            Self::ToolResult => "tool_result",
            Self::ToolDefinition => "tool_definition",
            Self::Prediction => "prediction",
            Self::FileName => "file_name",
            Self::Metadata => "metadata",
            Self::Code => "code",
            Self::Input => "input",
            Self::Other => "other",
        }
    }

    /// The role whose text is of this kind.
    #[must_use]
    pub fn of(kind: TextKind) -> Self {
        match kind {
            TextKind::User => Self::User,
            TextKind::System => Self::System,
            TextKind::Assistant
            | TextKind::Thinking
            | TextKind::Content
            | TextKind::ToolArguments => Self::Assistant,
            TextKind::ToolResult => Self::ToolResult,
            TextKind::ToolDefinition | TextKind::ToolName => Self::ToolDefinition,
            TextKind::Prediction => Self::Prediction,
            TextKind::FileName => Self::FileName,
            TextKind::Metadata => Self::Metadata,
            TextKind::Code => Self::Code,
            TextKind::Input => Self::Input,
            _ => Self::Other,
        }
    }
}

/// What the verdict on the texts of one role leads to.
///
/// ```
/// use prompt_screen::{Category, Thresholds, Verdict};
/// use tower_mistral_sanitize_input::{Role, RolePolicy, SanitizeInputLayer};
///
/// // A tool result that looks like an attack stops the call; one with a template token does sooner.
/// let thresholds = Thresholds::default()
///     .block(0.9)
///     .category(Category::TemplateToken, Thresholds::never().block(0.5));
/// let layer = SanitizeInputLayer::recommended().role(
///     Role::ToolResult,
///     RolePolicy::new(thresholds).most(Verdict::Block),
/// );
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct RolePolicy {
    pub(crate) thresholds: Thresholds,
    pub(crate) most: Verdict,
    pub(crate) instead_of_filter: Verdict,
}

impl RolePolicy {
    /// Judges by these thresholds, and does all that they and the rules ask for.
    pub const fn new(thresholds: Thresholds) -> Self {
        Self {
            thresholds,
            most: Verdict::Block,
            instead_of_filter: Verdict::Flag,
        }
    }

    /// Does no more than this, whatever thresholds and rules ask for.
    pub const fn most(mut self, most: Verdict) -> Self {
        self.most = most;
        self
    }

    /// Does this where a filter is asked for and the text may not be edited. Default
    /// [`Verdict::Flag`]; [`Verdict::Block`] refuses the call.
    pub const fn instead_of_filter(mut self, verdict: Verdict) -> Self {
        self.instead_of_filter = verdict;
        self
    }

    /// What is done about a text of this kind that is judged like this.
    pub(crate) fn of_verdict(&self, verdict: Verdict, kind: TextKind) -> Verdict {
        let verdict = match verdict {
            Verdict::Filter if !kind.is_prompt() => self.instead_of_filter,
            verdict => verdict,
        };
        // A text that may not be filtered is not filtered because it may not be blocked either.
        match verdict.min(self.most) {
            Verdict::Filter if !kind.is_prompt() => Verdict::Flag,
            verdict => verdict,
        }
    }
}

/// The policies of all roles.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RolePolicies {
    policies: Vec<RolePolicy>,
    /// Every role comes from a stranger.
    untrusted: bool,
}

impl RolePolicies {
    /// What callers sent in good faith: only the user's text is more than flagged.
    pub(crate) fn trusting() -> Self {
        Self::with(false, |role| {
            let policy = RolePolicy::new(Thresholds::default());
            match role {
                Role::User => policy,
                _ => policy.most(Verdict::Flag),
            }
        })
    }

    /// A rule that asks for a block has its way wherever its text stands.
    pub(crate) fn untrusted() -> Self {
        Self::with(true, |_| RolePolicy::new(Thresholds::default()))
    }

    /// Whether its messages may be the work of strangers, so that those in a row are looked at
    /// together.
    pub(crate) fn is_untrusted(&self, role: Role) -> bool {
        self.untrusted || matches!(role, Role::User | Role::ToolResult)
    }

    pub(crate) fn get(&self, role: Role) -> &RolePolicy {
        self.policies
            .get(role as usize)
            .expect("invariant: there is one for each role")
    }

    pub(crate) fn set(&mut self, role: Role, policy: RolePolicy) {
        if let Some(known) = self.policies.get_mut(role as usize) {
            *known = policy;
        }
    }

    fn with(untrusted: bool, of_role: impl Fn(Role) -> RolePolicy) -> Self {
        Self {
            policies: Role::ALL.into_iter().map(of_role).collect(),
            untrusted,
        }
    }
}
