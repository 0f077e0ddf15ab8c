//! Scripts and the metadata inside them (PEP 723, now "inline script metadata" of the Python packaging specifications).

use std::ops::Range;
use std::path::Path;

use serde::Deserialize;

use crate::error::Place;
use crate::ui::format;
use crate::{Code, Error, Result};

/// What a script says about itself. Other tables of the block belong to other tools.
#[derive(Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Metadata {
    /// Versions of Python it runs on.
    pub(super) requires_python: Option<String>,
    /// Requirements.
    #[serde(default)]
    pub(super) dependencies: Vec<String>,
}

/// A block found in the comments of a script.
pub(crate) struct Block {
    /// Its lines without the comment signs.
    pub(crate) content: String,
    /// For each line of the content: where it begins there, and where in the script.
    lines: Vec<(usize, usize)>,
    /// Where its first line lies in the script.
    opening: Range<usize>,
}

impl Block {
    /// From a span of the content to one of the script.
    pub(crate) fn to_script(&self, span: Range<usize>) -> Range<usize> {
        let line = self
            .lines
            .partition_point(|&(start, _)| start <= span.start)
            .saturating_sub(1);
        match self.lines.get(line) {
            Some(&(content, script)) => {
                let start = script + span.start - content;
                start..start + span.len().max(1)
            }
            None => self.opening.clone(),
        }
    }
}

/// The metadata block of the script `text`, if there is one.
///
/// # Errors
/// [`Code::ScriptMetadata`] with the place when there are two.
pub(crate) fn block(path: &Path, text: &str) -> Result<Option<Block>> {
    let mut blocks = blocks(text).into_iter();
    let first = blocks.next();
    match blocks.next() {
        None => Ok(first),
        Some(second) => Err(invalid(
            path,
            text,
            format!("`{}` has two `script` blocks", format::path(path)),
            second.opening,
            "the second begins here",
        )),
    }
}

/// Reads the metadata of the script `text`; a script without a block has none.
///
/// # Errors
/// [`Code::ScriptMetadata`] with the place when there are two blocks or the block is no valid TOML.
pub(super) fn read(path: &Path, text: &str) -> Result<Metadata> {
    let Some(block) = block(path, text)? else {
        return Ok(Metadata::default());
    };
    toml::from_str(&block.content).map_err(|error| {
        let span = error
            .span()
            .map_or(block.opening.clone(), |span| block.to_script(span));
        let sentence = format!("the metadata of `{}` is not valid", format::path(path));
        invalid(path, text, sentence, span, error.message())
    })
}

fn invalid(path: &Path, text: &str, sentence: String, span: Range<usize>, label: &str) -> Error {
    Error::new(Code::ScriptMetadata, sentence).at(Place {
        path: path.to_owned(),
        text: text.to_owned(),
        start: span.start,
        len: span.len(),
        label: label.to_owned(),
    })
}

/// The blocks of type `script`. As the specification has it, a block reaches to the last closing line of an unbroken
/// run of comments.
fn blocks(text: &str) -> Vec<Block> {
    let mut lines = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        lines.push((offset, line.trim_end_matches(['\n', '\r'])));
        offset += line.len();
    }
    let is_content = |line: &str| line == "#" || line.starts_with("# ");
    let mut found = Vec::new();
    let mut number = 0;
    while let Some(&(start, line)) = lines.get(number) {
        number += 1;
        if line.trim_end() != "# /// script" {
            continue;
        }
        let run = lines[number..]
            .iter()
            .take_while(|(_, line)| is_content(line))
            .count();
        let Some(closing) = lines[number..number + run]
            .iter()
            .rposition(|(_, line)| line.trim_end() == "# ///")
        else {
            continue;
        };
        let mut block = Block {
            content: String::new(),
            lines: Vec::new(),
            opening: start..start + line.len(),
        };
        for &(start, line) in &lines[number..number + closing] {
            let content = line.strip_prefix("# ").unwrap_or_default();
            block
                .lines
                .push((block.content.len(), start + line.len() - content.len()));
            block.content.push_str(content);
            block.content.push('\n');
        }
        found.push(block);
        number += closing + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Metadata> {
        super::read(Path::new("s.py"), text)
    }

    #[test]
    fn a_script_without_a_block_asks_for_nothing() {
        assert_eq!(read("print(1)\n").unwrap(), Metadata::default());
    }

    #[test]
    fn dependencies_and_python_are_read() {
        let text = "#!/usr/bin/env python\n# /// script\n# requires-python = \">=3.11\"\n# dependencies = [\n#   \"rich\",\n#\n# ]\n# ///\nimport rich\n";
        let metadata = read(text).unwrap();
        assert_eq!(metadata.dependencies, ["rich"]);
        assert_eq!(metadata.requires_python.as_deref(), Some(">=3.11"));
    }

    #[test]
    fn other_blocks_and_unclosed_ones_are_comments() {
        let text = "# /// other\n# dependencies = 3\n# ///\n\n# /// script\n# dependencies = 3\n";
        assert_eq!(read(text).unwrap(), Metadata::default());
    }

    #[test]
    fn an_error_points_into_the_script() {
        let text = "# /// script\n# dependencies = [\"a\"\n# requires-python = 3\n# ///\n";
        let error = read(text).unwrap_err();
        let place = error.place().unwrap();
        assert!(text[..place.start].lines().count() >= 2, "{place:?}");
        assert_eq!(error.code(), Code::ScriptMetadata);
    }

    #[test]
    fn two_blocks_are_an_error() {
        let text = "# /// script\n# ///\n\n# /// script\n# ///\n";
        assert_eq!(read(text).unwrap_err().code(), Code::ScriptMetadata);
    }
}
