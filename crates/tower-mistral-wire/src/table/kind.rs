//! What a text is.

/// What a text in a body is; with the choice or message it stands in, its *channel*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum TextKind {
    // -- requests
    /// `messages[].content` of role `system`, `instructions`.
    System,
    /// `messages[].content` of role `user`: the text that may be filtered, cut and wrapped.
    User,
    /// A replayed assistant turn.
    Assistant,
    /// What a tool answered: untrusted, often JSON.
    ToolResult,
    /// Descriptions and schemas of the tools on offer.
    ToolDefinition,
    /// Code to be completed (`prompt` and `suffix` of FIM). Any edit would corrupt it.
    Code,
    /// Text to be embedded, classified or moderated. Any edit would falsify the answer.
    Input,
    /// The text that is expected for an answer (`prediction`).
    Prediction,
    /// Names of documents and files.
    FileName,
    /// Strings and keys of `metadata`.
    Metadata,
    // -- replies
    /// What the reader is shown.
    Content,
    /// What the model thought (`thinking` parts).
    Thinking,
    /// The arguments of a tool call: JSON inside a string, or an object.
    ToolArguments,
    /// The name of the tool that is called.
    ToolName,
    /// The text once more, token by token (`logprobs`).
    Logprobs,
    // -- both
    /// A string that no row names.
    Generic,
    /// URLs and encoded media.
    Media,
    /// Identifiers and enumerations: no text.
    Meta,
    // -- facts, read and never edited
    /// The model's name.
    Model,
    /// Why a choice ended; not null means that its texts are complete.
    FinishReason,
    /// An object of token counts.
    Usage,
    /// Random filler against reading lengths off an encrypted stream (`p`).
    Padding,
    /// The provider's signature over a thinking part: void once that is edited.
    Signature,
}

impl TextKind {
    /// Every kind, in the order of declaration.
    pub const ALL: [Self; 23] = [
        Self::System,
        Self::User,
        Self::Assistant,
        Self::ToolResult,
        Self::ToolDefinition,
        Self::Code,
        Self::Input,
        Self::Prediction,
        Self::FileName,
        Self::Metadata,
        Self::Content,
        Self::Thinking,
        Self::ToolArguments,
        Self::ToolName,
        Self::Logprobs,
        Self::Generic,
        Self::Media,
        Self::Meta,
        Self::Model,
        Self::FinishReason,
        Self::Usage,
        Self::Padding,
        Self::Signature,
    ];

    /// Its name in logs, reports and configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::ToolResult => "tool_result",
            Self::ToolDefinition => "tool_definition",
            Self::Code => "code",
            Self::Input => "input",
            Self::Prediction => "prediction",
            Self::FileName => "file_name",
            Self::Metadata => "metadata",
            Self::Content => "content",
            Self::Thinking => "thinking",
            Self::ToolArguments => "tool_arguments",
            Self::ToolName => "tool_name",
            Self::Logprobs => "logprobs",
            Self::Generic => "generic",
            Self::Media => "media",
            Self::Meta => "meta",
            Self::Model => "model",
            Self::FinishReason => "finish_reason",
            Self::Usage => "usage",
            Self::Padding => "padding",
            Self::Signature => "signature",
        }
    }

    /// Whether phrases may be filtered, text cut and wrapped without corrupting the use.
    pub fn is_prompt(self) -> bool {
        self == Self::User
    }

    /// Whether a reader or a model reads it as text, so that it must be looked at.
    pub fn is_text(self) -> bool {
        !matches!(
            self,
            Self::Meta
                | Self::Model
                | Self::FinishReason
                | Self::Usage
                | Self::Padding
                | Self::Signature
        )
    }

    /// Whether a string of this kind is a JSON document: edited inside its strings only.
    pub fn holds_json(self) -> bool {
        self == Self::ToolArguments
    }

    /// Whether a stream cuts it into pieces; identifiers, names and URLs come whole.
    pub(crate) fn flows(self) -> bool {
        !matches!(
            self,
            Self::Generic | Self::Media | Self::ToolName | Self::FileName | Self::Metadata
        ) && self.is_text()
    }

    /// Whether it is text that the model wrote for this call (what `output_chars` counts).
    pub fn is_output(self) -> bool {
        matches!(self, Self::Content | Self::Thinking | Self::ToolArguments)
    }

    /// Whether it is text that the caller sent (what `input_chars` counts).
    pub fn is_input(self) -> bool {
        matches!(
            self,
            Self::System
                | Self::User
                | Self::Assistant
                | Self::ToolResult
                | Self::Code
                | Self::Input
                | Self::Prediction
        )
    }

    pub(crate) fn of_role(role: &str) -> Self {
        match role {
            "user" => Self::User,
            "system" | "developer" => Self::System,
            "assistant" => Self::Assistant,
            "tool" => Self::ToolResult,
            _ => Self::Generic,
        }
    }

    /// Whose turn an entry without a `role` is, by its `type`.
    pub(crate) fn of_type(entry: &str) -> Self {
        match entry {
            "message.input" => Self::User,
            "message.output" | "function.call" | "function_call" | "reasoning" => Self::Assistant,
            "function.result" | "function_call_output" | "tool.execution" => Self::ToolResult,
            _ => Self::Generic,
        }
    }
}
