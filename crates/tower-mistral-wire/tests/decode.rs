//! Coded bodies decode to what was coded, as early as possible, or end in an error.
#![cfg(feature = "decode")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs
)]

#[path = "support/encode.rs"]
mod encode;

use std::io::Write;

use encode::{CODINGS, encode_pieces};
use flate2::{Compression, Crc, GzBuilder};
use proptest::prelude::*;
use tower_mistral_wire::decode::{Coding, DecodeError, Decoder, Limits};

const LIMIT: usize = 1 << 20;

fn encode(coding: Coding, text: &[u8]) -> Vec<u8> {
    encode_pieces(coding, &[text]).concat()
}

fn decoder(coding: Coding) -> Decoder {
    Decoder::new(coding, Limits { max_output: LIMIT })
}

fn decode(decoder: &mut Decoder, chunks: &[&[u8]]) -> Result<Vec<u8>, DecodeError> {
    let mut out = Vec::new();
    for chunk in chunks {
        out.extend_from_slice(&decoder.push(chunk)?);
    }
    out.extend_from_slice(&decoder.finish()?);
    Ok(out)
}

fn decode_whole(coding: Coding, coded: &[u8]) -> Result<Vec<u8>, DecodeError> {
    decode(&mut decoder(coding), &[coded])
}

/// Cuts at places between 0 (the beginning) and 1 (the end).
fn cut(coded: &[u8], mut places: Vec<prop::sample::Index>) -> Vec<&[u8]> {
    places.sort_unstable_by_key(|place| place.index(coded.len() + 1));
    let mut chunks = Vec::new();
    let mut from = 0;
    for place in places {
        let to = place.index(coded.len() + 1);
        chunks.push(&coded[from..to]);
        from = to;
    }
    chunks.push(&coded[from..]);
    chunks
}

/// Text that compresses, and text that does not.
fn text() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..600),
        ("\\PC{0,12}", 0..3000_usize).prop_map(|(word, times)| word.repeat(times).into_bytes()),
        prop::collection::vec("(data: |\\{\"content\":\"|hello |\"\\}\n\n)", 0..200)
            .prop_map(|words| words.concat().into_bytes()),
    ]
}

fn places(n: usize) -> impl Strategy<Value = Vec<prop::sample::Index>> {
    prop::collection::vec(any::<prop::sample::Index>(), 0..n)
}

fn any_coding() -> impl Strategy<Value = Coding> {
    prop::sample::select(CODINGS)
}

proptest! {
    #[test]
    fn any_text_cut_anywhere_decodes_to_itself(
        coding in any_coding(), text in text(), places in places(8),
    ) {
        let coded = encode(coding, &text);
        let chunks = cut(&coded, places);
        prop_assert_eq!(decode(&mut decoder(coding), &chunks), Ok(text));
    }

    #[test]
    fn what_is_flushed_comes_out_at_once(
        coding in any_coding(), pieces in prop::collection::vec(text(), 0..5),
    ) {
        let coded = encode_pieces(coding, &pieces);
        let (end, flushed) = coded.split_last().unwrap();
        let mut decoder = decoder(coding);
        for (coded, piece) in flushed.iter().zip(&pieces) {
            prop_assert_eq!(&decoder.push(coded).unwrap()[..], &piece[..]);
        }
        prop_assert!(decoder.push(end).unwrap().is_empty());
        prop_assert!(decoder.finish().unwrap().is_empty());
    }

    #[test]
    fn corrupted_bytes_end_in_an_error_or_an_output_within_the_limit(
        coding in any_coding(),
        text in text(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 1..=255_u8), 1..6),
        places in places(4),
    ) {
        let mut coded = encode(coding, &text);
        for (place, bits) in flips {
            let place = place.index(coded.len());
            coded[place] ^= bits;
        }
        if let Ok(out) = decode(&mut decoder(coding), &cut(&coded, places)) {
            prop_assert!(out.len() <= LIMIT);
            // Brotli alone has no checksum. Bytes that carry nothing may be flipped unnoticed.
            prop_assert!(coding == Coding::Brotli || out == text);
        }
    }

    #[test]
    fn noise_never_panics(coding in any_coding(), noise in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = decode_whole(coding, &noise);
    }
}

#[test]
fn a_body_cut_short_is_incomplete_and_gives_a_prefix() {
    let text = "data: {\"choices\":[]}\n\n".repeat(40);
    for &coding in CODINGS {
        let coded = encode(coding, text.as_bytes());
        for end in 0..coded.len() {
            let mut decoder = decoder(coding);
            let out = decoder.push(&coded[..end]).unwrap();
            assert!(text.as_bytes().starts_with(&out), "{coding:?} {end}");
            assert_eq!(
                decoder.finish(),
                Err(DecodeError::Incomplete),
                "{coding:?} {end}"
            );
        }
    }
}

#[test]
fn data_behind_the_end_is_refused_wherever_it_is_cut() {
    for &coding in CODINGS {
        let coded = encode(coding, b"hello");
        for trailing in [b"\0".to_vec(), b"x".to_vec(), coded.clone()] {
            let all = [coded.clone(), trailing].concat();
            for at in 0..all.len() {
                let result = decode(&mut decoder(coding), &[&all[..at], &all[at..]]);
                assert_eq!(result, Err(DecodeError::TrailingData), "{coding:?} {at}");
            }
        }
        // Nothing is not data.
        assert_eq!(
            decode(&mut decoder(coding), &[&coded, b""]).unwrap(),
            b"hello"
        );
    }
}

