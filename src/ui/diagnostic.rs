//! An [`Error`] as a person sees it on stderr.

use std::fmt::Write as _;

use clap::builder::styling::{AnsiColor, Style};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceSpan};

use super::format;
use crate::error::{Code, Error, Place};

/// How grave it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The command failed.
    Error,
    /// The command goes on.
    Warning,
}

const BOLD: Style = Style::new().bold();
const RED: Style = Style::new().bold().fg_color(Some(color(AnsiColor::Red)));
const YELLOW: Style = Style::new().bold().fg_color(Some(color(AnsiColor::Yellow)));
const CYAN: Style = Style::new().bold().fg_color(Some(color(AnsiColor::Cyan)));

const fn color(color: AnsiColor) -> clap::builder::styling::Color {
    clap::builder::styling::Color::Ansi(color)
}

/// Writes headline, causes, source frame and hint, each on lines of their own, with ANSI styles; ends with a newline.
pub fn render(error: &Error, severity: Severity) -> String {
    let (word, style) = match severity {
        Severity::Error => ("error", RED),
        Severity::Warning => ("warning", YELLOW),
    };
    let mut out = headline(word, style, Some(error.code()), &error.to_string());
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        push_cause(&mut out, &inner.to_string());
        cause = inner.source();
    }
    if let Some(place) = error.place() {
        out.push_str(&frame(place));
    }
    if let Some(hint) = error.remedy() {
        out.push_str(&headline("hint", CYAN, None, hint));
    }
    out
}

fn headline(word: &str, style: Style, code: Option<Code>, text: &str) -> String {
    let code = code
        .map(|code| format!("[{}]", code.as_str()))
        .unwrap_or_default();
    format!("{style}{word}{code}{style:#}{BOLD}:{BOLD:#} {text}\n")
}

/// Indents a cause of any number of lines below the headline.
fn push_cause(out: &mut String, text: &str) {
    for (number, line) in text.trim_end().lines().enumerate() {
        if number == 0 {
            let _ = writeln!(out, "  {BOLD}cause:{BOLD:#} {line}");
        } else {
            let _ = writeln!(out, "{}", format!("         {line}").trim_end());
        }
    }
}

/// The lines around a place in a user's file, marked; without miette's own headline. Where a line is too long to be looked
/// at, only where it is.
fn frame(place: &Place) -> String {
    const LONGEST: usize = 500;
    let start = place.start.min(place.text.len());
    let before = &place.text.as_bytes()[..start];
    let line = before.split(|&byte| byte == b'\n').count();
    let shown = place.text.lines().skip(line.saturating_sub(2)).take(3);
    if shown.map(str::len).max() > Some(LONGEST) {
        let column = before
            .iter()
            .rev()
            .take_while(|&&byte| byte != b'\n')
            .count();
        let path = format::path(&place.path);
        return format!("  at {path}:{line}:{}: {}\n", column + 1, place.label);
    }
    let mut report = String::new();
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode())
        .with_links(false)
        .with_context_lines(1);
    if handler
        .render_report(&mut report, &Framed::new(place))
        .is_err()
    {
        return format!("  at {}\n", format::path(&place.path));
    }
    // The frame begins at its upper corner; what comes before is the (empty) headline.
    let lines: Vec<&str> = report
        .lines()
        .skip_while(|line| !line.contains('╭'))
        .collect();
    lines.iter().fold(String::new(), |mut out, line| {
        out.push_str(line.trim_end());
        out.push('\n');
        out
    })
}

/// A place in the shape that miette draws.
#[derive(Debug)]
struct Framed {
    source: NamedSource<String>,
    span: SourceSpan,
    label: String,
}

impl Framed {
    fn new(place: &Place) -> Self {
        let start = place.start.min(place.text.len());
        let len = place.len.min(place.text.len() - start);
        Self {
            source: NamedSource::new(format::path(&place.path), place.text.clone()),
            span: (start, len).into(),
            label: place.label.clone(),
        }
    }
}

impl std::fmt::Display for Framed {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Framed {}

impl miette::Diagnostic for Framed {
    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(&self.source)
    }
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = LabeledSpan::new_primary_with_span(Some(self.label.clone()), self.span);
        Some(Box::new(std::iter::once(label)))
    }
}
