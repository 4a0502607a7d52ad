//! Finds what must not reach a reader, in whole texts and in texts that come in pieces, and
//! answers with edits.
//!
//! Language models answer in streams, and a stream may be cut anywhere: `jane@exam`, `ple.com`. A
//! filter that looks at one piece at a time misses the address; one that waits for the end is no
//! stream. This crate holds back exactly what is not decided yet and lets all else pass. It knows
//! no async, no HTTP and no file format, so it serves a log shipper or a command line as well.
//!
//! ```
//! use stream_redactor::{Edit, End, Redactor};
//!
//! let redactor = Redactor::recommended();
//!
//! // A whole text.
//! assert_eq!(redactor.redact("Mail jane@example.com!"), "Mail [EMAIL]!");
//!
//! // The same text in pieces. The caller keeps the raw text that has no edit yet.
//! let (mut stream, mut edits) = (redactor.stream(), Vec::new());
//! let (mut raw, mut shown) = (String::new(), String::new());
//! let mut show = |raw: &mut String, edits: &mut Vec<Edit>| {
//!     for edit in edits.drain(..) {
//!         match edit {
//!             Edit::Keep(n) => shown.extend(raw.drain(..n)),
//!             Edit::Replace { n, with, .. } => {
//!                 raw.drain(..n);
//!                 shown.push_str(&with);
//!             }
//!             _ => unreachable!("there are no other edits so far"),
//!         }
//!     }
//! };
//! for piece in ["Mail jane@exam", "ple.c", "om!"] {
//!     raw.push_str(piece);
//!     stream.push(piece, &mut edits);
//!     show(&mut raw, &mut edits);
//! }
//! stream.finish(End::Complete, &mut edits);
//! show(&mut raw, &mut edits);
//! assert_eq!(shown, "Mail [EMAIL]!");
//! ```
//!
//! # Stream equals whole
//!
//! There is one machine, and it reads one character at a time. A push is a loop over its
//! characters, a whole text is one push and an end; so the pieces cannot matter.
//!
//! ```text
//!   raw       M a i l _ j a n e & # 6 4 ; e x a m p l e . c o m !
//!   view      m a i l _ j a n e     @     e x a m p l e . c o m !
//!                       ^ first undecided place                 ^ cursor
//!   edits     Keep(5)   |<-------- held: live since here ------>|
//!                       Replace { n: 20, EMAIL_ADDRESS, "[EMAIL]" }   once `!` was read
//! ```
//!
//! - **Edits tile the input.** `Keep(n)` or `Replace { n, .. }`, in UTF-8 bytes of what was pushed,
//!   always whole characters.
//! - **Rules read a folded view.** Width, case, accents and digits of other scripts are folded,
//!   what nobody sees is dropped, `&#64;`, `%40`, `(at)` and `[dot]` are read as what they stand
//!   for, one level deep. One symbol of the view stands for one or more raw characters.
//! - **A rule is an automaton with at most one live start.** It sees what stands before a value
//!   and one character behind it, nothing else. Most rules share one: a *run* of characters of one
//!   class with separators between, at most 64 long, in which each rule of that class looks for
//!   its value when the run is complete.
//! - **The leftmost complete candidate wins, then that of the surer tier, then the longest, then
//!   that of the earlier rule.** Surest is what has a check digit or an anchor that nothing else
//!   has; then come shapes that are rarely something else; last, shapes that other numbers have too.
//!   The winner is replaced when nothing that is alive can beat it any more, and reading goes on
//!   behind it as if the text began there, after something that is no letter.
//! - **Held back is the raw text from the first place that a live automaton may still claim.** In
//!   prose that is the current word and the blanks behind it. A long run without spaces flows with a
//!   lag of 64 characters, the window before an `@`.
//! - **Open-ended findings go out at once.** After `<script>` or `system prompt:` the placeholder is
//!   shown and what follows disappears until the end tag, the end of the line, or the end of the
//!   text: edits with an empty `with`, no memory, see [`Stream::is_swallowing`].
//! - **Nothing forms anew around a gap,** for a gap is never empty: `jane<script></script>@b.org`
//!   becomes `jane[SCRIPT]@b.org`.
//!
//! # Rules
//!
//! | Entity | Shown | What |
//! |---|---|---|
//! | `EMAIL_ADDRESS` | `[EMAIL]` | a local part, `@`, two labels or more, at least two letters at the end; all scripts |
//! | `US_SSN` | `[SSN]` | `ddd-dd-dddd` with hyphens, dots or blanks, without numbers that were never issued |
//! | `SCRIPT` | `[SCRIPT]` | `<script` … `</script …>`, as HTML reads tags |
//! | `SYSTEM_PROMPT` | `[REDACTED]` | `system prompt:` to the end of the line |
//! | `CREDIT_CARD` | `[CARD]` | a network's prefix and length, Luhn; bare or grouped as printed |
//! | `IBAN_CODE` | `[IBAN]` | a country's structure (SWIFT registry), modulo 97; bare or spaced |
//! | `PHONE_NUMBER` | `[PHONE]` | `+` and a country code, telling national forms, others behind "phone"; extensions (`x12`) |
//! | `IP_ADDRESS` | `[IP]` | IPv4 and IPv6 with a prefix's length, without loopback, unspecified, masks |
//! | `UK_NINO`, `ES_NIF`, `PL_PESEL` … | `[NINO]`, `[TAX_ID]`, `[ID]` … | numbers that some forty states give out, by shape and check digits |
//! | `US_PASSPORT`, `US_BANK_NUMBER` … | `[PASSPORT]`, `[ACCOUNT]` … | weak shapes, behind a word such as "passport" |
//! | `PRIVATE_KEY` | `[PRIVATE_KEY]` | PEM from `-----BEGIN … PRIVATE KEY-----` and a body to its end |
//! | `API_TOKEN` | `[SECRET]` | an issuer's prefix and a random body: AWS, GitHub, OpenAI, Slack, JWT and a hundred more |
//! | `URL_CREDENTIALS` | `[SECRET]` | user and password between `://` and the `@` before a host |
//! | `SECRET` | `[SECRET]` | what is assigned to the name of a secret (`password: `, `API_KEY=`) and is no stand-in |
//! | `ACTIVE_CONTENT` | `[ACTIVE]` | HTML and URLs that run or load something: tags that embed, event handlers, `javascript:`, `data:text/html` |
//! | `EXFILTRATION_URL` | `[LINK]` | where a link or an image leads, if that would carry data to another host |
//! | `TERMINAL_ESCAPE` | `[ESC]` | escape sequences that a terminal obeys (ECMA-48) |
//! | `INVISIBLE_TEXT` | `[INVISIBLE]` | invisible characters that hide a text: tags, overrides of the direction, rows of more than seven; more than sixteen end any other value |
//! | `MAC_ADDRESS` | `[MAC]` | EUI-48 and EUI-64 in pairs with hyphens or colons, in fours with dots |
//! | `DATE_OF_BIRTH` | `[DATE_OF_BIRTH]` | a date behind "date of birth", one in digits behind "born" |
//! | `CRYPTO` | `[CRYPTO]` | Bitcoin addresses with their checksum, Ethereum addresses |
//! | `TRIPWIRE` | `[REDACTED]` | a text that the caller gave: see [`Tripwire`] |
//! | `IMEI` | `[IMEI]` | fifteen digits with a Luhn check, grouped 2-6-6-1 or behind "IMEI" |
//!
//! Off unless [`RedactorBuilder::with`] adds them, for they are often what one wants to read:
//!
//! | Entity | Shown | What |
//! |---|---|---|
//! | `DATE_TIME` | `[DATE]` | dates in digits or with a month's name, a time behind them; years behind "since" |
//! | `URL` | `[URL]` | a scheme, `://` and all that belongs to it |
//! | `EXTERNAL_IMAGE` | `[IMAGE]` | any image of another host |
//! | `DOMAIN_NAME` | `[DOMAIN]` | host names with a top level domain that is in use |
//!
//! `DOMAIN_NAME` costs the first of the readers below: a host name has no character that is rare.
//!
//! [`Redactor::basic`] has the first four and `INVISIBLE_TEXT`: without that one, invisible
//! characters can tear a value apart so that it is not found.
//!
//! [`Redactor::rules`] has them all, each with its source and examples.
//!
//! What stands on the left counts up to 64 characters back on the line, and only as it is shown:
//! a rule sees the placeholders of earlier findings, as a second run would. A shape that other
//! things have too, such as nine digits, is a value only behind a word that says so (`SSN`,
//! `passport`, `Steuer-ID`; `context/words.rs` has them in a dozen languages), never before one.
//!
//! ## What a link carries
//!
//! A page fetches an image unasked, and a link leaks what somebody clicks on. So of an image each
//! parameter counts but a short one that concerns its display (`?style=flat&v=2`); of a link, words
//! (`?note=his+password+is`, not behind `q=` and the like) and text in Base64 or hexadecimal digits; of
//! both, such segments of a path, user information, and hosts that are spelled to be misread
//! (`https://good.example@evil.example`, `0x7f.1`, Cyrillic letters among Latin ones). The targets of
//! forms count always. [`RedactorBuilder::allow_host`] spares a host.
//!
//! ## How a rule enters
//!
//! A rule is data. Most are *shapes* (`rules/shape.rs`): a template such as `"AA 99 99 99 A"`, a
//! function for its check digits, and the words that it needs before it, if any. The template tells
//! the class of runs that its values stand in (`rules/runs.rs`: numbers, numbers to call, addresses,
//! words of letters and digits, codes with blanks behind capitals), and all shapes of a class are
//! one table, which is walked when a run is complete. A value whose groups have no fixed lengths is
//! a class of runs, a least length, a function that finds it in a complete run, and one that tells
//! where a run that was broken off is past doubt. Anything else is a small automaton and the characters that
//! wake it. `plan.rs` makes one table of all of that: for each character, which runs it goes on,
//! separates, begins, and whom it wakes, as bits. So following the runs costs the same for one rule
//! as for fifty, and a rule costs nothing before there is a run that is long enough for it.
//! `skip/` walks the same tables for shapes; of others it has to know the characters that their values
//! cannot be without, and the law `passing_over_is_reading` fails if they are missing there.
//!
//! # A system text
//!
//! [`Stream::protect`] looks for repetitions of a text that the reader must not see, such as the
//! system prompt of the call: from the twelfth word in a row on, the rest of the paragraph goes. It
//! costs a look at every eighth word, so prose still passes at hundreds of megabytes a second.
//!
//! # Live keys and canaries
//!
//! [`RedactorBuilder::tripwire`] and [`Stream::tripwire`] hide exact texts, in the spellings that
//! [`Tripwire`] lists, and [`SystemText::with_canary`] one that was put into a system text. From the first
//! one on the rest of the paragraph goes. A stream with a tripwire holds what has no blank in it until
//! it ends, or up to 1 KiB of it, whatever it is: so a guess at a secret cannot be told from any other
//! word by watching delays.
//!
//! # Speed
//!
//! Three readers, each in front of the next, with the same outcome:
//!
//! 1. **The first look** (`skip/`) searches a piece for bytes that may belong to a value, 32 at a
//!    time, and looks at the neighbours of each: `(for`, `10 apples` and `2024-05-17` are no value.
//!    What lies before is kept unread, and the machine begins anew at the last word.
//! 2. **The runs** (`scanners/bulk.rs`) are followed as bits, as long as no rule has to be asked: the
//!    middle of a word or number costs little more than a copy.
//! 3. **The rules** read what is left: the end of a run, the characters behind an anchor.
//!
//! # Guarantees
//!
//! - Any cut into pieces gives the same text, and so does [`Redactor::redact`].
//! - Redacting twice changes nothing more, with replacements that begin and end with a character
//!   that belongs to no value, as all defaults do.
//! - [`Stream::held`] never exceeds [`RedactorBuilder::max_hold`]. A value that grows beyond is
//!   replaced as far as it was read once it is past doubt (behind its `@`, in its last group).
//! - Time is linear in the text, whatever it is.
//! - What goes out and when depends on the text and the rules. Allowed values change what a
//!   complete finding becomes, never what is held back; secrets and system texts change nothing
//!   of a text that holds none of them.
//! - `Debug` and errors show no text.
//!
//! # Non-guarantees
//!
//! - Rules see shapes. They know neither names nor addresses in words (`jane at example dot com`),
//!   quoted local parts with blanks, `@[192.0.2.1]`, letters of other scripts that only look alike,
//!   or two levels of encoding.
//! - Numbers that states give out: bare nine digits and the like need a word before them on the line;
//!   codes are found with blanks inside where they begin with up to two capitals; no number is found as
//!   a part of a path, an identifier or a longer code; and where a text breaks off in one, its
//!   beginning stays. Some shapes have no check digit, and two states may have the same one: then the
//!   name may be that of a neighbour.
//! - An account number right behind the beginning of another one (`MD20 DE89 …`) is taken for a part
//!   of that.
//! - A private key is found in lines of its own, indented or not, with `\n` for line ends, and not
//!   with a mark before each line (`> `, `" +`) or with line ends spelled `%0A`. Where a key is broken
//!   off, the first word of what follows goes with it. Behind `system prompt:` the line goes and the
//!   key stays.
//! - Before a value is past doubt it may be stretched: sixteen invisible characters between any two
//!   of a local part exceed the hold, and what stands before them is let go.
//! - Weekdays, times and years alone, months in other languages than those of `date/names.rs`, hardware
//!   addresses without separators or of letters with dots, and BIC stay.
//! - National telephone numbers without a telling form or a word before them, card numbers in other
//!   groups than a card shows, and numbers that fail their check stay.
//! - Of a local part beyond 64 characters only the last ones are replaced. What stays is no
//!   address.
//! - Of a secret that is assigned only one word is looked at: a pass phrase with blanks stays, and so
//!   does what could be a word, a type or code (`token: abcdef`, `password=getpass()`). Unquoted, a
//!   password needs a digit or two marks, unless it stands in a line of settings (`DB_PASSWORD=rosebud`).
//! - A token without a digit, `_` or `-` is not seen, nor one in other capitals than the issuer's.
//!   Check digits are not asked for: a token with a slip is hidden too, a stand-in (`ghp_xxxx`) is not.
//! - Of a token or value beyond 64 characters all that could belong to it goes, up to a blank or a
//!   mark that it cannot hold. The name of a user is hidden in a URL only.
//! - `SCRIPT` and `ACTIVE_CONTENT` are no HTML sanitizer: style sheets, ordinary frames without attributes,
//!   markup that only a parser's repair makes dangerous, and tags whose first value stands further than
//!   128 characters behind their name pass. What is found between backticks or in a code block goes
//!   like anything else.
//! - A short text may leave as a host name, a file name, a number or a parameter of an image's display,
//!   and a bare URL in a sentence is no link. `all_images` stops the first for images.
//! - A URL without brackets or quotation marks around it ends where something in it is found; what
//!   stands behind that is judged by itself.
//! - Invisible characters inside a value or an `(at)` go with it or stay with it, up to sixteen. A row
//!   that is a finding itself tears the value apart; redacting twice may then find it whole.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod allow;
mod block;
mod builder;
mod context;
mod echo;
mod edit;
mod fence;
mod left;
mod machine;
mod national;
mod plan;
mod reading;
mod redactor;
mod rules;
mod ruleset;
mod scanners;
mod show;
mod skip;
mod stream;
mod symbols;
mod trip;
mod unread;
mod user;
mod view;

pub use self::builder::{ConfigError, RedactorBuilder};
pub use self::echo::SystemText;
pub use self::edit::{Edit, Entity};
pub use self::redactor::Redactor;
pub use self::rules::{Group, Rule};
pub use self::ruleset::RuleSet;
pub use self::show::{HashKey, Show};
pub use self::stream::{End, Stream};
pub use self::trip::{Tripwire, TripwireError};
pub use self::user::{PatternError, UserRule};
