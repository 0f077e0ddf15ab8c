//! What each code means at length: `templates/errors/EXXXX.md`, carried in the program.

use include_dir::{Dir, include_dir};

use super::Code;

static EXPLANATIONS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates/errors");

/// The explanation of a code, Markdown. The first line is its title. A test checks that every code has one.
pub fn text(code: Code) -> &'static str {
    EXPLANATIONS
        .get_file(format!("{}.md", code.as_str()))
        .and_then(include_dir::File::contents_utf8)
        .unwrap_or_default()
}

/// The title of an explanation: its heading without the code.
pub fn title(code: Code) -> &'static str {
    let heading = text(code).lines().next().unwrap_or_default();
    heading.split_once(": ").map_or(heading, |(_, title)| title)
}

/// The reference page `docs/reference/errors.md`: all explanations behind one another, one level lower.
pub fn reference() -> String {
    let mut page = String::from(
        "# Error codes\n\n\
         Every error and warning of fastice has a code. `fastice explain CODE` prints what is here. This page is generated from\n\
         `templates/errors/`; `cargo xtask test` says when it is out of date.\n",
    );
    for &code in Code::ALL {
        page.push('\n');
        let mut fenced = false;
        for line in text(code).lines() {
            fenced ^= line.starts_with("```");
            if line.starts_with('#') && !fenced {
                page.push('#');
            }
            page.push_str(line);
            page.push('\n');
        }
    }
    page
}
