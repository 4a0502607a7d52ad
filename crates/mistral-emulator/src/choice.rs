//! What one candidate of a scripted answer says, and where a stream cuts it.

/// One entry of `choices`.
#[derive(Clone, Default)]
pub(crate) struct Choice {
    pub(crate) thinking: Vec<String>,
    pub(crate) text: Vec<String>,
    pub(crate) tool_calls: Vec<ToolCall>,
    pub(crate) finish_reason: Option<String>,
    pub(crate) last_delta_with_finish: Option<bool>,
}

/// A function call; its arguments in the pieces a stream sends them in.
#[derive(Clone)]
pub(crate) struct ToolCall {
    pub(crate) name: String,
    pub(crate) arguments: Vec<String>,
}

impl Choice {
    pub(crate) fn text(text: &str) -> Self {
        Self {
            text: words(text),
            ..Self::default()
        }
    }

    pub(crate) fn cut_every(&mut self, chars: usize) {
        self.text = every(&self.text.concat(), chars);
        self.thinking = every(&self.thinking.concat(), chars);
    }

    /// The scripted reason, else what the content implies.
    pub(crate) fn finish_reason(&self) -> &str {
        match &self.finish_reason {
            Some(reason) => reason,
            None if self.tool_calls.is_empty() => "stop",
            None => "tool_calls",
        }
    }

    /// The API sends streamed tool calls together with the finish reason, and text mostly not.
    pub(crate) fn last_delta_with_finish(&self) -> bool {
        self.last_delta_with_finish
            .unwrap_or(!self.tool_calls.is_empty())
    }

    /// As many tokens as deltas: exact enough for a `usage` that adds up.
    pub(crate) fn tokens(&self) -> usize {
        let arguments: usize = self
            .tool_calls
            .iter()
            .map(|call| call.arguments.len())
            .sum();
        self.thinking.len() + self.text.len() + arguments
    }
}

/// Cut before each space, so that every piece after the first begins with one, like most tokens.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for character in text.chars() {
        match pieces.last_mut() {
            Some(piece) if character != ' ' || piece.ends_with(' ') => piece.push(character),
            _ => pieces.push(character.into()),
        }
    }
    pieces
}

fn every(text: &str, chars: usize) -> Vec<String> {
    let chars = chars.max(1);
    let all: Vec<char> = text.chars().collect();
    all.chunks(chars)
        .map(|piece| piece.iter().collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_fixed_cuts_lose_nothing() {
        for text in ["", " ", "La cliente  est là.", "👍🏽 né\n\nfin ", "  x"] {
            assert_eq!(words(text).concat(), text);
            for chars in [0, 1, 2, 5, 100] {
                assert_eq!(every(text, chars).concat(), text);
            }
        }
        assert_eq!(words("La cliente est"), ["La", " cliente", " est"]);
    }
}
