//! The inputs, as pieces of text.

use std::{
    error::Error,
    fmt,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    str, vec,
};

/// Bytes that are read at a time, at most.
const CHUNK: usize = 64 << 10;

/// The inputs one after the other: files, or standard input if there are none.
pub(crate) struct Sources(vec::IntoIter<PathBuf>);

impl Sources {
    pub(crate) fn new(mut files: Vec<PathBuf>) -> Self {
        if files.is_empty() {
            files.push(PathBuf::from("-"));
        }
        Self(files.into_iter())
    }
}

impl Iterator for Sources {
    type Item = Result<Source, InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|path| Source::open(&path))
    }
}

/// An input, read piece by piece.
pub(crate) struct Source {
    name: String,
    reader: Box<dyn Read>,
    buffer: Vec<u8>,
    /// Bytes at the front of the buffer that were given out.
    given: usize,
    /// Bytes in the buffer. Those behind the given ones begin a character.
    filled: usize,
    /// They are no beginning of a character, or the input ended in the middle of it.
    is_bad: bool,
    /// Bytes of the input before the buffer.
    offset: u64,
}

impl Source {
    fn open(path: &Path) -> Result<Self, InputError> {
        if path == Path::new("-") {
            return Ok(Self::new("standard input".to_owned(), io::stdin().lock()));
        }
        let name = path.display().to_string();
        match File::open(path) {
            Ok(file) => Ok(Self::new(name, file)),
            Err(error) => Err(InputError::new(name, Problem::Open(error))),
        }
    }

    fn new(name: String, reader: impl Read + 'static) -> Self {
        Self {
            name,
            reader: Box::new(reader),
            buffer: vec![0; CHUNK],
            given: 0,
            filled: 0,
            is_bad: false,
            offset: 0,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What one read gives, in whole characters; empty if it gave only a part of one. None at the
    /// end.
    ///
    /// # Errors
    ///
    /// The input cannot be read or is no UTF-8. All before has been given out.
    pub(crate) fn next(&mut self) -> Result<Option<&str>, InputError> {
        self.buffer.copy_within(self.given..self.filled, 0);
        self.offset += self.given as u64;
        self.filled -= self.given;
        self.given = 0;
        if self.is_bad {
            return Err(self.error(Problem::Utf8(self.offset)));
        }
        let n = self
            .read()
            .map_err(|error| self.error(Problem::Read(error)))?;
        if n == 0 && self.filled == 0 {
            return Ok(None);
        }
        self.filled += n;
        let bytes = self.buffer.get(..self.filled).unwrap_or_default();
        let text = match str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                self.is_bad = error.error_len().is_some() || n == 0;
                let first = bytes.utf8_chunks().next();
                first.map_or("", |chunk| chunk.valid())
            }
        };
        self.given = text.len();
        Ok(Some(text))
    }

    fn read(&mut self) -> io::Result<usize> {
        let room = self.buffer.get_mut(self.filled..).unwrap_or_default();
        loop {
            match self.reader.read(room) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                done => return done,
            }
        }
    }

    fn error(&self, problem: Problem) -> InputError {
        InputError::new(self.name.clone(), problem)
    }
}

/// What is wrong with an input, and where; never what stands there.
#[derive(Debug)]
pub(crate) struct InputError {
    name: String,
    line: Option<u64>,
    problem: Problem,
}

#[derive(Debug)]
pub(crate) enum Problem {
    Open(io::Error),
    Read(io::Error),
    /// Not UTF-8 at this byte.
    Utf8(u64),
    /// Not JSON at this byte of the line, counted from 1.
    Json(usize),
    /// JSON, but not what is expected.
    Shape(&'static str),
    /// A line of more bytes than this.
    TooLong(usize),
}

impl InputError {
    pub(crate) fn new(name: impl Into<String>, problem: Problem) -> Self {
        Self {
            name: name.into(),
            line: None,
            problem,
        }
    }

    pub(crate) fn at_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        match &self.problem {
            Problem::Open(error) => write!(f, ": cannot be opened: {error}"),
            Problem::Read(error) => write!(f, ": cannot be read: {error}"),
            Problem::Utf8(offset) => write!(f, ": no valid UTF-8 at byte offset {offset}"),
            Problem::Json(column) => write!(f, ": no valid JSON at byte {column} of the line"),
            Problem::Shape(expected) => write!(f, ": not {expected}"),
            Problem::TooLong(most) => write!(f, ": longer than {most} bytes"),
        }
    }
}

impl Error for InputError {}
