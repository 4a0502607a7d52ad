//! Replies with given texts in all places where text stands.

/// A chat completion: the texts, which are set apart by `|`, in one place after the other.
pub(super) fn reply(texts: &str, knob: u8) -> String {
    let places: Vec<String> = texts
        .split('|')
        .enumerate()
        .map(|(n, text)| {
            let text = spell(text, knob);
            match (n + usize::from(knob)) % 8 {
                0 => format!("{{\"index\":{n},\"message\":{{\"content\":{text}}}}}"),
                1 => format!("{{\"message\" : {{\"content\":[{{\"type\":\"text\",\"text\":{text}}},{{\"type\":\"reference\",\"reference_ids\":[1]}},{{\"type\":\"text\",\"text\":{text}}}]}}}}"),
                2 => format!("{{\"message\":{{\"content\":[{{\"type\":\"thinking\",\"thinking\":[{{\"type\":\"text\",\"text\":{text}}}],\"signature\":\"s\"}}]}}}}"),
                3 => format!("{{\"message\":{{\"tool_calls\":[{{\"function\":{{\"name\":\"f\",\"arguments\":{}}}}}]}}}}", spell(&format!("{{\"k\":[{text},1.5e3,true]}}"), knob)),
                4 => format!("{{\"message\":{{\"tool_calls\":[{{\"function\":{{\"name\":\"f\",\"arguments\":{{\"k\":[{text},-7]}}}}}}]}}}}"),
                5 => format!("{{\"message\":{{\"content\":{text}}},\"logprobs\":{{\"content\":[{{\"token\":{text}}},{{\"token\":\"a\"}}]}}}}"),
                6 => format!("{{\"new\":{{\"deep\":[{text},null, {{}}]}}}}"),
                _ => format!("{{\"finish_reason\":\"length\",\"message\":{{\"content\":{text},\"tool_calls\":null}}}}"),
            }
        })
        .collect();
    format!(" {{\"id\":\"c\", \"choices\":[{}]}}\n", places.join(","))
}

/// A stream whose deltas are the texts, which are set apart by `|`.
pub(super) fn stream(texts: &str, knob: u8) -> String {
    let mut stream = String::new();
    for (n, text) in texts.split('|').enumerate() {
        let text = spell(text, knob);
        let index = n % 2;
        let delta = match (n / 2 + usize::from(knob)) % 6 {
            0 | 1 => format!("\"content\":{text}"),
            2 => format!("\"content\":[{{\"type\":\"text\",\"text\":{text}}}]"),
            3 => format!(
                "\"tool_calls\":[{{\"index\":0,\"function\":{{\"name\":\"\",\"arguments\":{}}}}}]",
                spell(&format!("[{text},"), knob)
            ),
            4 => format!(
                "\"content\":[{{\"type\":\"thinking\",\"thinking\":[{{\"type\":\"text\",\"text\":{text}}}]}}]"
            ),
            _ => format!("\"new\":{text}"),
        };
        stream += &event(&format!(
            "{{\"index\":{index},\"delta\":{{{delta}}},\"finish_reason\":null}}"
        ));
    }
    for index in 0..2 {
        stream += &event(&format!(
            "{{\"index\":{index},\"delta\":{{\"content\":\"\"}},\"finish_reason\":\"stop\"}}"
        ));
    }
    stream + "data: [DONE]\n\n"
}

fn event(choice: &str) -> String {
    format!("data: {{\"id\":\"c\",\"choices\":[{choice}]}}\n\n")
}

/// A JSON string, spelled as `knob` says: plain, or with some or all characters escaped.
fn spell(text: &str, knob: u8) -> String {
    let mut units = [0; 2];
    let mut out = "\"".to_owned();
    for (n, character) in text.chars().enumerate() {
        let must = character < ' ' || matches!(character, '"' | '\\');
        if must || (knob > 8 && (n + usize::from(knob)) % 3 == 0) {
            for unit in character.encode_utf16(&mut units) {
                out += &format!("\\u{unit:04x}");
            }
        } else {
            out.push(character);
        }
    }
    out + "\""
}
