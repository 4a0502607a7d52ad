//! Where to cut a text that is too long.

use unicode_segmentation::UnicodeSegmentation;

/// Code points after which even an unbroken grapheme cluster may be cut. Real clusters are far
/// shorter; a letter under a thousand accents must not carry a text past its limit, or to nothing.
const LONGEST_CLUSTER: usize = 32;

/// The byte offset at which to cut `text` so that at most `max_chars` code points stay, or `None`
/// if it is no longer than that.
///
/// The cut is the last grapheme-cluster boundary that fits, so no letter loses its accent and no
/// emoji falls apart. A cluster counts at most 32 code points: a longer one may be cut after every
/// 32 of them. The offset can be 0, if not even the first cluster fits.
///
/// ```
/// use prompt_screen::cut;
///
/// assert_eq!(cut("short", 5), None);
/// assert_eq!(cut("e\u{301}e\u{301}", 3), Some(3));
/// ```
#[must_use]
pub fn cut(text: &str, max_chars: usize) -> Option<usize> {
    let (limit, _) = text.char_indices().nth(max_chars)?;
    text.grapheme_indices(true)
        .flat_map(|(start, cluster)| {
            cluster
                .char_indices()
                .step_by(LONGEST_CLUSTER)
                .map(move |(at, _)| start + at)
        })
        .take_while(|boundary| *boundary <= limit)
        .last()
}
