//! `mistral-guard redact` as a process: what comes out, when, and how it ends.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use std::{
    fs,
    io::{Read, Write},
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use tower_mistral::redactor::{Entity, Redactor};

/// One finding each: entity, before it, the value, behind it, what is shown.
const CASES: [(&str, &str, &str, &str, &str); 10] = [
    ("EMAIL_ADDRESS", "Mail ", "jane@example.com", "!", "[EMAIL]"),
    ("US_SSN", "his 🙂 ", "123-45-6789", ", ok", "[SSN]"),
    (
        "SCRIPT",
        "日本語",
        "<script>a()\nb()</script>",
        " é",
        "[SCRIPT]",
    ),
    (
        "SYSTEM_PROMPT",
        "",
        "System prompt: be nice",
        "\nyes",
        "[REDACTED]",
    ),
    (
        "CREDIT_CARD",
        "カード ",
        "4111 1111 1111 1111",
        "。",
        "[CARD]",
    ),
    (
        "IBAN_CODE",
        "\t",
        "DE89 3704 0044 0532 0130 00",
        "\r\n",
        "[IBAN]",
    ),
    (
        "PHONE_NUMBER",
        "🇫🇷: ",
        "+33 1 23 45 67 89",
        " soir",
        "[PHONE]",
    ),
    ("IP_ADDRESS", "from ", "203.0.113.7", ":80", "[IP]"),
    ("PRIVATE_KEY", "k\n", KEY, "\nend", "[PRIVATE_KEY]"),
    ("INVISIBLE_TEXT", "a ", HIDDEN, " b", "[INVISIBLE]"),
];

const KEY: &str = "-----BEGIN PRIVATE KEY-----\n\
    AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHHAAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH\n\
    -----END PRIVATE KEY-----";
const HIDDEN: &str = "\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\
    \u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}";

/// How a run ended, and what it wrote.
struct Done {
    code: Option<i32>,
    out: String,
    err: String,
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mistral-guard"));
    command.arg("redact").args(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command.stderr(Stdio::piped());
    command
}

fn redact(args: &[&str], input: impl AsRef<[u8]>) -> Done {
    let mut child = command(args).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.as_ref().to_vec();
    // It may end before it has read all.
    let writer = thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Done {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The output of a run that has nothing to complain about.
fn redacted(args: &[&str], input: impl AsRef<[u8]>) -> String {
    let done = redact(args, input);
    assert_eq!((done.code, done.err.as_str()), (Some(0), ""), "{args:?}");
    done.out
}

fn line(id: impl Into<Value>, text: &str) -> String {
    format!("{}\n", json!({"id": id.into(), "text": text}))
}

fn values(lines: &str) -> Vec<Value> {
    let values = lines.lines().map(serde_json::from_str);
    values.collect::<Result<_, _>>().unwrap()
}

/// A process that is fed while its output is looked at, and does not outlive its test.
struct Live {
    child: Child,
    stdin: Option<ChildStdin>,
    chunks: Receiver<Vec<u8>>,
    out: Vec<u8>,
}

impl Live {
    fn start(args: &[&str]) -> Self {
        let mut child = command(args).spawn().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let (send, chunks) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 1 << 16];
            while let Ok(n @ 1..) = stdout.read(&mut buffer) {
                let _ = send.send(buffer[..n].to_vec());
            }
        });
        Self {
            stdin: child.stdin.take(),
            child,
            chunks,
            out: Vec::new(),
        }
    }

    fn write(&mut self, bytes: &[u8]) {
        self.stdin.as_mut().unwrap().write_all(bytes).unwrap();
    }

    /// Waits for so many bytes of output. Half a minute only ends what would never end.
    fn wait_for(&mut self, bytes: usize) {
        while self.out.len() < bytes {
            let chunk = self.chunks.recv_timeout(Duration::from_secs(30));
            let chunk = chunk.unwrap_or_else(|_| panic!("{} of {bytes}", self.out.len()));
            self.out.extend(chunk);
        }
    }

