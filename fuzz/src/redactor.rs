use std::sync::LazyLock;

use stream_redactor::{Edit, End, Redactor, RedactorBuilder, Stream};

/// The smallest hold, so that its limit is met often.
static REDACTOR: LazyLock<Redactor> = LazyLock::new(|| {
    let builder = Redactor::builder().max_hold(RedactorBuilder::MIN_HOLD);
    builder.build().expect("the recommended rules build")
});

/// Any text in any cuts: the stream gives what the whole text gives, and so does one that reads
/// every character; the hold is kept to, and a second run changes nothing.
pub fn redactor(data: &[u8]) {
    let (lengths, input) = crate::split(data);
    let text = String::from_utf8_lossy(input);
    let whole = REDACTOR.redact(&text);
    let pieces = cut(lengths, &text);
    assert!(
        streamed(REDACTOR.stream(), &text, &pieces) == whole,
        "the cuts change the text"
    );
    let mut slow = REDACTOR.stream();
    slow.read_all();
    assert!(
        streamed(slow, &text, &pieces) == whole,
        "passing over changes the text"
    );
    assert!(
        REDACTOR.redact(&whole) == whole,
        "a second run changes the text"
    );
}

fn streamed(mut stream: Stream, text: &str, pieces: &[&str]) -> String {
    let mut edits = Vec::new();
    for piece in pieces {
        stream.push(piece, &mut edits);
        assert!(
            stream.held() <= RedactorBuilder::MIN_HOLD,
            "too much is held"
        );
    }
    stream.finish(End::Complete, &mut edits);
    let mut rest = text;
    let mut out = String::new();
    for edit in edits {
        let (n, with) = match edit {
            Edit::Keep(n) => (n, None),
            Edit::Replace { n, with, .. } => (n, Some(with)),
            _ => unreachable!("there are no other edits so far"),
        };
        let (head, tail) = rest.split_at_checked(n).expect("edits tile the text");
        out.push_str(with.as_deref().unwrap_or(head));
        rest = tail;
    }
    assert!(rest.is_empty(), "edits tile the text");
    out
}

/// The text in pieces of the given numbers of characters, taken in turn.
fn cut<'t>(lengths: &[u8], text: &'t str) -> Vec<&'t str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    for length in lengths.iter().cycle() {
        if rest.is_empty() || lengths.iter().all(|length| *length == 0) {
            break;
        }
        let at = rest
            .char_indices()
            .nth(usize::from(*length))
            .map_or(rest.len(), |(at, _)| at);
        let (piece, tail) = rest.split_at(at);
        pieces.push(piece);
        rest = tail;
    }
    pieces.push(rest);
    pieces
}
