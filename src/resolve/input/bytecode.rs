//! `fastice build program.pyc`.

use std::path::Path;

use super::script::split;
use crate::compile;
use crate::resolve::context::Context;
use crate::resolve::request::Resolved;
use crate::resolve::{AppTree, Entry};
use crate::ui::format;
use crate::{Code, Error, Result};

/// Length of the header in front of the code object (PEP 552).
const HEADER: usize = 16;

/// Compiled code. Modules beside it are not looked for: nobody knows what else of the directory belongs to it.
pub(super) fn bytecode(context: &Context, path: &Path, contents: &[u8]) -> Result<Resolved> {
    let shown = format::path(path);
    if let Some(choice) = &context.request.choice {
        let message = format!(
            "`{}` chooses within a project, and `{shown}` is a file",
            choice.flag()
        );
        return Err(Error::new(Code::InvalidEntry, message).hint("leave the flag away"));
    }
    let unfit = |message: String| {
        Error::new(Code::UnfitBytecode, message).hint(
            "name the source instead, or compile it with the Python that goes into the executable",
        )
    };
    let (Some(magic), true) = (contents.first_chunk::<4>(), contents.len() > HEADER) else {
        return Err(unfit(format!("`{shown}` is no whole `.pyc` file")));
    };
    let python = context.interpreter;
    if u32::from_le_bytes(*magic) != python.magic {
        // The upper half of the magic number is a line ending.
        let number = u16::from_le_bytes([magic[0], magic[1]]);
        return Err(unfit(format!(
            "`{shown}` is for another Python: its magic number is {number}, and that of Python {} is {}",
            python.version,
            python.magic & 0xffff
        )));
    }
    if compile::names(&contents[HEADER..]).is_none() {
        return Err(unfit(format!("`{shown}` holds no code object")));
    }
    let dependencies = context.dependencies(Vec::new(), None)?;
    let (root, file) = split(&fs_err::canonicalize(path).map_err(Error::io)?)?;
    let app = AppTree {
        root,
        files: vec![file.clone()],
    };
    let stem = path
        .file_stem()
        .unwrap_or(path.as_os_str())
        .to_string_lossy();
    // `name.cpython-313.pyc`, as it lies in `__pycache__`.
    let stem = stem.split(".cpython-").next().unwrap_or(&stem);
    let name = context.name(stem);
    let entry = Some(Entry::Script(file));
    Ok(dependencies.resolved(name, entry, Vec::new(), Some(app), Vec::new()))
}
