//! What Python runs at every start: the code in `.pth` files, and `sitecustomize`. A frozen program runs it from one module.

use std::fmt::Write as _;

use fastice_image::ROOT;

use super::{Collected, Collection};
use crate::analyze::imports::{Context, scan};
use crate::write::Contents;

/// A line of code of a `.pth` file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// The file, below the root.
    pub(crate) file: String,
    /// Which of its lines it is, from 1.
    pub(crate) number: usize,
    /// The code.
    pub(crate) code: String,
}

/// The module that runs the lines, below the root. `importer.py` knows it by this name.
pub(crate) const PATH: &str = "startup.py";

/// How the lines are run; `LINES` follows.
const TEMPLATE: &str = include_str!("../../templates/bootstrap/startup.py");

/// Adds the module to `collection`, if there is anything to run. Returns the names that the code imports.
pub(crate) fn prepare(collection: &mut Collection, site_packages: &str) -> Vec<String> {
    let customize = format!("{site_packages}/sitecustomize.py");
    if collection.files.contains_key(&customize) {
        collection.startup.push(Line {
            file: customize,
            number: 1,
            code: "import sitecustomize".to_owned(),
        });
    }
    if collection.startup.is_empty() {
        return Vec::new();
    }
    let mut source = TEMPLATE.to_owned();
    let mut names = Vec::new();
    source.push_str("\n\nrun(\n");
    for line in &collection.startup {
        let context = Context {
            name: "",
            is_package: false,
            may_be_main: true,
        };
        names.extend(scan(line.code.as_bytes(), context).names.into_keys());
        let _ = writeln!(
            source,
            "    ({}, {}, {}),",
            literal(&format!("{ROOT}/{}", line.file)),
            line.number,
            literal(&line.code)
        );
    }
    source.push_str(")\n");
    let file = Collected {
        contents: Contents::Bytes(source.into_bytes().into()),
        executable: false,
        share: collection.program_share(),
        own: None,
    };
    collection.files.insert(PATH.to_owned(), file);
    names
}

/// `text` as a literal of Python. JSON's are.
fn literal(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
