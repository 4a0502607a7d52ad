//! What a URL would carry to its host.
//!
//! A secret on its way out stands where the sender may choose what to write: in user information, a
//! query, a long path. Three signs tell it from an address: *words* (`q=his+password+is`), *encoded
//! text* (a segment that decodes to something readable, which a hash or an identifier does not),
//! and an authority that is built to be misread (`https://good.example@evil.example`). For an image,
//! which is fetched unasked, each parameter counts but those of its display.

use crate::view::Sym;

/// A longer URL carries data. In characters.
pub(crate) const MAX_URL: usize = 1024;
/// So many words are text.
const MIN_WORDS: usize = 3;
/// So many in a name of a file.
const MANY_WORDS: usize = 6;
/// The longest value that only concerns display.
const MAX_DISPLAY: usize = 32;
/// The longest segment of the path of an image.
const MAX_SEGMENT: usize = 128;
/// Numbers up to so many digits say nothing.
const MAX_NUMBER: usize = 6;
/// The shortest encoded text, in characters of Base64 and of hexadecimal digits.
const MIN_BASE64: usize = 16;
const MIN_HEX: usize = 20;

/// Parameters of images in documentation that concern display.
const DISPLAY: [&str; 45] = [
    "auto",
    "background",
    "badge",
    "bg",
    "branch",
    "color",
    "cacheseconds",
    "crop",
    "display",
    "dpr",
    "event",
    "family",
    "fill",
    "fit",
    "fm",
    "font",
    "format",
    "h",
    "height",
    "job",
    "label",
    "labelcolor",
    "logo",
    "logocolor",
    "logowidth",
    "q",
    "quality",
    "raw",
    "ref",
    "rev",
    "s",
    "sanitize",
    "scale",
    "size",
    "style",
    "svg",
    "tag",
    "text",
    "theme",
    "type",
    "v",
    "ver",
    "version",
    "w",
    "width",
];
/// Parameters of links that hold what somebody looks for, or wants to share.
const SEARCH: [&str; 18] = [
    "body",
    "description",
    "filter",
    "keyword",
    "keywords",
    "k",
    "p",
    "q",
    "query",
    "s",
    "search",
    "search_query",
    "subject",
    "term",
    "text",
    "title",
    "utm_campaign",
    "utm_content",
];
const PICTURES: [&str; 9] = [
    "avif", "bmp", "gif", "ico", "jpeg", "jpg", "png", "svg", "webp",
];

/// What is done with a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Policy {
    /// It is fetched unasked.
    Image,
    /// Somebody has to follow it.
    Link,
    /// What somebody enters is sent there.
    Form,
}

/// A URL in parts, in ASCII: all other characters are `0xff`.
pub(crate) struct Href<'u> {
    /// `file:`, which opens a share on Windows.
    is_file: bool,
    /// The authority is spelled so that one misreads it.
    is_odd: bool,
    authority: &'u [u8],
    path: &'u [u8],
    query: &'u [u8],
    fragment: &'u [u8],
}

impl<'u> Href<'u> {
    /// Reads the symbols of a URL, with room for its text.
    pub(crate) fn new(symbols: &[Sym], room: &'u mut [u8; MAX_URL]) -> Self {
        let mut reader = Authority::default();
        let mut len = 0;
        let visible = symbols.iter().filter(|symbol| !symbol.hidden);
        for (slot, symbol) in room.iter_mut().zip(visible) {
            let byte = if symbol.ch.is_ascii() {
                symbol.ch as u8
            } else {
                0xff
            };
            reader.read(*symbol);
            *slot = if symbol.upper {
                byte.to_ascii_uppercase()
            } else {
                byte
            };
            len += 1;
        }
        let text: &[u8] = room.get(..len).unwrap_or_default();
        let is_file = text
            .get(..5)
            .is_some_and(|s| s.eq_ignore_ascii_case(b"file:"));
        let colon = text.iter().position(|b| matches!(b, b':' | b'/' | b'\\'));
        let scheme = colon
            .filter(|n| text.get(*n) == Some(&b':'))
            .map_or(0, |n| n + 1);
        let rest = text.get(scheme..).unwrap_or_default();
        let slashes = rest
            .iter()
            .take_while(|b| matches!(b, b'/' | b'\\'))
            .count();
        let is_turned = rest.iter().take(slashes).any(|b| *b == b'\\');
        let rest = rest.get(slashes..).unwrap_or_default();
        let (rest, fragment) = split(rest, |b| b == b'#');
        let (rest, query) = split(rest, |b| b == b'?');
        let (authority, path) = split(rest, |b| matches!(b, b'/' | b'\\'));
        Self {
            is_file,
            is_odd: reader.is_odd || is_turned || rest.contains(&b'\\') || slashes > 2,
            authority,
            path,
            query,
            fragment,
        }
    }

