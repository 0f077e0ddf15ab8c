//! `fastice build --interpreter`, `fastice build -c CODE`: no program on the disk.

use crate::resolve::Entry;
use crate::resolve::context::Context;
use crate::resolve::request::Resolved;
use crate::{Code, Error, Result};

/// What runs needs no files of its own.
pub(super) fn nothing(context: &Context) -> Result<Resolved> {
    let entry = match &context.request.choice {
        Some(choice) => choice.entry()?,
        None => None,
    };
    let entry = entry.ok_or_else(|| Error::new(Code::NoEntry, "nothing says what runs"))?;
    let name = match &entry {
        Entry::Command(_) => "command",
        Entry::Stdin => "stdin",
        Entry::Interactive => "prompt",
        _ => "python",
    };
    let dependencies = context.dependencies(Vec::new(), None)?;
    let name = context.name(name);
    Ok(dependencies.resolved(name, Some(entry), Vec::new(), None, Vec::new()))
}
