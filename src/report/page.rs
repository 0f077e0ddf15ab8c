//! The page itself: templates, and data that the scripts in them read.

use serde::Serialize;

use crate::{Code, Error, Result};

const PAGE: &str = include_str!("../../templates/report/page.html");
const STYLE: &str = include_str!("../../templates/report/page.css");

/// In the order in which they use each other.
const SCRIPTS: [&str; 7] = [
    include_str!("../../templates/report/common.js"),
    include_str!("../../templates/report/cells.js"),
    include_str!("../../templates/report/size.js"),
    include_str!("../../templates/report/imports.js"),
    include_str!("../../templates/report/timeline.js"),
    include_str!("../../templates/report/lists.js"),
    include_str!("../../templates/report/main.js"),
];

/// The page with `data` in it.
pub(super) fn render(data: &impl Serialize) -> Result<String> {
    let json = serde_json::to_string(data).map_err(|error| {
        Error::new(Code::Io, "the report cannot be written as JSON").caused_by(error)
    })?;
    // `<` ends the element that the data lies in if `/script` or `!--` follows; in JSON it is only in strings.
    let json = json.replace('<', "\\u003c");
    let mut page = String::new();
    for line in PAGE.lines() {
        match line.trim() {
            "{{style}}" => page.push_str(STYLE),
            "{{data}}" => {
                page.push_str(&json);
                page.push('\n');
            }
            "{{script}}" => SCRIPTS.iter().for_each(|script| page.push_str(script)),
            _ => {
                page.push_str(line);
                page.push('\n');
            }
        }
    }
    Ok(page)
}