    pub(super) fn has_host(&self) -> bool {
        !self.authority.is_empty()
    }

    /// The host, if there can be no doubt about it.
    pub(crate) fn host(&self) -> Option<&[u8]> {
        let is_plain = !self.is_odd && !self.is_file && !self.is_misleading();
        is_plain.then(|| split(self.authority, |b| b == b':').0)
    }

    pub(super) fn carries_data(&self, policy: Policy) -> bool {
        if !self.has_host() && !self.is_file {
            return false;
        }
        let is_image = policy == Policy::Image || self.is_picture();
        let mut segments = self.path.split(|b| matches!(b, b'/' | b'\\'));
        let mut parameters = self.query.split(|b| matches!(b, b'&' | b';'));
        policy == Policy::Form
            || self.is_file
            || self.is_odd
            || self.is_misleading()
            || has_escape(self.path, is_image)
            || has_image(self.path)
            || segments.any(|segment| segment_carries(segment, is_image))
            || parameters.any(|parameter| parameter_carries(parameter, is_image))
            || is_text(self.fragment)
    }

    /// Whether the authority is no plain name or address.
    fn is_misleading(&self) -> bool {
        let (host, port) = split(self.authority, |b| b == b':');
        if host.first() == Some(&b'[') {
            return self.authority.contains(&b'@');
        }
        // Up to what is shown in place of a finding.
        let (host, port) = (split(host, |b| b == b'[').0, split(port, |b| b == b'[').0);
        let is_name = |b: &u8| b.is_ascii_alphanumeric() || b"-._\xff".contains(b);
        let last = host.rsplit(|b| *b == b'.').find(|label| !label.is_empty());
        let is_number = last.is_some_and(|label| label.first().is_some_and(u8::is_ascii_digit));
        !host.iter().all(is_name)
            || !port.iter().all(u8::is_ascii_digit)
            || is_number && !is_dotted_quad(host)
    }

    fn is_picture(&self) -> bool {
        let mut parts = self.path.rsplit(|b| *b == b'.');
        let extension = parts.next().unwrap_or_default();
        let is_one = |picture: &&str| picture.as_bytes().eq_ignore_ascii_case(extension);
        parts.next().is_some() && PICTURES.iter().any(is_one)
    }
}

/// Watches how the authority of a URL is spelled.
#[derive(Default)]
struct Authority {
    /// 0 before the slashes, 1 in them, 2 in the authority, 3 behind it.
    part: u8,
    has_latin: bool,
    has_alike: bool,
    /// In what is shown in place of a finding.
    in_brackets: bool,
    is_odd: bool,
}

impl Authority {
    fn read(&mut self, symbol: Sym) {
        let is_slash = matches!(symbol.ch, '/' | '\\');
        self.part = match self.part {
            0 if is_slash => 1,
            1 if !is_slash => 2,
            2 if symbol.raw == 1 && (is_slash || matches!(symbol.ch, '?' | '#')) => 3,
            part => part,
        };
        if self.part != 2 {
            return;
        }
        // Percent escapes, fullwidth letters and the like read as another host than they are.
        self.is_odd |= symbol.ch.is_ascii() && symbol.raw > 2;
        if symbol.ch == '.' {
            (self.has_latin, self.has_alike) = (false, false);
        }
        match symbol.ch {
            '[' => self.in_brackets = true,
            ']' => self.in_brackets = false,
            _ => {}
        }
        self.has_latin |= symbol.ch.is_ascii_lowercase() && !self.in_brackets;
        // Greek and Cyrillic.
        self.has_alike |= matches!(symbol.ch, '\u{370}'..='\u{52f}');
        self.is_odd |= self.has_latin && self.has_alike;
    }
}

/// The parts before and behind the first byte that is one.
fn split(text: &[u8], is: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    match text.iter().position(|b| is(*b)) {
        Some(at) => (
            text.get(..at).unwrap_or_default(),
            text.get(at + 1..).unwrap_or_default(),
        ),
        None => (text, &[]),
    }
}

/// Whether a path spells what no path needs to: a control character, or what stands for itself, a
/// second time (RFC 3986, sections 2.1 and 2.3). One level of escapes is undone.
fn has_escape(path: &[u8], is_image: bool) -> bool {
    let digit = |b: &u8| char::from(*b).to_digit(16);
    let is_needless = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let has_control = path.iter().any(u8::is_ascii_control);
    has_control
        || path.windows(3).any(|escape| match escape {
            [b'%', high, low] => digit(high).zip(digit(low)).is_some_and(|(high, low)| {
                let byte = u8::try_from(high * 16 + low).unwrap_or(b' ');
                byte < b' ' || is_needless(byte) || is_image && byte == b'%'
            }),
            _ => false,
        })
}

