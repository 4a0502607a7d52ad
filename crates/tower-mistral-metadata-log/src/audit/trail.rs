//! The files of a trail: what is written where, and how it goes on after a crash.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::{
    AuditKey, Head, OpenError,
    key::{Tag, hex},
    line::{self, Line},
    state::{Position, State},
    verify::Chain,
};

/// How files end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) max_file: u64,
    pub(super) daily: bool,
    pub(super) sync: bool,
}

pub(super) struct Trail {
    dir: PathBuf,
    limits: Limits,
    state: State,
    file: File,
    at: Position,
    day: u64,
    /// A write has failed: what stands behind the end is to be cut off.
    is_dirty: bool,
}

const ZEROS: Tag = [0; 32];

impl Trail {
    /// Opens the trail of a directory, or begins one. The file's last line may be torn, which a record
    /// then says.
    pub(super) fn open(
        dir: &Path,
        start: Option<&AuditKey>,
        limits: Limits,
        now: SystemTime,
    ) -> Result<Self, OpenError> {
        fs::create_dir_all(dir).map_err(OpenError::io(dir))?;
        let (mut state, known, is_new) = State::open(&dir.join("state"))?;
        let mut torn = 0;
        let (at, file) = match known {
            Some(mut at) => {
                torn = catch_up(dir, &mut at)?;
                let path = path(dir, at.first);
                let file = append_to(&path).map_err(OpenError::io(&path))?;
                (at, file)
            }
            None => {
                if !is_new || has_files(dir).map_err(OpenError::io(dir))? {
                    return Err(OpenError::NoState);
                }
                let at = begin(start.ok_or(OpenError::NoKey)?);
                // Before there is a file: one without a state could not be gone on with.
                let written = state.write(&at, limits.sync);
                written.map_err(OpenError::io(dir))?;
                let path = path(dir, 0);
                let file = append_to(&path).map_err(OpenError::io(&path))?;
                (at, file)
            }
        };
        let is_resumed = at.seq > 0;
        let mut trail = Self {
            dir: dir.to_owned(),
            limits,
            state,
            file,
            at,
            day: day(now),
            is_dirty: true,
        };
        let io = OpenError::io(dir);
        trail.start(is_resumed, torn, now).map_err(io)?;
        Ok(trail)
    }

    fn start(&mut self, is_resumed: bool, torn: u64, now: SystemTime) -> io::Result<()> {
        if self.at.len == 0 {
            self.put(&self.opening(now))?;
        }
        if is_resumed {
            let torn = format!(",\"torn_bytes\":{torn}");
            self.append(&event("resumed", &torn, now), now)?;
        }
        self.commit()
    }

    /// The last record; none is impossible, since each file begins with one.
    pub(super) fn head(&self) -> Head {
        Head {
            record: self.at.seq.saturating_sub(1),
            tag: self.at.previous,
        }
    }

    /// Appends a record, a JSON object, in a new file if it is time for one. All or nothing.
    pub(super) fn append(&mut self, body: &str, now: SystemTime) -> io::Result<()> {
        let is_over = self.at.len >= self.limits.max_file;
        // Clocks go backwards at times.
        if is_over || self.limits.daily && day(now) > self.day {
            self.begin_file(now)?;
        }
        self.put(body)
    }

    /// Remembers where the trail goes on. Without it the last lines are read again after a crash.
    pub(super) fn commit(&mut self) -> io::Result<()> {
        if self.limits.sync {
            self.file.sync_data()?;
        }
        self.state.write(&self.at, self.limits.sync)
    }

    fn begin_file(&mut self, now: SystemTime) -> io::Result<()> {
        self.clean()?;
        self.commit()?;
        let path = path(&self.dir, self.at.seq);
        let next = append_to(&path)?;
        next.set_len(0)?;
        let old = std::mem::replace(&mut self.file, next);
        let (first, len) = (self.at.first, self.at.len);
        (self.at.first, self.at.len) = (self.at.seq, 0);
        let opened = self.put(&self.opening(now)).and_then(|()| self.commit());
        if opened.is_err() && self.at.len == 0 {
            self.file = old;
            (self.at.first, self.at.len) = (first, len);
            // Half a file would be taken for a part of the trail. If it stays, the next try empties it.
            let _ = fs::remove_file(&path);
        } else {
            self.day = day(now);
        }
        opened
    }

