//! Places in the user's sources, for errors.

use std::ops::Range;
use std::path::Path;

use crate::compile::SourceError;
use crate::error::Place;

/// The place of `span`, in bytes, in the file at `path`.
pub(crate) fn place_of_span(path: &Path, source: &[u8], span: &Range<usize>, label: &str) -> Place {
    Place {
        path: path.to_owned(),
        text: String::from_utf8_lossy(source).into_owned(),
        start: span.start,
        len: span.len().max(1),
        label: label.to_owned(),
    }
}

/// The place that a compiler's error names.
pub(crate) fn place_of_error(path: &Path, source: &[u8], error: &SourceError) -> Place {
    let text = String::from_utf8_lossy(source).into_owned();
    let start = offset(&text, error.line, error.column);
    let end = offset(&text, error.end_line, error.end_column);
    Place {
        path: path.to_owned(),
        start,
        len: end.saturating_sub(start).max(1),
        text,
        label: error.message.clone(),
    }
}

/// Offset in bytes of a line and a column, both counted from 1, columns in characters. Never behind
/// the end of the line.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let line = text[before..].lines().next().unwrap_or_default();
    let within = line
        .char_indices()
        .nth(column.saturating_sub(1))
        .map_or(line.len(), |(offset, _)| offset);
    before + within
}

#[cfg(test)]
mod tests {
    use super::offset;

    #[test]
    fn counts_characters_not_bytes() {
        let text = "a\né = (\nz";
        assert_eq!(offset(text, 1, 1), 0);
        assert_eq!(offset(text, 2, 1), 2);
        assert_eq!(offset(text, 2, 2), 4);
        assert_eq!(offset(text, 2, 99), 8);
        assert_eq!(offset(text, 3, 1), 9);
        assert_eq!(offset(text, 9, 1), 10);
    }
}