/// Whether an image stands in a path, which another reader may see instead of the URL. A bracket
/// belongs to an address in a host only (RFC 3986, section 3.2.2), or is what is shown in place of a
/// finding, in capitals.
fn has_image(path: &[u8]) -> bool {
    let mut rest = path;
    while let Some(at) = rest.windows(2).position(|pair| pair == b"![") {
        rest = rest.get(at + 2..).unwrap_or_default();
        let (text, behind) = split(rest, |b| b == b']');
        if behind.first() == Some(&b'(') && text.iter().any(u8::is_ascii_lowercase) {
            return true;
        }
    }
    false
}

fn is_dotted_quad(host: &[u8]) -> bool {
    let is_number = |label: &[u8]| {
        (1..=3).contains(&label.len())
            && label.iter().all(u8::is_ascii_digit)
            && (label.len() == 1 || label.first() != Some(&b'0'))
    };
    host.split(|b| *b == b'.').count() == 4 && host.split(|b| *b == b'.').all(is_number)
}

fn segment_carries(segment: &[u8], is_image: bool) -> bool {
    // A segment that leads up hides where the path ends.
    if segment == b".." {
        return true;
    }
    let (name, value) = split(segment, |b| b == b'=');
    let is_file = segment.iter().rev().take(6).any(|b| *b == b'.');
    let most = if is_file { MANY_WORDS } else { MIN_WORDS };
    let in_value = if is_image {
        !value.is_empty() && parameter_carries(segment, true)
    } else {
        is_text(value)
    };
    let is_long = is_image && size(segment) > MAX_SEGMENT;
    is_long || is_encoded(segment) || words(name) >= most || in_value
}

fn parameter_carries(parameter: &[u8], is_image: bool) -> bool {
    let (name, value) = split(parameter, |b| b == b'=');
    let is_in = |names: &[&str]| {
        names
            .iter()
            .any(|n| n.as_bytes().eq_ignore_ascii_case(name))
    };
    if value.is_empty() {
        return is_text(name);
    }
    if !is_image {
        return is_encoded(value) || words(value) >= MIN_WORDS && !is_in(&SEARCH);
    }
    let is_number = value.len() <= MAX_NUMBER && value.iter().all(u8::is_ascii_digit);
    let is_display = is_in(&DISPLAY) && size(value) <= MAX_DISPLAY && !is_text(value);
    !is_number && !is_display
}

fn is_text(value: &[u8]) -> bool {
    words(value) >= MIN_WORDS || is_encoded(value)
}

/// The length of a value, where what is shown in place of a finding counts as one character: a URL
/// carries no more once a part of it is replaced.
fn size(value: &[u8]) -> usize {
    let mut size = 0;
    let mut rest = value.iter().peekable();
    while let Some(byte) = rest.next() {
        size += 1;
        if *byte == b'[' {
            while rest
                .next_if(|b| b.is_ascii_uppercase() || **b == b'_')
                .is_some()
            {}
            rest.next_if_eq(&&b']');
        }
    }
    size
}

/// Words with blanks or their spellings between.
fn words(value: &[u8]) -> usize {
    let words = value.split(|b| matches!(b, b' ' | b'+'));
    let is_word = |word: &&[u8]| {
        word.first() != Some(&b'[') && word.iter().any(|b| b.is_ascii_alphabetic() || *b == 0xff)
    };
    words.filter(is_word).count()
}

/// Whether a value is readable text in Base64 or hexadecimal digits.
fn is_encoded(value: &[u8]) -> bool {
    let is_hex = value.len() >= MIN_HEX && value.len() % 2 == 0;
    let digit = |b: &u8| char::from(*b).to_digit(16);
    let is_readable_pair = |pair: &[u8]| match pair {
        [high, low] => digit(high)
            .zip(digit(low))
            .and_then(|(high, low)| u8::try_from(high * 16 + low).ok())
            .is_some_and(is_readable),
        _ => false,
    };
    is_hex && value.chunks(2).all(is_readable_pair) || is_base64(value)
}

fn is_base64(value: &[u8]) -> bool {
    let end = value.iter().rposition(|b| *b != b'=').map_or(0, |n| n + 1);
    let text = value.get(..end).unwrap_or_default();
    if text.len() < MIN_BASE64 || !text.iter().any(u8::is_ascii_uppercase) {
        return false;
    }
    let (mut bits, mut len, mut unreadable) = (0_u32, 0, 0);
    for byte in text {
        let Some(six) = sextet(*byte) else {
            return false;
        };
        bits = bits << 6 | u32::from(six);
        len += 6;
        if len >= 8 {
            len -= 8;
            unreadable += usize::from(!is_readable((bits >> len) as u8));
            bits &= (1 << len) - 1;
        }
    }
    // Few letters of most languages are outside ASCII.
    unreadable * 12 <= text.len()
}

fn is_readable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' | b' ' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}
