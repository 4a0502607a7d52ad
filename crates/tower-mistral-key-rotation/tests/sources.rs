//! Sources of keys as an operator meets them: files that are replaced the way Docker, Kubernetes and
//! people replace them, and sources that fail.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use std::{
    fs, io,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, SystemTime},
};

use secrecy::ExposeSecret;
use tokio::time::{Instant, sleep};
use tower_mistral_key_rotation::{
    KeyHealth, KeyRotationLayer, KeySpec, Refetch,
    source::{
        CallbackSource, DirSource, EnvSource, FileSource, KeySource, LiveKeys, SourceError,
        SourceErrorKind, Sources,
    },
};

/// A directory of its own that is gone after the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("keys-{}-{}", std::process::id(), NEXT.fetch_add(1, SeqCst));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes another file and puts it in the place of this one.
    fn replace(&self, name: &str, text: &str) {
        fs::write(self.at(".new"), text).unwrap();
        fs::rename(self.at(".new"), self.at(name)).unwrap();
    }

    /// A version of a mounted secret as the kubelet writes it: files in a directory of its own, one
    /// link to that directory, replaced by a rename.
    fn mount(&self, version: &str, files: &[(&str, &str)]) {
        let folder = self.at(version);
        fs::create_dir(&folder).unwrap();
        for (name, text) in files {
            fs::write(folder.join(name), text).unwrap();
            // Long finished, so that it is read at once.
            let file = fs::File::open(folder.join(name)).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
            let link = self.at(name);
            if fs::symlink_metadata(&link).is_err() {
                symlink(Path::new("..data").join(name), link).unwrap();
            }
        }
        symlink(version, self.at("..data_tmp")).unwrap();
        fs::rename(self.at("..data_tmp"), self.at("..data")).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn keys(specs: &[KeySpec]) -> Vec<String> {
    let keys = specs
        .iter()
        .map(|spec| spec.material().expose_secret().to_owned());
    keys.collect()
}

async fn read(source: &impl KeySource) -> Result<Vec<String>, SourceError> {
    source.fetch().await.map(|specs| keys(&specs))
}

/// Waits until the keys are these.
async fn until(live: &LiveKeys, expected: &[&str]) {
    let began = Instant::now();
    while keys(&live.specs()) != expected {
        assert!(
            began.elapsed() < Duration::from_secs(3600),
            "{:?} and not {expected:?}",
            keys(&live.specs())
        );
        sleep(Duration::from_millis(50)).await;
    }
}

/// A source that says what it is told to, and counts how often it is asked.
#[derive(Clone, Default)]
struct Script(Arc<(Mutex<Option<Vec<KeySpec>>>, AtomicUsize)>);

impl Script {
    fn say(&self, keys: Option<&[&str]>) {
        let specs = keys.map(|keys| keys.iter().map(|key| KeySpec::new(*key)).collect());
        *self.0.0.lock().unwrap() = specs;
    }

    fn asked(&self) -> usize {
        self.0.1.load(SeqCst)
    }

    fn source(&self, every: Duration, takes: Duration) -> impl KeySource + use<> {
        let script = self.clone();
        let fetch = move || {
            let script = script.clone();
            async move {
                script.0.1.fetch_add(1, SeqCst);
                sleep(takes).await;
                let said = script.0.0.lock().unwrap().clone();
                said.ok_or_else(|| SourceError::new("script", SourceErrorKind::Unavailable))
            }
        };
        CallbackSource::new("script", fetch).every(every)
    }
}

#[tokio::test]
async fn a_file_that_is_replaced_gives_the_new_key() {
    let folder = Folder::new();
    folder.replace("key", "one\n");
    let source = FileSource::new(folder.at("key"));
    assert_eq!(read(&source).await.unwrap(), ["one"]);
    folder.replace("key", "two group=other\nthree\n");
    assert_eq!(read(&source).await.unwrap(), ["two", "three"]);
    // Docker's configs and many scripts put a link there.
    folder.replace("elsewhere", "four");
    fs::remove_file(folder.at("key")).unwrap();
    symlink("elsewhere", folder.at("key")).unwrap();
    assert_eq!(read(&source).await.unwrap(), ["four"]);
}

#[tokio::test]
async fn a_file_that_is_being_written_is_not_taken_for_finished() {
    let folder = Folder::new();
    let path = folder.at("key");
    fs::write(&path, "half-").unwrap();
    let writer = tokio::task::spawn_blocking({
        let path = path.clone();
        move || {
            // Shorter than what a reader waits between two looks.
            for _ in 0..20 {
                std::thread::sleep(Duration::from_millis(20));
                let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
                io::Write::write_all(&mut file, b"a").unwrap();
            }
        }
    });
    let whole = format!("half-{}", "a".repeat(20));
    assert_eq!(read(&FileSource::new(&path)).await.unwrap(), [whole]);
    writer.await.unwrap();
}

#[tokio::test]
async fn a_mounted_secret_changes_as_a_whole() {
    let folder = Folder::new();
    folder.mount("..v0", &[("a", "a-0"), ("b", "b-0")]);
    let source = DirSource::new(&folder.0);
    assert_eq!(read(&source).await.unwrap(), ["a-0", "b-0"]);

    let swapping = tokio::task::spawn_blocking(move || {
        for version in 1..200 {
            let files = [
                ("a", &*format!("a-{version}")),
                ("b", &*format!("b-{version}")),
            ];
            folder.mount(&format!("..v{version}"), &files);
            std::thread::sleep(Duration::from_millis(2));
        }
        folder
    });
    let mut read_whole = 0;
    while !swapping.is_finished() {
        // It may be too restless to be read; it must never be mixed.
        if let Ok(keys) = read(&source).await {
            assert_eq!(
                keys[0].strip_prefix('a'),
                keys[1].strip_prefix('b'),
                "{keys:?}"
            );
            read_whole += 1;
        }
    }
    let _folder = swapping.await.unwrap();
    assert_eq!(read(&source).await.unwrap(), ["a-199", "b-199"]);
    assert!(read_whole > 0);
}

#[tokio::test]
async fn errors_name_the_file_and_the_reason_and_never_what_it_holds() {
    let folder = Folder::new();
    folder.replace("bad", "canary-one\ncanary two");
    folder.replace("empty", " \n");
    fs::write(folder.at("binary"), b"canary\xff").unwrap();
    fs::create_dir(folder.at("none")).unwrap();
    fs::write(folder.at("large"), "canary\n".repeat(200_000)).unwrap();
    let table = [
        ("bad", SourceErrorKind::Attribute { number: 2 }),
        ("empty", SourceErrorKind::Empty),
        ("binary", SourceErrorKind::Corrupt),
        ("missing", SourceErrorKind::Missing),
        ("large", SourceErrorKind::TooLarge),
        ("none", SourceErrorKind::Unavailable),
    ];
    for (name, kind) in table {
        let error = read(&FileSource::new(folder.at(name))).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{name}");
        let shown = format!("{error} {error:?}");
        assert!(
            shown.contains(&*folder.at(name).to_string_lossy()),
            "{shown}"
        );
        assert!(!shown.contains("canary"), "{shown}");
    }
    let error = read(&DirSource::new(folder.at("none"))).await.unwrap_err();
    assert_eq!(error.kind(), SourceErrorKind::Empty);
    // One bad file spoils the directory: half of the keys would retire the others.
    fs::remove_file(folder.at("large")).unwrap();
    fs::remove_file(folder.at("binary")).unwrap();
    let error = read(&DirSource::new(&folder.0)).await.unwrap_err();
    assert!(error.to_string().ends_with("(in bad)"), "{error}");
}

#[tokio::test]
async fn without_a_key_the_start_says_what_each_source_says() {
    let sources = Sources::new()
        .with(EnvSource::variable("TOWER_MISTRAL_NO_SUCH"))
        .with(FileSource::new("/no/such/file"));
    let error = sources.start().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no API key: env TOWER_MISTRAL_NO_SUCH is not set; it should hold an API key; \
         file /no/such/file is not there"
    );
    let error = Sources::new().start().await.unwrap_err();
    assert!(error.to_string().contains("no source"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn new_keys_arrive_in_the_background_and_stale_ones_serve_on() {
    let folder = Folder::new();
    folder.replace("key", "one");
    let script = Script::default();
    script.say(Some(&["x"]));
    let live = Sources::new()
        .with(FileSource::new(folder.at("key")))
        .with(script.source(Duration::from_secs(300), Duration::ZERO))
        .start()
        .await
        .unwrap();
    until(&live, &["one", "x"]).await;
    folder.replace("key", "two");
    until(&live, &["two", "x"]).await;

    fs::remove_file(folder.at("key")).unwrap();
    script.say(None);
    sleep(Duration::from_secs(2000)).await;
    assert_eq!(keys(&live.specs()), ["two", "x"]);
    let [file, script_state] = &live.sources()[..] else {
        panic!("two sources");
    };
    assert_eq!((file.error, file.keys), (Some(SourceErrorKind::Missing), 1));
    assert!(file.failures > 100 && file.age.unwrap() > Duration::from_secs(1500));
    assert_eq!(script_state.error, Some(SourceErrorKind::Unavailable));

    script.say(Some(&["y"]));
    folder.replace("key", "three");
    until(&live, &["three", "y"]).await;
    assert!(live.sources().iter().all(|source| source.error.is_none()));
}

#[tokio::test(start_paused = true)]
async fn a_source_that_gives_nothing_or_hangs_or_panics_takes_no_key_away() {
    let script = Script::default();
    script.say(Some(&["a"]));
    let calls = Arc::new(AtomicUsize::new(0));
    let moody = CallbackSource::new("moody", move || {
        let call = calls.fetch_add(1, SeqCst);
        async move {
            match call {
                0 => Ok(vec![KeySpec::new("b")]),
                1 => panic!("a bug of theirs"),
                _ => std::future::pending().await,
            }
        }
    });
    let sources = Sources::new()
        .with(script.source(Duration::from_secs(60), Duration::ZERO))
        .with(moody.every(Duration::from_secs(60)));
    let live = sources.start().await.unwrap();
    script.say(Some(&[]));
    let mut seen = Vec::new();
    for _ in 0..600 {
        sleep(Duration::from_secs(1)).await;
        assert_eq!(keys(&live.specs()), ["a", "b"]);
        let errors: Vec<_> = live.sources().iter().map(|source| source.error).collect();
        if seen.last() != Some(&errors) {
            seen.push(errors);
        }
    }
    let last = [SourceErrorKind::Empty, SourceErrorKind::TimedOut]
        .map(Some)
        .to_vec();
    assert_eq!(seen.last(), Some(&last), "{seen:?}");
    assert!(
        seen.iter()
            .any(|errors| errors[1] == Some(SourceErrorKind::Other)),
        "{seen:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn many_suspicions_ask_the_source_once() {
    let script = Script::default();
    script.say(Some(&["old"]));
    let source = script.source(Duration::from_secs(3600), Duration::from_millis(200));
    let live = Sources::new().with(source).start().await.unwrap();
    sleep(Duration::from_secs(5)).await;
    assert_eq!(script.asked(), 1);

    script.say(Some(&["new"]));
    // Nobody polls the first one: it has begun all the same.
    drop(live.refetch());
    let waits: Vec<_> = (0..50).map(|_| live.refetch()).collect();
    for wait in waits {
        wait.await;
        assert_eq!(keys(&live.specs()), ["new"]);
    }
    assert_eq!(script.asked(), 2);
    // A source that hangs does not hang the call.
    let hanging = script.source(Duration::from_secs(3600), Duration::from_secs(9));
    let live = Sources::new().with(hanging).start().await.unwrap();
    sleep(Duration::from_secs(5)).await;
    let began = Instant::now();
    live.refetch().await;
    assert_eq!(began.elapsed(), LiveKeys::MAX_WAIT);
}

#[tokio::test(start_paused = true)]
async fn a_successor_is_looked_for_before_a_key_expires() {
    let script = Script::default();
    script.say(Some(&["old"]));
    let in_an_hour = SystemTime::now() + Duration::from_secs(3600);
    *script.0.0.lock().unwrap() = Some(vec![KeySpec::new("old").expires_at(in_an_hour)]);
    let never = script.source(Duration::MAX, Duration::ZERO);
    let live = Sources::new().with(never).start().await.unwrap();
    assert_eq!(live.sources()[0].expires_at, Some(in_an_hour));
    sleep(Duration::from_secs(2000)).await;
    assert_eq!(script.asked(), 1);
    script.say(Some(&["new"]));
    sleep(Duration::from_secs(1500)).await;
    assert_eq!(keys(&live.specs()), ["new"], "before the hour is over");
    sleep(Duration::from_secs(1_000_000)).await;
    assert_eq!(script.asked(), 2, "it is not asked without a reason");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_asked_once_nobody_has_a_handle() {
    let script = Script::default();
    script.say(Some(&["a"]));
    let source = script.source(Duration::from_secs(10), Duration::ZERO);
    let live = Sources::new().with(source).start().await.unwrap();
    let clone = live.clone();
    drop(live);
    sleep(Duration::from_secs(100)).await;
    let asked = script.asked();
    assert!(
        (9..=12).contains(&asked),
        "every ten seconds, more or less: {asked}"
    );
    drop(clone);
    sleep(Duration::from_secs(100)).await;
    assert_eq!(script.asked(), asked);
}

#[tokio::test(start_paused = true)]
async fn a_ring_follows_its_sources_and_keeps_them_going() {
    let script = Script::default();
    script.say(Some(&["a", "b"]));
    let source = script.source(Duration::from_secs(10), Duration::ZERO);
    let live = Sources::new().with(source).start().await.unwrap();
    let layer = KeyRotationLayer::new(live.keys()).unwrap();
    let ring = layer.ring();
    live.feed(&ring);
    drop((live, layer));
    let first = ring.keys()[0].fingerprint;
    assert!(ring.quarantine(ring.keys()[1].fingerprint, Duration::from_secs(3600)));

    script.say(Some(&["b", "c"]));
    sleep(Duration::from_secs(20)).await;
    let keys = ring.keys();
    let healths: Vec<_> = keys.iter().map(|key| key.health).collect();
    // What is known of a key outlives the change.
    let expected = [
        KeyHealth::Quarantined,
        KeyHealth::Healthy,
        KeyHealth::Retired,
    ];
    assert_eq!(healths, expected);
    assert_eq!(keys[2].fingerprint, first);

    drop(ring);
    sleep(Duration::from_secs(20)).await;
    let asked = script.asked();
    sleep(Duration::from_secs(100)).await;
    assert_eq!(script.asked(), asked, "the sources ended with the ring");
}
