use std::sync::LazyLock;

use bytes::Bytes;
use http::Method;
use stream_redactor::{self as engine, Redactor};
use tower_mistral_wire::{
    rewrite::{Edit, End, Engine, Engines, StreamOptions, StreamRewriter},
    table::{Endpoints, Group, RequestPath, TextKind},
};

static REDACTOR: LazyLock<Redactor> = LazyLock::new(Redactor::recommended);

/// A chat stream of any bytes through the redactor: no panic, and where no line ends with a
/// carriage return (which a cut may set apart from its line feed) the cuts change nothing.
pub fn stream(data: &[u8]) {
    let (lengths, input) = crate::split(data);
    let whole = rewrite(&[input]);
    let cut = rewrite(&crate::pieces(lengths, input));
    // The padding of an edited event is drawn at random.
    let padded = input.windows(3).any(|key| key == b"\"p\"");
    if !input.contains(&b'\r') && !padded {
        assert!(whole == cut, "the cuts change what goes out");
    }
}

fn rewrite(chunks: &[&[u8]]) -> (Vec<u8>, bool) {
    let path = "/v1/chat/completions".parse().expect("a path");
    let path = RequestPath::of(&path).expect("a plain path");
    let chat = Endpoints::mistral().find(&Method::POST, &path);
    let mut rewriter = StreamRewriter::new(Redaction, chat, StreamOptions::default());
    let mut out = Vec::new();
    let mut is_ok = true;
    for chunk in chunks {
        is_ok = rewriter.push(Bytes::copy_from_slice(chunk)).is_ok();
        out.extend(std::iter::from_fn(|| rewriter.pop()).flatten());
        if !is_ok {
            return (out, is_ok);
        }
    }
    is_ok &= rewriter.finish().is_ok();
    out.extend(std::iter::from_fn(|| rewriter.pop()).flatten());
    (out, is_ok)
}

struct Redaction;

struct Text(engine::Stream, Vec<engine::Edit>);

impl Engines for Redaction {
    type Engine = Text;

    fn open(&mut self, _: TextKind, _: Group) -> Option<Text> {
        Some(Text(REDACTOR.stream(), Vec::new()))
    }

    fn edits(&self, _: TextKind) -> bool {
        true
    }
}

impl Text {
    fn settle(&mut self, out: &mut Vec<Edit>) {
        out.extend(self.1.drain(..).map(|edit| match edit {
            engine::Edit::Keep(n) => Edit::Keep(n),
            engine::Edit::Replace { n, with, .. } => Edit::Replace { n, with },
            _ => unreachable!("there are no other edits so far"),
        }));
    }
}

impl Engine for Text {
    fn push(&mut self, text: &str, out: &mut Vec<Edit>) {
        self.0.push(text, &mut self.1);
        self.settle(out);
    }

    fn finish(&mut self, end: End, out: &mut Vec<Edit>) {
        let end = match end {
            End::Complete => engine::End::Complete,
            _ => engine::End::Cut,
        };
        self.0.finish(end, &mut self.1);
        self.settle(out);
    }
}
