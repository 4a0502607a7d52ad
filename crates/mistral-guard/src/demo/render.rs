//! The demo as a page of 80 columns.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::{
    scenes::Scene,
    stage::{Event, Exchange},
};
use crate::logging;

/// Columns of the page, of a label, and of what stands behind it.
const WIDTH: usize = 80;
const LABEL: usize = 14;
const TEXT: usize = WIDTH - 2 - LABEL;
/// Columns of the left half of the table of events.
const HALF: usize = 24;

const TITLE: Style = Style::new().bold();
const QUIET: Style = Style::new().dimmed();
const BAD: Style = AnsiColor::Red.on_default();
const GOOD: Style = AnsiColor::Green.on_default().bold();

const PLACEHOLDERS: [&str; 5] = ["[FILTERED]", "[EMAIL]", "[SSN]", "[SCRIPT]", "[REDACTED]"];

/// Writes the page as the scenes are played.
pub(crate) struct Render<W> {
    out: W,
    has_events: bool,
}

impl<W: Write> Render<W> {
    pub(crate) fn new(out: W) -> Self {
        Self {
            out,
            has_events: false,
        }
    }

    pub(crate) fn head(&mut self) -> io::Result<()> {
        let title = "four calls through the guard to a stand-in for the API";
        writeln!(self.out, "{TITLE}mistral-guard{TITLE:#}: {title}")?;
        let quiet = "On this machine only: no key of yours and no network. Keys go by fingerprint.";
        writeln!(self.out, "{QUIET}{quiet}{QUIET:#}")
    }

    pub(crate) fn scene(&mut self, number: usize, scene: &Scene) -> io::Result<()> {
        self.has_events = false;
        let title = format!("{number}. {} ", scene.title);
        let line = "─".repeat(WIDTH.saturating_sub(title.chars().count()));
        writeln!(
            self.out,
            "\n{TITLE}{title}{TITLE:#}{QUIET}{line}{QUIET:#}\n"
        )?;
        self.field("app sent", scene.prompt, scene.planted)
    }

    /// A row of the table, as the event comes in.
    pub(crate) fn event(&mut self, event: Event<'_>) -> io::Result<()> {
        if event.answered.is_empty() && event.got.is_empty() {
            return Ok(());
        }
        if !self.has_events {
            self.has_events = true;
            let (left, right) = ("API answered", "reader got, as it arrived");
            writeln!(
                self.out,
                "{:LABEL$}  {QUIET}{left:HALF$}{right}{QUIET:#}",
                "  events"
            )?;
        }
        let quote = |text: &str| format!("{text:?}");
        write!(self.out, "{:LABEL$}  {:HALF$}", "", quote(event.answered))?;
        match event.got {
            "" => writeln!(self.out, "{QUIET}held back{QUIET:#}")?,
            got => {
                self.coloured(&quote(got), &[])?;
                writeln!(self.out)?;
            }
        }
        self.out.flush()
    }

    pub(crate) fn exchange(&mut self, exchange: &Exchange) -> io::Result<()> {
        let planted = exchange.scene.planted;
        for (n, saw) in exchange.saw.iter().enumerate() {
            let label = if n == 0 { "API saw" } else { "then" };
            self.field(label, &saw.text, planted)?;
            let status = saw
                .status
                .map_or("no answer".to_owned(), |status| status.to_string());
            let under = format!("with key {}, answered {status}", saw.key);
            writeln!(self.out, "{:LABEL$}  {QUIET}{under}{QUIET:#}", "")?;
        }
        self.field("API answered", &exchange.answered.text(), planted)?;
        self.field("reader got", &exchange.got.text(), planted)?;
        let mark = exchange
            .mark
            .as_ref()
            .map(|mark| format!(", x-mistral-guard: {mark}"));
        let under = format!("status {}{}", exchange.status, mark.unwrap_or_default());
        writeln!(self.out, "{:LABEL$}  {QUIET}{under}{QUIET:#}", "")?;
        self.field("logged", &logging::line(&exchange.record), &[])
    }

    pub(crate) fn foot(&mut self) -> io::Result<()> {
        writeln!(self.out, "\n{QUIET}{}{QUIET:#}\n", "─".repeat(WIDTH))?;
        writeln!(
            self.out,
            "The log has the numbers of a call and none of its words. Next:\n"
        )?;
        let next = [
            (
                "mistral-guard serve --demo-upstream",
                "try it with any SDK or curl, no key",
            ),
            ("mistral-guard serve", "in front of the real API"),
            ("mistral-guard demo --json", "all of the above as data"),
        ];
        for (command, what) in next {
            writeln!(
                self.out,
                "  {TITLE}{command:38}{TITLE:#}{QUIET}{what}{QUIET:#}"
            )?;
        }
        Ok(())
    }

    /// A label, and a text behind it in as many lines as it takes.
    fn field(&mut self, label: &str, text: &str, planted: &[&str]) -> io::Result<()> {
        for (n, line) in wrap(text).iter().enumerate() {
            let label = if n == 0 { label } else { "" };
            write!(self.out, "  {QUIET}{label:LABEL$}{QUIET:#}")?;
            self.coloured(line, planted)?;
            writeln!(self.out)?;
        }
        Ok(())
    }

    fn coloured(&mut self, line: &str, planted: &[&str]) -> io::Result<()> {
        let bad = planted.iter().map(|needle| (*needle, BAD));
        let needles: Vec<_> = bad
            .chain(PLACEHOLDERS.map(|needle| (needle, GOOD)))
            .collect();
        let mut rest = line;
        while let Some((before, needle, style, after)) = first(rest, &needles) {
            write!(self.out, "{before}{style}{needle}{style:#}")?;
            rest = after;
        }
        write!(self.out, "{rest}")
    }
}

/// The first of the needles in `text`, with what is before and after it.
fn first<'t>(
    text: &'t str,
    needles: &[(&'t str, Style)],
) -> Option<(&'t str, &'t str, Style, &'t str)> {
    let found = needles.iter().filter_map(|(needle, style)| {
        let (before, after) = text.split_once(needle)?;
        Some((before, *needle, *style, after))
    });
    found.min_by_key(|(before, ..)| before.len())
}

/// Lines of at most [`TEXT`] columns, broken between words.
fn wrap(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            let len = line.chars().count() + 1 + word.chars().count();
            if !line.is_empty() && len > TEXT {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}
