//! `mistral-guard screen`: tells prompt injection in a text, and gives the text without it.
//!
//! One line of JSON a text. Findings are places and names of rules, never the text that they are
//! about; the text itself is only in `text`, which is what goes on.

mod allow;
mod explain;
mod options;
mod record;

use std::{
    io::{self, Write},
    time::SystemTime,
};

use tower_mistral::{
    screen::{Date, Screen, Thresholds, Verdict},
    wire::BoxError,
};

pub use self::options::Limit;
pub(crate) use self::options::{screen, thresholds};

use self::record::Record;
use crate::{
    cli::ScreenArgs,
    input::{
        InputError, Problem, Sources,
        lines::{self, Line, MAX_LINE, Reader as _},
    },
};

/// What `--help` says behind the options.
pub const HELP: &str = "\
Writes a line {\"id\", \"score\", \"verdict\", \"findings\", \"text\"} for each text: the
score is between 0 and 1; the verdict is allow, flag, filter or block; start and
end of a finding count characters (code points) of the text that was read; text
is what may go on: the text, filtered if the verdict is filter, null if it is
block. An id is written as it was read. If entries of the allow list let
something pass, their reasons are in \"allowed\".

--explain writes a table to standard error; with --jsonl, each finding has a
\"why\" and each line the parts that its score is made of instead.

A rule file is in TOML, as docs.rs/prompt-screen describes it. An allow list:
  [[allow]]
  text = \"the whole text\"   # or: pattern = \"as in rules\", for parts of texts
  reason = \"why it may pass\"
  until = \"2031-12-31\"      # the last day in UTC; without it, for good

Exit codes: 0 no text is to be filtered or blocked, 1 one is, 2 it could not run
or not to the end.";

/// Screens what `args` name and writes the findings to stdout. Says whether all texts may go on as
/// they are.
///
/// # Errors
///
/// A rule file or an allow list is not what it should be, an input cannot be read or is no UTF-8, a
/// line is no JSON object with a `text`, a text has more than 64 MiB, or stdout is closed. What was
/// read before the error has been answered.
pub fn run(args: &ScreenArgs) -> Result<bool, BoxError> {
    let out = io::stdout().lock();
    let mut lines = Lines {
        screen: screen(&args.rules, &args.judge)?,
        thresholds: thresholds(&args.judge),
        today: Date::of(SystemTime::now()),
        explain: args.explain,
        out,
        written: Vec::new(),
        are_clean: true,
    };
    let mut sources = Sources::new(args.files.clone());
    match args.jsonl {
        true => sources.try_for_each(|source| lines::read(&mut source?, &mut lines))?,
        false => lines.whole(&text(sources)?)?,
    }
    Ok(lines.are_clean)
}

/// All inputs as one text.
fn text(sources: Sources) -> Result<String, InputError> {
    let mut text = String::new();
    for source in sources {
        let mut source = source?;
        while let Some(chunk) = source.next()? {
            text.push_str(chunk);
            if text.len() > MAX_LINE {
                let name = source.name().to_owned();
                return Err(InputError::new(name, Problem::TooLong(MAX_LINE)));
            }
        }
    }
    Ok(text)
}

struct Lines<O> {
    screen: Screen,
    thresholds: Thresholds,
    today: Date,
    explain: bool,
    out: O,
    /// Lines that are to be written.
    written: Vec<u8>,
    are_clean: bool,
}

impl<O: Write> Lines<O> {
    fn whole(&mut self, text: &str) -> Result<(), BoxError> {
        let screening = self.screen.screen_on(text, self.today);
        self.write(&Record::new(None, text, &screening, &self.thresholds));
        self.flush()?;
        if self.explain {
            let table = explain::table(&self.screen, text, &screening, &self.thresholds);
            // A closed stderr is no reason to fail: the line is what was asked for.
            let _ = io::stderr().write_all(table.as_bytes());
        }
        Ok(())
    }

    fn write(&mut self, record: &Record<'_>) {
        self.are_clean &= record.verdict() < Verdict::Filter;
        serde_json::to_writer(&mut self.written, record).expect("these types have a JSON form");
        self.written.push(b'\n');
    }
}

impl<O: Write> lines::Reader for Lines<O> {
    fn line(&mut self, line: &str, _: u64) -> Result<(), Problem> {
        let Line { id, text } = Line::parse(line)?;
        let screen = self.screen.clone();
        let screening = screen.screen_on(&text, self.today);
        let mut record = Record::new(id, &text, &screening, &self.thresholds);
        if self.explain {
            record.explain(&screen, &screening);
        }
        self.write(&record);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), BoxError> {
        self.out.write_all(&self.written)?;
        self.out.flush()?;
        self.written.clear();
        Ok(())
    }
}