#[test]
fn the_limit_is_of_the_whole_body_and_to_the_byte() {
    let pieces = [vec![b'a'; 20_000], vec![b'b'; 20_000], vec![b'c'; 5]];
    for &coding in CODINGS {
        let coded = encode_pieces(coding, &pieces);
        let chunks: Vec<_> = coded.iter().map(Vec::as_slice).collect();
        for (max_output, expected) in [
            (40_005, Ok(pieces.concat())),
            (40_004, Err(DecodeError::TooLarge)),
            (0, Err(DecodeError::TooLarge)),
        ] {
            let mut decoder = Decoder::new(coding, Limits { max_output });
            assert_eq!(
                decode(&mut decoder, &chunks),
                expected,
                "{coding:?} {max_output}"
            );
        }
    }
}

/// A small chunk can become a thousand times as much: it comes out bit by bit.
#[test]
fn no_more_comes_out_at_once_than_there_is_room_for() {
    let text = vec![b' '; LIMIT];
    for &coding in CODINGS {
        let coded = encode(coding, &text);
        let (mut decoder, mut rest, mut out) = (decoder(coding), &*coded, Vec::new());
        while !rest.is_empty() || decoder.holds_more() {
            let piece = decoder.take(&mut rest, 1000).unwrap();
            assert!(
                piece.len() <= 1000 + 8 * 1024,
                "{coding:?}: {}",
                piece.len()
            );
            out.extend_from_slice(&piece);
        }
        decoder.finish().unwrap();
        assert!(out == text, "{coding:?}");
    }
}

#[test]
fn an_error_is_final() {
    for &coding in CODINGS {
        let coded = encode(coding, b"hello");
        let mut decoder = decoder(coding);
        decoder.push(&coded).unwrap();
        let error = Err(DecodeError::TrailingData);
        assert_eq!(decoder.push(b"x"), error);
        assert_eq!(decoder.push(b""), error);
        assert_eq!(decoder.finish(), error);
    }
}

#[test]
fn another_coding_than_the_label_says_is_corrupt() {
    for &coding in CODINGS {
        for &other in CODINGS {
            if coding != other {
                let result = decode_whole(coding, &encode(other, b"hello hello hello"));
                assert_eq!(result, Err(DecodeError::Corrupt), "{other:?} as {coding:?}");
            }
        }
        let plain = decode_whole(coding, br#"{"object":"chat.completion"}"#);
        assert_eq!(plain, Err(DecodeError::Corrupt), "{coding:?}");
    }
}

/// A gzip member with a header of every part, and where its fixed flags stand.
fn member_with_all_parts() -> Vec<u8> {
    let mut coded = Vec::new();
    let mut encoder = GzBuilder::new()
        .extra(*b"extra")
        .filename("name")
        .comment("comment")
        .write(&mut coded, Compression::fast());
    encoder.write_all(b"hello").unwrap();
    encoder.finish().unwrap();

    // The encoder writes no checksum of the header: set its flag, and add it.
    coded[3] |= 1 << 1;
    let header = 10 + 2 + b"extra".len() + b"name\0".len() + b"comment\0".len();
    let mut crc = Crc::new();
    crc.update(&coded[..header]);
    let sum = crc.sum().to_le_bytes();
    coded.splice(header..header, [sum[0], sum[1]]);
    coded
}

#[test]
fn all_parts_of_a_gzip_header_are_read() {
    let coded = member_with_all_parts();
    for at in 0..coded.len() {
        let result = decode(&mut decoder(Coding::Gzip), &[&coded[..at], &coded[at..]]);
        assert_eq!(result.unwrap(), b"hello", "{at}");
    }
    // No bit of it is unprotected: neither of the header nor of the trailer.
    for at in 0..coded.len() {
        let mut broken = coded.clone();
        broken[at] ^= 1;
        assert!(decode_whole(Coding::Gzip, &broken).is_err(), "{at}");
    }
}

#[cfg(feature = "decode-zstd")]
#[test]
fn a_zstd_window_beyond_8_mib_is_refused() {
    // The window in eighths of a power of two, then one block as it is.
    let frame = |window| [b"\x28\xb5\x2f\xfd\0", &[window][..], b"\x29\0\0hello"].concat();
    let eight_mib = (23 - 10) << 3;
    assert_eq!(
        decode_whole(Coding::Zstd, &frame(eight_mib)).unwrap(),
        b"hello"
    );
    for window in [eight_mib + 1, 24 << 3] {
        let result = decode_whole(Coding::Zstd, &frame(window));
        assert_eq!(result, Err(DecodeError::WindowTooLarge));
    }
}

#[test]
fn a_decoder_can_move_between_threads_and_shows_no_content() {
    fn check(_: &(impl Send + Sync)) {}
    for &coding in CODINGS {
        let mut decoder = decoder(coding);
        let _ = decoder.push(&encode(coding, b"hello"));
        check(&decoder);
        let shown = format!("{decoder:?}");
        assert_eq!(
            shown,
            format!(
                "Decoder {{ coding: {coding:?}, output_left: {}, state: Ended }}",
                LIMIT - 5
            )
        );
    }
}
