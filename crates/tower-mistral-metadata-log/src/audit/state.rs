//! Where a trail goes on: the current key and the place of the next line. The file is the lock, too.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{AuditKey, OpenError, key::Tag};

/// Where the next line goes.
#[derive(Clone)]
pub(super) struct Position {
    pub(super) key: AuditKey,
    pub(super) seq: u64,
    pub(super) previous: Tag,
    /// The first record of the file, which is its name.
    pub(super) first: u64,
    /// The bytes of the file.
    pub(super) len: u64,
    /// The fingerprint of the start key.
    pub(super) fingerprint: [u8; 16],
}

const MAGIC: &[u8; 8] = b"tmaudit1";
const FIELDS: usize = 8 + 8 + 8 + 8 + 8 + 16 + 32 + 32;
const SLOT: usize = FIELDS + 32;
/// Slots are written in turn, a sector each, so that a crash while one is written leaves the other.
const SLOT_AT: [u64; 2] = [0, 512];

pub(super) struct State {
    file: File,
    /// How often it was written.
    turn: u64,
}

impl State {
    /// Opens and locks the file; the position is none in a new one.
    pub(super) fn open(path: &Path) -> Result<(Self, Option<Position>, bool), OpenError> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(OpenError::io(path))?;
        match fs4::FileExt::try_lock(&file) {
            Ok(()) => {}
            Err(fs4::TryLockError::WouldBlock) => return Err(OpenError::Locked),
            Err(fs4::TryLockError::Error(error)) => {
                return Err(OpenError::Io(path.to_owned(), error));
            }
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(2048));
        let read = (&mut file).take(1024).read_to_end(&mut bytes);
        read.map_err(OpenError::io(path))?;
        let slots = SLOT_AT.iter().filter_map(|at| {
            let slot = bytes.get(usize::try_from(*at).ok()?..)?.get(..SLOT)?;
            read_slot(slot)
        });
        let last = slots.max_by_key(|(turn, _)| *turn);
        let is_new = bytes.is_empty();
        let (turn, position) = match last {
            Some((turn, position)) => (turn, Some(position)),
            None => (0, None),
        };
        Ok((Self { file, turn }, position, is_new))
    }

    /// Writes the position, then blanks the one before: its key is to be gone.
    pub(super) fn write(&mut self, position: &Position, sync: bool) -> io::Result<()> {
        let turn = self.turn + 1;
        let [even, odd] = SLOT_AT;
        let (this, other) = if turn % 2 == 0 {
            (even, odd)
        } else {
            (odd, even)
        };
        self.put(this, &slot(turn, position))?;
        if sync {
            self.file.sync_data()?;
        }
        self.put(other, &[0; SLOT])?;
        self.turn = turn;
        Ok(())
    }

    fn put(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(at))?;
        self.file.write_all(bytes)
    }
}

fn slot(turn: u64, position: &Position) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(SLOT));
    out.extend_from_slice(MAGIC);
    for number in [turn, position.seq, position.first, position.len] {
        out.extend_from_slice(&number.to_be_bytes());
    }
    out.extend_from_slice(&position.fingerprint);
    out.extend_from_slice(position.key.bytes());
    out.extend_from_slice(&position.previous);
    let check = Sha256::digest(&*out);
    out.extend_from_slice(&check);
    out
}

fn read_slot(slot: &[u8]) -> Option<(u64, Position)> {
    let (fields, check) = slot.split_at_checked(FIELDS)?;
    if Sha256::digest(fields).as_slice() != check {
        return None;
    }
    let mut rest = fields.strip_prefix(MAGIC)?;
    let turn = u64::from_be_bytes(take(&mut rest)?);
    let (seq, first) = (take(&mut rest)?, take(&mut rest)?);
    let (len, fingerprint) = (take(&mut rest)?, take(&mut rest)?);
    let position = Position {
        seq: u64::from_be_bytes(seq),
        first: u64::from_be_bytes(first),
        len: u64::from_be_bytes(len),
        fingerprint,
        key: AuditKey::new(take(&mut rest)?),
        previous: take(&mut rest)?,
    };
    Some((turn, position))
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(*head)
}
