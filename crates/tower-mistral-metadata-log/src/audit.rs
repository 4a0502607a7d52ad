//! A trail of records that shows when somebody has been at it.
//!
//! [`AuditTrail`] is a sink that writes each record as a line of JSON into files of one directory.
//! Each line carries its number and a tag: a keyed hash (HMAC-SHA-256) of the line and of the tag
//! before it. After each line the key is replaced by a one-way function of itself, and the old one
//! is forgotten. [`Verifier`] reads the files with the first key, the *start key*, and names the
//! first line that is not as it was written.
//!
//! ```no_run
//! use tower_mistral_metadata_log::{
//!     MetadataLogLayer,
//!     audit::{AuditKey, AuditTrail, Verifier},
//! };
//!
//! let key = AuditKey::read("/media/offline/start.key".as_ref())?;
//! let trail = AuditTrail::builder("/var/log/mistral-audit").start_key(key).open()?;
//! let layer = MetadataLogLayer::new().also(trail);
//!
//! // Elsewhere, later:
//! let key = AuditKey::read("/media/offline/start.key".as_ref())?;
//! let mut verifier = Verifier::new(key);
//! let name = "audit-000000000000.jsonl";
//! verifier.file(name, std::io::BufReader::new(std::fs::File::open(name)?))?;
//! println!("{}", verifier.finish()?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Who is trusted with what
//!
//! The **start key** is 32 bytes in a file of 64 hexadecimal digits (`openssl rand -hex 32`). Whoever
//! holds it can verify the whole trail, and could also write all of it anew: it belongs to whoever
//! checks the trail, not to whoever runs the program. The program needs it once, when the directory
//! is empty; after that, take it off the machine.
//!
//! The **current key** is in the file `state` beside the trail, readable by its owner alone, and in
//! the memory of the program. Somebody who takes over the machine has it from then on:
//!
//! - They cannot change, drop, insert or reorder what was written before, without [`Verifier`]
//!   telling so: the keys of those lines are gone, and cannot be had from the current one.
//! - They *can* go on writing lines that verify, with whatever they like in them.
//! - They can cut lines off the end, and go on from an earlier key if they kept a copy of one. This
//!   shows by a *head*, the number and the tag of a line, that was told elsewhere before: heads go
//!   to [`Builder::on_head`], by default as events of `tracing`. A cut that is younger than the last
//!   head you have does not show. Send heads to where the machine cannot take them back.
//! - They can delete all. A trail that does not begin with record 0 was given from its middle on:
//!   see [`Verified::first`].
//!
//! The key before the current one is overwritten in its place; what a file system with copies on
//! write, a journal, a snapshot or a backup of the directory keeps of it is out of reach. Leave
//! `state` out of backups: with an old one, all since can be forged.
//!
//! # What a crash costs
//!
//! A line is written, and [`on_record`](crate::OnRecord::on_record) has returned, before the reader
//! of a reply gets its end: if the process dies, records of calls that have ended are there, and the
//! last line may be torn. It is taken off when the trail is opened again, and the next record says how
//! many bytes it had. If the *machine* dies, what the system has not written to its disk is lost,
//! unless [`Builder::sync`] is set; the trail then may not be opened again without a new directory.
//!
//! # When the trail cannot be written
//!
//! The disk is full, or does not answer. Records wait, up to [`Builder::capacity`]; more are lost and
//! counted, in [`AuditTrail::lost`] and by a record of the trail as soon as it can be written.
//! [`OnFailure::Refuse`] refuses calls meanwhile, with a 503 in the API's error shape. What a call
//! waits for its record is bounded by [`Builder::patience`].

mod builder;
mod error;
mod handle;
mod key;
mod line;
mod queue;
mod state;
mod trail;
mod verify;
mod writer;

pub use self::{
    builder::Builder,
    error::{Broken, Fault, OpenError},
    handle::{AuditTrail, OnFailure},
    key::{AuditKey, Head},
    verify::{Verified, Verifier},
};