    fn put(&mut self, body: &str) -> io::Result<()> {
        self.clean()?;
        let (line, tag) = line::seal(&self.at.key, &self.at.previous, self.at.seq, body);
        self.is_dirty = true;
        self.file.write_all(line.as_bytes())?;
        self.is_dirty = false;
        self.at.key = self.at.key.next();
        self.at.previous = tag;
        self.at.seq += 1;
        self.at.len += line.len() as u64;
        Ok(())
    }

    fn clean(&mut self) -> io::Result<()> {
        if self.is_dirty {
            self.file.set_len(self.at.len)?;
            self.is_dirty = false;
        }
        Ok(())
    }

    /// The first record of a file: what is needed to verify it without those before.
    fn opening(&self, now: SystemTime) -> String {
        let key = String::from_utf8_lossy(&self.at.fingerprint);
        let previous = hex(&self.at.previous);
        let rest = format!(",\"format\":1,\"key\":\"{key}\",\"previous\":\"{previous}\"");
        event("opened", &rest, now)
    }
}

fn begin(start: &AuditKey) -> Position {
    let mut fingerprint = [0; 16];
    for (to, from) in fingerprint.iter_mut().zip(start.fingerprint().bytes()) {
        *to = from;
    }
    Position {
        key: start.clone(),
        seq: 0,
        previous: ZEROS,
        first: 0,
        len: 0,
        fingerprint,
    }
}

/// A record of the trail's own: what happened, and members of JSON with a comma before each.
pub(super) fn event(what: &str, rest: &str, now: SystemTime) -> String {
    let mut out = "{\"timestamp\":\"".to_owned();
    crate::json::timestamp(now, &mut out);
    out.push_str("\",\"message\":\"");
    out.push_str(what);
    out.push('"');
    out.push_str(rest);
    out.push('}');
    out
}

/// Goes from what was remembered to what was written since, through files that were begun since.
/// How many bytes of a torn line stand at the end.
fn catch_up(dir: &Path, at: &mut Position) -> Result<u64, OpenError> {
    loop {
        let here = path(dir, at.first);
        let torn = read_on(&here, at)?;
        let is_last = at.first == at.seq || !path(dir, at.seq).exists();
        if is_last {
            return Ok(torn);
        }
        if torn > 0 {
            return Err(OpenError::Changed(here));
        }
        (at.first, at.len) = (at.seq, 0);
    }
}

fn read_on(path: &Path, at: &mut Position) -> Result<u64, OpenError> {
    let changed = || OpenError::Changed(path.to_owned());
    let mut file = match File::open(path) {
        // It was remembered before it was made.
        Err(error) if error.kind() == io::ErrorKind::NotFound && at.len == 0 => return Ok(0),
        file => file.map_err(OpenError::io(path))?,
    };
    let len = file.metadata().map_err(OpenError::io(path))?.len();
    if len < at.len {
        return Err(changed());
    }
    let seek = file.seek(SeekFrom::Start(at.len));
    seek.map_err(OpenError::io(path))?;
    let mut file = BufReader::new(file);
    let mut chain = Chain {
        key: at.key.clone(),
        next: at.seq,
        previous: at.previous,
    };
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let mut limited = (&mut file).take(line::MAX as u64);
        let read = limited.read_until(b'\n', &mut bytes);
        read.map_err(OpenError::io(path))?;
        let torn = match bytes.split_last() {
            None => 0,
            Some((b'\n', line)) => {
                let line = Line::read(line).ok_or_else(changed)?;
                chain.take(&line).map_err(|_| changed())?;
                (at.key, at.seq) = (chain.key.clone(), chain.next);
                at.previous = chain.previous;
                at.len += bytes.len() as u64;
                continue;
            }
            Some(_) if bytes.len() < line::MAX && line::may_begin(&bytes, at.seq) => bytes.len(),
            Some(_) => return Err(changed()),
        };
        return Ok(torn as u64);
    }
}

/// In the order of names, files stand in the order in which they were written.
fn path(dir: &Path, first: u64) -> PathBuf {
    dir.join(format!("audit-{first:012}.jsonl"))
}

fn has_files(dir: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name();
        if name.to_string_lossy().starts_with("audit-") {
            return Ok(true);
        }
    }
    Ok(false)
}

fn append_to(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o640);
    options.open(path)
}

fn day(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or(Duration::ZERO).as_secs() / 86_400
}
