//! One page about an executable, for a browser: what takes the room, why each module is there, what a start imports, licences and
//! warnings. The page needs nothing but itself, and its bytes depend on the executable, the warnings and the timeline alone.

mod contents;
mod imports;
mod licenses;
mod page;
pub mod timeline;

use serde::Serialize;

use crate::Result;
use crate::inspect::Executable;
use crate::ui::Warning;

use contents::Group;
use imports::Imports;
use licenses::Licensed;
pub use timeline::Timeline;

/// Everything that a page shows. Lists are written as arrays without names: a page of 5,000 modules stays small.
#[derive(Serialize)]
struct Report<'a> {
    name: &'a str,
    built_by: &'a str,
    python: &'a str,
    platform: &'a str,
    /// What it needs of the machine that it runs on, in words.
    requirement: Option<String>,
    /// Bytes.
    size: u64,
    /// Modules with a code object or machine code.
    modules: usize,
    /// A process begins with a start snapshot.
    snapshot: bool,
    groups: Vec<Group>,
    /// None if the executable holds no record of them.
    imports: Option<Imports>,
    licenses: Vec<Licensed>,
    warnings: &'a [Warning],
    timeline: Option<&'a Timeline>,
}

/// The page about an executable, with the warnings of its build and what a run of it took.
///
/// # Errors
/// When the executable is damaged.
pub fn page(
    executable: &Executable,
    warnings: &[Warning],
    timeline: Option<&Timeline>,
) -> Result<String> {
    let header = executable.header();
    page::render(&Report {
        name: &header.name,
        built_by: &header.built_by,
        python: &header.python.version,
        platform: &header.python.platform,
        requirement: executable.native()?.requirement(),
        size: executable.size(),
        modules: executable.modules()?,
        snapshot: header.snapshot.is_some(),
        groups: contents::groups(executable)?,
        imports: executable
            .graph()?
            .map(|graph| imports::encode(&graph, &header.settings.search_paths)),
        licenses: licenses::list(&executable.bill()?),
        warnings,
        timeline,
    })
}
