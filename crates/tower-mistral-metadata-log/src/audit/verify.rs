//! Reads a trail and names the first line that is not as it was written.

use std::{
    fmt,
    io::{BufRead, Read},
};

use super::{
    AuditKey, Broken, Fault, Head,
    key::Tag,
    line::{self, Line},
};

/// Verifies the files of a trail, one after the other in the order in which they were written.
/// See the [module's documentation](super) for what that proves.
#[must_use = "a verifier has verified nothing until it is finished"]
pub struct Verifier {
    start: AuditKey,
    told: Option<Head>,
    /// None until there is a first line.
    chain: Option<Chain>,
    first: u64,
    files: u64,
    torn: Option<(String, u64)>,
}

/// What the next line has to fit to.
pub(super) struct Chain {
    pub(super) key: AuditKey,
    pub(super) next: u64,
    pub(super) previous: Tag,
}

impl Chain {
    /// Takes the next line, or says what is wrong with it.
    pub(super) fn take(&mut self, line: &Line<'_>) -> Result<(), Fault> {
        let (expected, found) = (self.next, line.seq);
        if found > expected {
            return Err(Fault::Missing { expected, found });
        }
        if found < expected {
            return Err(Fault::OutOfOrder { expected, found });
        }
        if !line.is_sealed(&self.key, &self.previous) {
            return Err(Fault::Tag);
        }
        self.key = self.key.next();
        self.next += 1;
        self.previous = line.tag;
        Ok(())
    }
}

impl Verifier {
    /// A trail that does not begin with its first record may begin with this one at most: the keys
    /// up to there have to be gone through.
    const MAX_FIRST: u64 = 1 << 30;

    /// A verifier of a trail that was begun with this key.
    pub fn new(start: AuditKey) -> Self {
        Self {
            start,
            told: None,
            chain: None,
            first: 0,
            files: 0,
            torn: None,
        }
    }

    /// Asks that the trail has this head, which was told elsewhere, and so was not cut before it.
    pub fn head(mut self, head: Head) -> Self {
        self.told = Some(head);
        self
    }

    /// Reads the next file.
    ///
    /// # Errors
    ///
    /// The first line that is not as it was written.
    pub fn file(&mut self, name: &str, mut file: impl BufRead) -> Result<(), Broken> {
        let broken = |line, fault| Broken {
            file: name.to_owned(),
            line,
            fault,
        };
        if let Some((file, line)) = self.torn.take() {
            let fault = Fault::Torn;
            return Err(Broken { file, line, fault });
        }
        self.files += 1;
        let mut bytes = Vec::new();
        for number in 1.. {
            bytes.clear();
            let mut limited = (&mut file).take(line::MAX as u64);
            let read = limited.read_until(b'\n', &mut bytes);
            read.map_err(|error| broken(number, Fault::Io(error)))?;
            match bytes.split_last() {
                None => break,
                Some((b'\n', line)) => self.line(line).map_err(|fault| broken(number, fault))?,
                Some(_) => {
                    let next = self.chain.as_ref().map_or(0, |chain| chain.next);
                    if bytes.len() >= line::MAX || !line::may_begin(&bytes, next) {
                        return Err(broken(number, Fault::NotARecord));
                    }
                    self.torn = Some((name.to_owned(), number));
                    break;
                }
            }
        }
        Ok(())
    }

    fn line(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let line = Line::read(bytes).ok_or(Fault::NotARecord)?;
        let chain = match &mut self.chain {
            Some(chain) => chain,
            None => {
                self.first = line.seq;
                let chain = begin(&self.start, &line)?;
                self.chain.insert(chain)
            }
        };
        chain.take(&line)?;
        match self.told {
            Some(told) if told.record == line.seq && told.tag != line.tag => Err(Fault::OtherHead),
            _ => Ok(()),
        }
    }

    /// What was verified.
    ///
    /// # Errors
    ///
    /// There was no record, or none with the number of the [head](Self::head) that was told.
    pub fn finish(self) -> Result<Verified, Broken> {
        let whole = |fault| Broken {
            file: String::new(),
            line: 0,
            fault,
        };
        let chain = self.chain.ok_or_else(|| whole(Fault::Empty))?;
        let last = Head {
            record: chain.next.saturating_sub(1),
            tag: chain.previous,
        };
        match self.told {
            Some(head) if head.record > last.record || head.record < self.first => {
                Err(whole(Fault::Cut { head }))
            }
            _ => Ok(Verified {
                first: self.first,
                head: last,
                files: self.files,
                is_torn: self.torn.is_some(),
            }),
        }
    }
}

/// Where the trail stands before its first line, which says so itself.
fn begin(start: &AuditKey, line: &Line<'_>) -> Result<Chain, Fault> {
    let fingerprint = line.field("key").ok_or(Fault::NotARecord)?;
    let previous = line.tag_field("previous").ok_or(Fault::NotARecord)?;
    if fingerprint != start.fingerprint() {
        return Err(Fault::OtherKey);
    }
    if line.seq > Verifier::MAX_FIRST {
        return Err(Fault::NotARecord);
    }
    let key = (0..line.seq).fold(start.clone(), |key, _| key.next());
    Ok(Chain {
        key,
        next: line.seq,
        previous,
    })
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

/// A trail, or a piece of one, whose every record is as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// The first record's number: 0, unless files were left out at the beginning.
    pub first: u64,
    /// The last record.
    pub head: Head,
    /// How many files there were.
    pub files: u64,
    /// The last line has no end: a crash, or it was being written. With a [head](Verifier::head) it
    /// is clear that nothing before was cut.
    pub is_torn: bool,
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            first, head, files, ..
        } = self;
        write!(
            f,
            "records {first} to {} are as written, files: {files}",
            head.record
        )?;
        if *first > 0 {
            write!(f, "\nrecords before {first} were not given")?;
        }
        if self.is_torn {
            f.write_str("\nthe last line has no end: a crash, or it is being written")?;
        }
        write!(f, "\nhead {head}")
    }
}