    fn finish(mut self) -> String {
        drop(self.stdin.take());
        while let Ok(chunk) = self.chunks.recv_timeout(Duration::from_secs(30)) {
            self.out.extend(chunk);
        }
        assert!(self.child.wait().unwrap().success());
        String::from_utf8(std::mem::take(&mut self.out)).unwrap()
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn each_entity_is_replaced_located_and_explained() {
    let mut reasons = Vec::new();
    for (entity, before, value, behind, shown) in CASES {
        let (text, expected) = (
            format!("{before}{value}{behind}"),
            format!("{before}{shown}{behind}"),
        );
        assert_eq!(redacted(&[], &text), expected);

        let found = values(&redacted(&["--jsonl", "--explain"], line(entity, &text)));
        let start = before.chars().count();
        let end = start + value.chars().count();
        let why = found[0]["findings"][0]["why"].clone();
        let finding = json!({"entity": entity, "start": start, "end": end, "why": why});
        let all = json!({"id": entity, "text": expected, "findings": [finding]});
        assert_eq!(found, [all]);

        let done = redact(&["--explain"], &text);
        let (lines, last) = (before.matches('\n').count(), before.rsplit('\n').next());
        let (row, column) = (lines + 1, last.unwrap().chars().count() + 1);
        let why = why.as_str().unwrap();
        assert_eq!(done.err, format!("{row}:{column}: {entity}: {why}\n"));
        assert_eq!((done.code, done.out), (Some(0), expected));
        reasons.push(why.to_owned());
    }
    reasons.sort_unstable();
    reasons.dedup();
    assert_eq!(reasons.len(), CASES.len(), "two entities share a reason");
}

#[test]
fn pieces_change_nothing() {
    // Characters of three bytes before it: reads of 64 KiB cut some of them in two.
    let page: String = CASES
        .map(|(_, before, value, behind, _)| format!("語{before}{value}{behind} "))
        .concat();
    let text = page.repeat(400);
    assert!(text.len() > 2 * (64 << 10));
    let lines: String = (0..12).map(|id| line(id, &page.repeat(id))).collect();

    let whole = redact(&["--explain"], &text);
    let whole_lines = redacted(&["--jsonl", "--explain"], &lines);
    assert_eq!(whole.out, Redactor::recommended().redact(&text));
    assert_eq!(whole.err.lines().count(), CASES.len() * 400);
    for n in ["1", "2", "3", "7", "1000"] {
        let cut = redact(&["--explain", "--stream", n], &text);
        assert!(cut.out == whole.out && cut.err == whole.err, "{n}");
        let cut = redacted(&["--jsonl", "--explain", "--stream", n], &lines);
        assert!(cut == whole_lines, "{n}");
    }
}

#[test]
fn what_is_no_utf8_is_an_error_behind_what_came_before() {
    let cases: [(&[u8], usize, &str); 6] = [
        (b"\xff", 0, ""),
        (b"Mail jane@example.com \xc0\xaf more", 22, "Mail [EMAIL] "),
        // What was cut in two is masked.
        (
            "é jane@exam\u{fffd}".as_bytes().split_at(13).0,
            12,
            "é [EMAIL]",
        ),
        (b"ab\xed\xa0\x80", 2, "ab"),
        (b"end \xf0\x9f\x99", 4, "end "),
        (b"h\0i\0 \xfe", 5, "h\0i\0 "),
    ];
    for (input, offset, shown) in cases {
        for args in [&[] as &[_], &["--stream", "1"]] {
            let done = redact(args, input);
            assert_eq!((done.code, done.out.as_str()), (Some(1), shown));
            let expected = format!("standard input: no valid UTF-8 at byte offset {offset}");
            assert_eq!(done.err, format!("mistral-guard: {expected}\n"));
        }
    }

    let first = line(1, "a");
    let done = redact(
        &["--jsonl"],
        [first.as_bytes(), b"{\"text\": \"\xff\"}"].concat(),
    );
    assert_eq!(values(&done.out).len(), 1);
    assert_eq!(done.code, Some(1));
    let (line, offset) = (2, first.len() + 10);
    let at = format!("line {line}: no valid UTF-8 at byte offset {offset}");
    assert!(done.err.contains(&at), "{}", done.err);
}

#[test]
fn a_bad_line_is_named_and_not_shown() {
    let cases = [
        "canary",
        "{\"id\": 1, \"text\": \"canary",
        "[1, \"canary\"]",
        "\"canary\"",
        "{\"id\": \"canary\"}",
        "{\"text\": [\"canary\"]}",
        "{\"text\": null, \"canary\": 1}",
        "{\"text\": \"a\", \"text\": \"canary\"}",
        "{\"text\": \"canary \\ud800\"}",
        "{\"text\": \"canary\"} {}",
    ];
    for bad in cases {
        let input = format!("{}\n{bad}\n{}", line(1, "a"), line(2, "never read"));
        let done = redact(&["--jsonl"], input);
        assert_eq!(values(&done.out).len(), 1, "{bad}");
        assert_eq!(done.code, Some(1), "{bad}");
        let place = "mistral-guard: standard input, line 3: no";
        assert!(done.err.starts_with(place), "{bad}: {}", done.err);
        assert!(!done.err.contains("canary"), "{bad}: {}", done.err);
    }
}

#[test]
fn a_line_without_an_end_is_refused() {
    let endless = format!("{}{{\"text\": \"{}", line(1, "a"), "a".repeat(65 << 20));
    let done = redact(&["--jsonl"], endless);
    assert_eq!((done.code, values(&done.out).len()), (Some(1), 1));
    assert!(done.err.contains("line 2: longer than"), "{}", done.err);
}

#[test]
fn an_id_stays_as_it_is_spelled() {
    for id in [
        "1.50",
        "12345678901234567890123",
        "\"\\u00e9\"",
        "{\"a\": [1e400]}",
        "null",
    ] {
        let input = format!(" {{\"lang\": {{}}, \"text\": \"\\u00e9\\n\", \"id\": {id}}}\r\n");
        let expected = format!("{{\"id\":{id},\"text\":\"é\\n\",\"findings\":[]}}\n");
        assert_eq!(redacted(&["--jsonl"], input), expected);
    }
    assert!(redacted(&["--jsonl"], "{\"text\": \"\"}").starts_with("{\"id\":null,"));
}

#[test]
fn a_finding_that_goes_on_is_one() {
    let long = format!("<script>{}", "é".repeat(10_000));
    let text = format!("{long}</script>jane@example.com");
    let end = long.chars().count() + "</script>".len();
    let found = values(&redacted(&["--jsonl", "--stream", "7"], line(1, &text)));
    let findings = json!([
        {"entity": "SCRIPT", "start": 0, "end": end},
        {"entity": "EMAIL_ADDRESS", "start": end, "end": end + 16},
    ]);
    assert_eq!(found[0]["findings"], findings);
}

#[test]
fn entities_are_chosen_by_name() {
    let text = "jane@example.com 123-45-6789 203.0.113.7";
    let cases: [(&[&str], &str); 4] = [
        (
            &["--entities", "US_SSN"],
            "jane@example.com [SSN] 203.0.113.7",
        ),
        (
            &["--entities", "US_SSN,EMAIL_ADDRESS"],
            "[EMAIL] [SSN] 203.0.113.7",
        ),
        (
            &["--without", "US_SSN", "--without", "IP_ADDRESS"],
            "[EMAIL] 123-45-6789 203.0.113.7",
        ),
        (
            &["--entities", "US_SSN,IP_ADDRESS", "--without", "US_SSN"],
            "jane@example.com 123-45-6789 [IP]",
        ),
    ];
    for (args, expected) in cases {
        assert_eq!(redacted(args, text), expected, "{args:?}");
    }
    for option in ["--entities", "--without"] {
        for name in ["EMAIL", "US_SSN,"] {
            let done = redact(&[option, name], text);
            assert_eq!((done.code, done.out.as_str()), (Some(2), ""), "{name}");
            for rule in Redactor::recommended().rules() {
                assert!(done.err.contains(rule.entity().as_str()), "{}", done.err);
            }
        }
    }
    let none = redact(&["--entities", "US_SSN", "--without", "US_SSN"], text);
    assert_eq!((none.code, none.out.as_str()), (Some(1), ""));
}

#[test]
fn files_are_joined_and_lines_are_not() {
    let folder = Folder::new();
    let (one, two) = (
        folder.file("one", "jane@exam"),
        folder.file("two", "ple.com\n"),
    );
    let missing = folder.0.join("missing");
    let missing = missing.to_str().unwrap();
    assert_eq!(redacted(&[&one, &two], ""), "[EMAIL]\n");
    assert_eq!(redacted(&[&one, "-"], "ple.org"), "[EMAIL]");

    let done = redact(&[&one, missing, &two], "");
    assert_eq!((done.code, done.out.as_str()), (Some(1), "[EMAIL]"));
    assert!(done.err.contains(missing), "{}", done.err);

    let (one, two) = (
        folder.file("1", line(1, "a").trim()),
        folder.file("2", "no"),
    );
    let done = redact(&["--jsonl", &one, &one, &two], "");
    assert_eq!(values(&done.out).len(), 2);
    assert!(
        done.err.contains(&format!("{two}, line 1: ")),
        "{}",
        done.err
    );
}

#[test]
fn what_is_decided_is_shown_before_the_end() {
    let mut live = Live::start(&[]);
    live.write(b"Mail jane@example.com, then");
    live.wait_for("Mail [EMAIL], ".len());
    // A whole line is shown with its end, as `tail -f` wants it.
    live.write(b" wait.\n");
    live.wait_for("Mail [EMAIL], then wait.\n".len());
    // This read ends in the middle of a character.
    live.write(b"caf\xc3");
    live.write(b"\xa9 ol\xc3");
    live.wait_for("Mail [EMAIL], then wait.\ncafé ".len());
    live.write(b"\xa9");
    assert_eq!(live.finish(), "Mail [EMAIL], then wait.\ncafé olé");

    let mut live = Live::start(&["--jsonl"]);
    live.write(line(1, "a").as_bytes());
    live.wait_for("{\"id\":1,\"text\":\"a\",\"findings\":[]}\n".len());
    live.write(b"{\"text\":");
    live.write(b"\"b\"}");
    assert_eq!(values(&live.finish()).len(), 2);
}

#[test]
fn no_more_is_held_back_than_the_engine_does() {
    for text in [
        "some words of a log\n",
        "nothingbutletters",
        "4111 ",
        "<script>",
    ] {
        let text = text.repeat((1 << 18) / text.len());
        let expected = Redactor::recommended().redact(&text).into_owned();
        let mut live = Live::start(&[]);
        live.write(text.as_bytes());
        live.wait_for(expected.len().saturating_sub(4096));
        assert_eq!(live.finish(), expected);
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    for args in [&[] as &[&str], &["--jsonl"], &["--explain"]] {
        let mut child = command(args).spawn().unwrap();
        drop(child.stdout.take());
        let mut stdin = child.stdin.take().unwrap();
        let text = line(1, "some words").repeat(100_000);
        let _ = stdin.write_all(text.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{args:?}");
        assert!(output.stderr.is_empty(), "{args:?}");
    }
}

#[test]
fn a_closed_stderr_stops_nothing() {
    let text = "jane@example.com ".repeat(20_000);
    let mut live = command(&["--explain"]).spawn().unwrap();
    drop(live.stderr.take());
    let mut stdin = live.stdin.take().unwrap();
    let input = text.clone();
    let writer = thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = live.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "[EMAIL] ".repeat(20_000)
    );
}

#[test]
fn the_help_names_every_entity() {
    let help = redacted(&["--help"], "");
    let redactor = Redactor::recommended();
    for rule in redactor.rules() {
        assert!(help.contains(rule.entity().as_str()));
        assert!(help.contains(rule.describe()));
    }
    assert!(help.contains(Entity::INVISIBLE_TEXT.as_str()));
    let widest = help.lines().map(|line| line.chars().count()).max();
    assert!(widest.unwrap() <= 100, "{help}");
}

/// A folder that goes with its test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let name = format!("mistral-guard-redact-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
