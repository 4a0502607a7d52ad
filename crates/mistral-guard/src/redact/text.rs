//! Text in, text out.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use tower_mistral::{
    redactor::{Edit, End},
    wire::BoxError,
};

use super::{feed::Feed, position::Position, rules::Rules};
use crate::input::Sources;

/// Redacts `sources` as one text. With `why`, each finding is explained on `log`.
pub(super) fn run(
    sources: Sources,
    mut feed: Feed,
    why: Option<&Rules>,
    out: impl Write,
    log: impl Write,
) -> Result<(), BoxError> {
    let mut page = Page::new(why, out, log);
    let read = read(sources, &mut feed, &mut page);
    let end = match read {
        Ok(()) => End::Complete,
        Err(_) => End::Cut,
    };
    feed.finish(end, &mut |raw, edit| page.take(raw, edit));
    let written = page.write();
    read?;
    Ok(written?)
}

fn read<O: Write, L: Write>(
    sources: Sources,
    feed: &mut Feed,
    page: &mut Page<'_, O, L>,
) -> Result<(), BoxError> {
    for source in sources {
        let mut source = source?;
        while let Some(text) = source.next()? {
            feed.push(text, &mut |raw, edit| page.take(raw, edit));
            page.write()?;
        }
    }
    Ok(())
}

/// What is decided, on its way out.
struct Page<'r, O, L> {
    out: O,
    text: String,
    log: L,
    explained: String,
    explain: Option<(&'r Rules, Position)>,
}

impl<'r, O: Write, L: Write> Page<'r, O, L> {
    fn new(why: Option<&'r Rules>, out: O, log: L) -> Self {
        Self {
            out,
            text: String::new(),
            log,
            explained: String::new(),
            explain: why.map(|rules| (rules, Position::start())),
        }
    }

    fn take(&mut self, raw: &str, edit: &Edit) {
        match edit {
            Edit::Replace { with, .. } => self.text.push_str(with),
            _ => self.text.push_str(raw),
        }
        let Some((rules, position)) = &mut self.explain else {
            return;
        };
        match edit {
            // Without a text it goes on with a finding that was explained.
            Edit::Replace { entity, with, .. } if !with.is_empty() => {
                let why = rules.why(entity);
                // Writing to a String cannot fail.
                let _ = writeln!(self.explained, "{position}: {entity}: {why}");
            }
            _ => {}
        }
        position.pass(raw);
    }

    /// Writes all, so that a reader sees what is decided before the next read, which may wait.
    fn write(&mut self) -> io::Result<()> {
        self.out.write_all(self.text.as_bytes())?;
        self.out.flush()?;
        self.text.clear();
        // A closed stderr is no reason to stop: the text is what was asked for.
        let _ = self.log.write_all(self.explained.as_bytes());
        self.explained.clear();
        Ok(())
    }
}
