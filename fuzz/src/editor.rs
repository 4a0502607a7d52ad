mod made;
mod mask;
mod reply;
mod stream;

use mask::Mask;
use tower_mistral_wire::table::{Endpoint, Endpoints, RequestPath};

/// Any edits over any reply, JSON or stream: what comes out can be read, the edits stand where they
/// were asked for, and all other bytes are as they came.
///
/// The input is read as a reply, and as the texts of replies that are made of it.
pub fn editor(data: &[u8]) {
    let (knobs, input) = crate::split(data);
    let knob = |n: usize| knobs.get(n).copied().unwrap_or_default();
    let mask = Mask {
        // Small knobs mean few marks; the ends mean none and all.
        marks: knob(0).wrapping_mul(13),
        hold: usize::from(knob(1) % 5),
        inserts: knob(2) % 4 == 1,
    };
    let lengths = knobs.get(4..).unwrap_or_default();
    let texts = String::from_utf8_lossy(input);
    reply::check(mask, input);
    reply::check(mask, made::reply(&texts, knob(3)).as_bytes());
    stream::check(mask, lengths, input);
    stream::check(mask, lengths, made::stream(&texts, knob(3)).as_bytes());
}

fn chat() -> std::sync::Arc<Endpoint> {
    let path = "/v1/chat/completions".parse().expect("a path");
    let path = RequestPath::of(&path).expect("a plain path");
    Endpoints::mistral().find(&http::Method::POST, &path)
}
