use bytes::Bytes;
use tower_mistral_wire::sse::{Decoder, Event};

/// Any bytes in any cuts: no byte is lost, and the cuts do not change what a client reads.
pub fn sse(data: &[u8]) {
    let (lengths, input) = crate::split(data);
    let whole = decode(&[input]);
    let cut = decode(&crate::pieces(lengths, input));
    for events in [&whole, &cut] {
        let raw: Vec<u8> = events
            .iter()
            .flat_map(|event| event.raw().to_vec())
            .collect();
        assert!(raw == input, "the raw bytes of the events are the input");
    }
    let read = |events: &[Event]| -> Vec<(Option<Bytes>, Option<Vec<u8>>)> {
        let events = events.iter().filter(|event| event.data().is_some());
        events
            .map(|event| (event.data().cloned(), event.name().map(<[u8]>::to_vec)))
            .collect()
    };
    assert!(read(&whole) == read(&cut), "the cuts change what is read");

    // Nothing ever edits an event without data (empty data is no JSON) or with a foreign line.
    let is_edited = |event: &&Event| {
        event.data().is_some_and(|data| !data.is_empty()) && !event.has_foreign_line()
    };
    for event in whole.iter().filter(is_edited) {
        let edited = event.with_data(b"x");
        let again = decode(&[&edited]);
        let data: Vec<_> = again.iter().filter_map(Event::data).collect();
        assert!(
            data == [&Bytes::from_static(b"x")],
            "an edited event reads as its data"
        );
    }
}

fn decode(chunks: &[&[u8]]) -> Vec<Event> {
    let mut decoder = Decoder::new(usize::MAX);
    let mut events = Vec::new();
    for chunk in chunks {
        decoder
            .push(Bytes::copy_from_slice(chunk))
            .expect("there is no limit");
        events.extend(std::iter::from_fn(|| decoder.pop()));
    }
    while let Some(event) = decoder.finish() {
        events.push(event);
    }
    events
}
