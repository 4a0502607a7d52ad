//! The audit trail: what was written is found, and what was done to it is told.
#![cfg(feature = "audit-trail")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs
)]

use std::{
    convert::Infallible,
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use serde_json::Value;
use tower::{Layer, ServiceExt, service_fn};
use tower_mistral_metadata_log::{
    MetadataLogLayer,
    audit::{AuditKey, AuditTrail, Broken, Builder, Fault, Head, OnFailure, OpenError, Verifier},
    wire::{RejectionKind, ext::RequestId},
};

const START: [u8; 32] = *b"32 bytes that nobody can guess!!";

/// A directory that goes with its test.
struct Dir(PathBuf);

impl Dir {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("audit-{name}"));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    fn builder(&self) -> Builder {
        AuditTrail::builder(&self.0).start_key(key())
    }

    /// The files by name, as a shell lists them.
    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|end| end == "jsonl"));
        paths.sort();
        let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        let read = |path: PathBuf| (name(&path), fs::read(path).unwrap());
        paths.into_iter().map(read).collect()
    }

    fn messages(&self) -> Vec<String> {
        let all: Vec<u8> = self
            .files()
            .into_iter()
            .flat_map(|(_, file)| file)
            .collect();
        let records = all
            .lines()
            .map(|line| serde_json::from_str::<Value>(&line.unwrap()));
        let message = |record: Value| record["message"].as_str().unwrap().to_owned();
        records.map(|record| message(record.unwrap())).collect()
    }

    fn append(&self, text: &str) {
        let (last, _) = self.files().pop().unwrap();
        let mut file = fs::File::options()
            .append(true)
            .open(self.0.join(last))
            .unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn key() -> AuditKey {
    AuditKey::new(START)
}

fn record(trail: &AuditTrail) {
    trail.refused(&RequestId::random(), RejectionKind::Forbidden);
}

fn verify(
    files: &[(String, Vec<u8>)],
    key: AuditKey,
    head: Option<Head>,
) -> Result<String, Broken> {
    let mut verifier = Verifier::new(key);
    if let Some(head) = head {
        verifier = verifier.head(head);
    }
    for (name, bytes) in files {
        verifier.file(name, &bytes[..])?;
    }
    verifier.finish().map(|verified| verified.to_string())
}

/// Ten lines in three files, and the heads that were told.
fn trail(name: &str) -> (Dir, Vec<Head>) {
    let (dir, heads) = (Dir::new(name), Arc::new(Mutex::new(Vec::new())));
    let told = Arc::clone(&heads);
    let tell = move |head: &Head| told.lock().unwrap().push(*head);
    let trail = dir.builder().max_file(800).on_head(tell).open().unwrap();
    for _ in 0..6 {
        record(&trail);
    }
    drop(trail);
    let heads = heads.lock().unwrap().clone();
    (dir, heads)
}

type Tampering = fn(&mut Vec<(String, Vec<u8>)>);

/// The lines of a file with their ends.
fn lines(file: &[u8]) -> Vec<Vec<u8>> {
    file.split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

fn change(files: &mut [(String, Vec<u8>)], at: usize, change: impl FnOnce(&mut Vec<Vec<u8>>)) {
    let mut lines = lines(&files[at].1);
    change(&mut lines);
    files[at].1 = lines.concat();
}

#[test]
fn each_tampering_is_told_by_its_first_line() {
    let (dir, heads) = trail("tampering");
    let whole = dir.files();
    assert_eq!(whole.len(), 3, "{:?}", dir.messages());
    let counts: Vec<_> = whole.iter().map(|(_, file)| lines(file).len()).collect();
    assert_eq!(counts, [4, 4, 2], "the table below speaks of these");
    let head = *heads.last().unwrap();
    assert_eq!((heads.len(), head.record), (2, 9));
    let verified = verify(&whole, key(), Some(head)).unwrap();
    assert!(
        verified.starts_with("records 0 to 9 are as written, files: 3"),
        "{verified}"
    );
    assert!(verified.ends_with(&format!("head {head}")), "{verified}");

    let table: &[(&str, Tampering, &str)] = &[
        (
            "edit",
            |f| change(f, 1, |l| l[1][60] ^= 1),
            "[1], line 2: the tag",
        ),
        (
            "edit the number",
            |f| change(f, 1, |l| l[1][7] = b'9'),
            "[1], line 2: record 9",
        ),
        (
            "edit the tag",
            |f| {
                change(f, 0, |l| {
                    let n = l[0].len() - 4;
                    l[0][n] = if l[0][n] == b'0' { b'1' } else { b'0' };
                });
            },
            "[0], line 1: the tag",
        ),
        (
            "delete",
            |f| change(f, 1, |l| drop(l.remove(1))),
            "[1], line 2: record 6 stands here: 5 is missing",
        ),
        (
            "delete the first",
            |f| change(f, 0, |l| drop(l.remove(0))),
            "[0], line 1: this is no record",
        ),
        (
            "swap",
            |f| change(f, 1, |l| l.swap(1, 2)),
            "[1], line 2: record 6 stands here: 5 is missing",
        ),
        (
            "duplicate",
            |f| change(f, 1, |l| l.insert(1, l[1].clone())),
            "[1], line 3: record 5 stands here instead of 6",
        ),
        (
            "insert",
            |f| {
                change(f, 1, |l| {
                    l.insert(1, b"{\"seq\":5,\"made\":\"up\"}\n".to_vec());
                });
            },
            "[1], line 2: this is no record",
        ),
        (
            "insert with a tag",
            |f| {
                change(f, 1, |l| {
                    let n = l[1].len() - 68;
                    l[1].drain(20..n - 20);
                });
            },
            "[1], line 2: the tag",
        ),
        (
            "a blank line",
            |f| change(f, 1, |l| l.insert(1, b"\n".to_vec())),
            "[1], line 2: this is no record",
        ),
        (
            "a file missing",
            |f| drop(f.remove(1)),
            "[2], line 1: record 8 stands here: 4 is missing",
        ),
        (
            "files swapped",
            |f| f.swap(1, 2),
            "[2], line 1: record 8 stands here: 4 is missing",
        ),
        (
            "a file twice",
            |f| f.insert(1, f[0].clone()),
            "[0], line 1: record 0 stands here instead of 4",
        ),
        (
            "torn in the middle",
            |f| change(f, 1, |l| l[3].truncate(100)),
            "[1], line 4: a line without an end",
        ),
        (
            "torn and made up",
            |f| change(f, 2, |l| l[1] = b"{\"seq\":8,".to_vec()),
            "[2], line 2: this is no record",
        ),
        (
            "cut",
            |f| change(f, 2, |l| drop(l.pop())),
            "record 9 is not here",
        ),
        ("cut by a file", |f| drop(f.pop()), "record 9 is not here"),
        (
            "cut in a line",
            |f| change(f, 2, |l| l[1].truncate(30)),
            "record 9 is not here",
        ),
        ("all gone", |f| f.clear(), "no record was found"),
    ];
    for (name, tampering, expected) in table {
        let mut files = whole.clone();
        tampering(&mut files);
        let broken = verify(&files, key(), Some(head)).unwrap_err();
        let mut told = broken.to_string();
        for (n, (file, _)) in whole.iter().enumerate() {
            told = told.replace(file, &format!("[{n}]"));
        }
        assert!(told.starts_with(expected), "{name}: {told}");
    }

    // What nobody could tell without a head, and a piece of the trail, says so.
    let mut files = whole.clone();
    change(&mut files, 2, |lines| lines[1].truncate(30));
    assert!(verify(&files, key(), None).unwrap().contains("no end"));
    let later = verify(&whole[1..], key(), Some(head)).unwrap();
    assert!(later.contains("records 4 to 9") && later.contains("before 4 were not given"));

    let other = verify(&whole, AuditKey::new([7; 32]), None).unwrap_err();
    assert!(matches!((other.line, other.fault), (1, Fault::OtherKey)));
    // Somebody makes the fingerprint fit: the tag still does not.
    let other = AuditKey::new([7; 32]);
    let mut files = whole.clone();
    let foreign = Dir::new("foreign");
    drop(
        AuditTrail::builder(&foreign.0)
            .start_key(other.clone())
            .open()
            .unwrap(),
    );
    let fingerprint = |file: &[u8]| {
        let first: Value = serde_json::from_slice(&lines(file)[0]).unwrap();
        first["key"].as_str().unwrap().to_owned()
    };
    let (of_other, of_ours) = (fingerprint(&foreign.files()[0].1), fingerprint(&whole[0].1));
    let text = String::from_utf8(files[0].1.clone()).unwrap();
    files[0].1 = text.replace(&of_ours, &of_other).into_bytes();
    let broken = verify(&files, other, None).unwrap_err();
    assert!(matches!((broken.line, broken.fault), (1, Fault::Tag)));
    let told = format!("4:{}", "0".repeat(64)).parse().unwrap();
    let broken = verify(&whole, key(), Some(told)).unwrap_err();
    assert!(matches!((broken.line, broken.fault), (1, Fault::OtherHead)));
}

#[test]
fn it_goes_on_where_it_has_ended_and_nowhere_else() {
    let (dir, _) = trail("resume");
    let without_a_key = || AuditTrail::builder(&dir.0).max_file(700).open();
    let first = without_a_key().unwrap();
    assert!(matches!(without_a_key(), Err(OpenError::Locked)));
    record(&first);
    drop(first);

    let before = dir.messages();
    dir.append(&format!("{{\"seq\":{},\"timest", before.len()));
    drop(without_a_key().unwrap());
    let after = dir.messages();
    // But for those that begin files.
    let own = |messages: &[String]| {
        let own = messages.iter().filter(|message| *message != "opened");
        own.cloned().collect::<Vec<_>>()
    };
    assert_eq!(own(&before[10..]), ["resumed", "refused", "closed"]);
    assert_eq!(own(&after[before.len()..]), ["resumed", "closed"]);
    let all: Vec<u8> = dir.files().into_iter().flat_map(|(_, file)| file).collect();
    assert!(
        String::from_utf8(all)
            .unwrap()
            .contains("\"torn_bytes\":17")
    );
    verify(&dir.files(), key(), None).unwrap();

    let state = fs::read(dir.0.join("state")).unwrap();
    assert!(
        !state.windows(32).any(|bytes| bytes == START),
        "the start key is still there"
    );

    let (last, bytes) = dir.files().pop().unwrap();
    for (name, changed) in [
        ("a line too many", [&bytes[..], b"{\"seq\":99}\n"].concat()),
        ("not what a crash leaves", [&bytes[..], b"junk"].concat()),
        ("too short", bytes[..bytes.len() - 1].to_vec()),
    ] {
        fs::write(dir.0.join(&last), changed).unwrap();
        let error = without_a_key().unwrap_err();
        assert!(matches!(error, OpenError::Changed(_)), "{name}: {error}");
    }
    fs::write(dir.0.join(&last), bytes).unwrap();
    drop(without_a_key().unwrap());
    fs::remove_file(dir.0.join("state")).unwrap();
    assert!(matches!(dir.builder().open(), Err(OpenError::NoState)));
    let empty = Dir::new("empty");
    assert!(matches!(
        AuditTrail::builder(&empty.0).open(),
        Err(OpenError::NoKey)
    ));
}

const CHILD: &str = "AUDIT_TRAIL_CHILD";

/// Runs in a process of its own, which the test below kills: says each record that it knows written.
#[test]
fn child() {
    let Ok(dir) = std::env::var(CHILD) else {
        return;
    };
    let dir = Dir(dir.into());
    let trail = dir.builder().max_file(4000).open().unwrap();
    let mut out = std::io::stdout();
    for _ in 0.. {
        record(&trail);
        out.write_all(b"written\n").unwrap();
        out.flush().unwrap();
    }
}

#[test]
fn a_killed_process_loses_the_record_that_it_was_writing_at_most() {
    let dir = Dir::new("killed");
    let mut written = 0;
    for round in 0..30 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture"])
            .env(CHILD, &dir.0)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = 0;
        while said < 3 + round * 2 {
            said += usize::from(out.next().unwrap().unwrap().ends_with("written"));
        }
        if round == 0 {
            assert!(matches!(dir.builder().open(), Err(OpenError::Locked)));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let rest = out
            .map_while(Result::ok)
            .filter(|line| line.ends_with("written"));
        written += said + rest.count();

        drop(dir.builder().open().unwrap());
        verify(&dir.files(), key(), None).unwrap();
        let kept = dir
            .messages()
            .iter()
            .filter(|message| *message == "refused")
            .count();
        assert!(kept >= written, "round {round}: {kept} of {written}");
        // One more at most: the one that was written and not said.
        assert!(
            kept <= written + round + 1,
            "round {round}: {kept} of {written}"
        );
    }
}

/// Waits for what comes soon.
fn until(what: impl Fn() -> bool) {
    let start = Instant::now();
    while !what() {
        assert!(start.elapsed() < Duration::from_secs(20), "it never came");
        thread::sleep(Duration::from_millis(10));
    }
}

#[tokio::test]
async fn calls_are_refused_while_the_trail_cannot_be_written() {
    for on_failure in [OnFailure::Continue, OnFailure::Refuse] {
        let dir = Dir::new(&format!("failing-{on_failure:?}"));
        // A file for each record, and in the place of the second one something else.
        let builder = dir.builder().max_file(1).capacity(2);
        let trail = builder.on_failure(on_failure).open().unwrap();
        let obstacle = dir.0.join("audit-000000000003.jsonl");
        fs::create_dir(&obstacle).unwrap();
        let calls = Arc::new(AtomicUsize::new(0));
        let called = Arc::clone(&calls);
        let api = service_fn(move |_| {
            called.fetch_add(1, Ordering::Relaxed);
            async { Ok::<_, Infallible>(Response::new(Full::<Bytes>::from("{}"))) }
        });
        let layer = MetadataLogLayer::new().on_record(trail.clone());
        let service = layer.layer(api);
        let call = async || {
            let request = Request::post("https://api.mistral.ai/v1/chat/completions");
            let request = request.body(Full::<Bytes>::from("{}")).unwrap();
            let reply = service.clone().oneshot(request).await.unwrap();
            let status = reply.status().as_u16();
            (
                status,
                reply.into_body().collect().await.unwrap().to_bytes(),
            )
        };
        assert_eq!(call().await.0, 200);
        assert!(trail.is_writable());
        assert_eq!(
            call().await.0,
            200,
            "its record is the one that cannot be written"
        );
        until(|| !trail.is_writable());
        for _ in 0..4 {
            let (status, body) = call().await;
            match on_failure {
                OnFailure::Refuse => {
                    assert_eq!(status, 503);
                    let error: Value = serde_json::from_slice(&body).unwrap();
                    assert_eq!(error["code"], "audit_unavailable");
                }
                _ => assert_eq!(status, 200),
            }
        }
        let passed = if on_failure == OnFailure::Refuse {
            2
        } else {
            6
        };
        assert_eq!(calls.load(Ordering::Relaxed), passed);
        assert_eq!(trail.lost(), 2);

        fs::remove_dir(&obstacle).unwrap();
        until(|| trail.is_writable());
        assert_eq!(call().await.0, 200);
        drop((service, layer, trail));
        verify(&dir.files(), key(), None).unwrap();
        let messages = dir.messages();
        let count = |what: &str| messages.iter().filter(|message| *message == what).count();
        assert_eq!((count("call"), count("lost"), count("closed")), (5, 1, 1));
    }
}
