//! The stages after `resolve`, in their order.

mod assemble;
mod entry;
mod flavour;
mod plan;
mod policy;
mod prepare;
mod shares;
mod sourceless;
mod whole_python;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use fastice_image::{
    AuditHook, Extent, Footer, Header, Image, NewSnapshot, PythonConfig, Settings, Written,
    before_snapshot, write_ending,
};
use serde::Serialize;
use xxhash_rust::xxh3::Xxh3;

use crate::analyze::{Sources, analyze, frozen};
use crate::audit::{self, Native};
use crate::bom::{self, Bill, cyclonedx, spdx};
use crate::collect::{collect, modules, startup};
use crate::compile::{Cache, Compiler};
use crate::inspect::Hardening;
use crate::interrupt::TempDir;
use crate::provenance::{self, Facts, Provenance};
use crate::resolve::Application;
use crate::rules;
use crate::runtime::{MANIFEST, Pack, library_directory};
use crate::ui::Reporter;
use crate::write::standard::{Standard, packed_code};
use crate::write::{Contents, Draft, FileEntry, Layout, Target, bootstrap, write_image};
use crate::{Code, Error, Result, cache, snapshot};

pub use plan::Planned;
pub use policy::Policy;
pub(crate) use shares::SNAPSHOT;
use shares::{STANDARD_LIBRARY, Shares};

/// What the user may decide about the stages after `resolve`.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct FreezeOptions {
    /// Optimization level of the code objects, 0 to 2: `python`, `python -O`, `python -OO`.
    pub optimization_level: u8,
    /// Standard modules (dotted; a package means all of it) to take although no import of them was
    /// found.
    pub include_modules: Vec<String>,
    /// Modules that a traced run imported: standard modules among them are taken.
    pub traced_modules: Vec<String>,
    /// Standard modules (dotted; a package means all of it) to leave out although they are
    /// imported.
    pub exclude_modules: Vec<String>,
    /// How the interpreter is set up. Search path and optimization level are filled in.
    pub settings: Settings,
    /// Leave the sources of modules out.
    pub leave_sources: bool,
    /// Do not take libraries of this machine that native code needs.
    pub leave_libraries: bool,
    /// Libraries of this machine to take although nothing is seen to need them: names or paths.
    pub include_libraries: Vec<String>,
    /// Modules to make frozen modules: dotted names (a package means all of it), `:stdlib:` or `:all:`.
    pub freeze: Vec<String>,
    /// The flavour of the runtime; if nothing is said, the smallest that has what the program imports.
    pub flavour: Option<String>,
    /// What a process begins with; if nothing is said, what is possible.
    pub snapshot: Option<snapshot::Choice>,
    /// Modules for a snapshot of the program's imports, in place of its first ones.
    pub preload: Vec<String>,
    /// Only a runtime that is hardened will do.
    pub hardened: bool,
    /// Fields of `PyPreConfig` and `PyConfig` for further programs that are set up in another way, by their names.
    pub bin_configs: BTreeMap<String, PythonConfig>,
    /// Overwrite an output that fastice did not make.
    pub force: bool,
    /// What is not written.
    pub policy: Policy,
    /// Write nothing, and say what would be written.
    pub dry_run: bool,
}

/// What came out of a build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The executable.
    pub output: PathBuf,
    /// Its length, in bytes.
    pub size: u64,
    /// What takes the room, the largest first. The sizes add up to `size`.
    pub parts: Vec<Part>,
    /// Modules with a code object in the image.
    pub modules: usize,
    /// Its native code.
    pub native: Native,
    /// After a dry run: every file that would go in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<Vec<Planned>>,
}

/// A share of the executable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Where it comes from.
    pub origin: Origin,
    /// Normalized name of the distribution, or what else it is: `stub`, `standard library`, `app`,
    /// `index`.
    pub name: String,
    /// Version of the distribution.
    pub version: Option<String>,
    /// Files.
    pub files: usize,
    /// Bytes in the executable, as stored.
    pub size: u64,
}

/// Origin of a [`Part`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The runtime: stub, bootstrap, standard library.
    Runtime,
    /// The project's own files.
    Program,
    /// An installed distribution.
    Distribution,
    /// Libraries of the machine that built it.
    System,
    /// Index and archive directory.
    Container,
}

/// Checks beforehand that [`freeze`] may write to `output`; the rest it finds out when it writes.
///
/// # Errors
/// [`Code::OutputIsDirectory`](crate::Code::OutputIsDirectory), [`Code::OutputExists`](crate::Code::OutputExists), or why it
/// cannot be looked at.
pub fn check_output(output: &Path, force: bool) -> Result<()> {
    Target::new(output, force).map(|_| ())
}

/// Freezes `application` into one executable at `output`. Nothing is left behind when it fails.
///
/// # Errors
/// When a stage fails; the error says which input was at fault.
pub fn freeze(
    application: &Application,
    options: &FreezeOptions,
    pack: &Pack,
    output: &Path,
    reporter: &dyn Reporter,
) -> Result<Summary> {
    let target = Target::new(output, options.force)?;
    let identity = &pack.header().python;
    let library = pack.standard_library()?;

    reporter.stage("Collecting files");
    let site_packages = format!("{}/site-packages", library_directory(identity));
    let mut collection = collect(application, &site_packages, reporter)?;
    rules::apply(&mut collection, reporter)?;
    let mut program = prepare::prepare(
        application,
        &mut collection,
        pack,
        &library,
        &options.bin_configs,
    )?;
    program
        .imports
        .extend(startup::prepare(&mut collection, &site_packages));

    reporter.stage("Auditing native libraries");
    let stub = pack.stub()?;
    let hardening = Hardening::of(stub);
    if options.hardened && !hardening.is_some_and(|held| held.position_independent) {
        return Err(not_hardened());
    }
    let wishes = audit::Wishes {
        needed: !options.leave_libraries,
        wanted: &options.include_libraries,
    };
    let native = audit::prepare(&mut collection, stub, identity, &wishes)?;
    native
        .warnings()
        .for_each(|warning| reporter.warn(&warning));

    reporter.stage("Compiling modules");
    let modules = modules::find(collection.files.keys().map(String::as_str), identity);
    let search_paths = entry::search_paths(application, &collection, identity);
    let level = options.optimization_level;
    let cache = Cache::new(&cache::directory()?, identity.magic);
    let compiler = Compiler::new(pack.python(), Some(cache));
    let mut compiled = assemble::compile(&collection, &modules, &compiler, level, reporter)?;

    reporter.stage("Following imports");
    // Only in what Python has accepted: the scanner relies on limits that the compiler sets, such
    // as that of nesting.
    let sources = Sources {
        collection: &collection,
        modules: &modules,
        roots: &search_paths,
        is_python: &|origin| compiled.codes.contains_key(origin),
        runs: &|origin| program.runs(origin),
    };
    let mut needs = analyze(&sources, &library, options, &program.imports)?;
    let is_used = |origin: &str| program.runs(origin) || needs.is_imported(&sources, origin);
    compiled.report(&collection, &is_used, reporter)?;
    for (_, warning) in needs.missing.iter().filter(|(origin, _)| is_used(origin)) {
        reporter.warn(warning);
    }
    let flavour = flavour::choose(application, options, pack, &mut needs, reporter)?;
    let stub = &*flavour.stub;
    let record = Provenance::record(&Facts {
        modules: &modules,
        roots: &search_paths,
        needs: &needs,
        library: &library,
        entry: &program.imports,
    })
    .encode()?;
    if !options.leave_sources {
        compiled.leave_warnings(&|origin| program.runs(origin));
    }
    let (mut program, mut alternatives) = program.resolve(&modules, &search_paths, &library)?;

    reporter.stage("Assembling the image");
    let mut layout = Layout::default();
    let mut shares = Shares::new(&collection);
    let standard = Standard {
        pack,
        library: &library,
        compiler: &compiler,
        optimize: level,
        share: STANDARD_LIBRARY,
    };
    standard.add(&mut layout, &needs.standard, reporter)?;
    for library in &flavour.lacks.without_libraries {
        let texts = format!("share/licenses/{library}/");
        layout.entries.retain(|path, _| !path.starts_with(&texts));
    }
    assemble::add(&mut layout, collection, modules, compiled, identity, level)?;
    layout.left_out = needs.left_out;
    for (path, contents) in [(provenance::PATH, record), (MANIFEST, flavour.manifest)] {
        layout.file(path.to_owned(), own_file(contents))?;
    }
    let bill = Bill::read(&layout, &application.name, crate::BUILDER, &site_packages)?;
    options.policy.check(&bill, &native)?;
    for (format, document) in [
        ("cdx", cyclonedx::document(&bill)),
        ("spdx", spdx::document(&bill)),
    ] {
        let text = format!("{document:#}\n");
        layout.file(bom::path(&bill.name, format), own_file(text.into_bytes()))?;
    }
    if options.leave_sources {
        let others = alternatives.iter_mut().map(|other| &mut other.program);
        sourceless::leave_out_sources(&mut layout, others.chain([&mut program]))?;
    }
    let candidates = frozen::Candidates {
        modules: &layout.modules,
        roots: &search_paths,
        program: &program,
        library: &library,
    };
    layout.frozen = candidates.select(&options.freeze)?;
    let bootstrap = bootstrap::compile(&compiler, identity, &mut |path| packed_code(pack, path))?;

    check_audit_hooks(&options.settings.audit_hooks, &layout)?;

    reporter.stage("Writing the executable");
    let header = Header {
        built_by: crate::BUILDER.to_owned(),
        name: application.name.clone(),
        python: identity.clone(),
        program,
        alternatives,
        settings: Settings {
            search_paths,
            optimization_level: level,
            ..options.settings.clone()
        },
        frozen: Vec::new(),
        // Filled in by the writer.
        stub: Extent {
            offset: 0,
            len: 0,
            hash: 0,
        },
        snapshot: None,
    };
    let is_wanted = snapshot::is_wanted(options.snapshot, &header, hardening)?;
    let preload = (options.snapshot == Some(snapshot::Choice::App))
        .then(|| snapshot::Preload::new(&header, options.preload.clone()));
    let scratch = options.dry_run.then(scratch).transpose()?;
    let mut draft = match &scratch {
        Some((_directory, scratch)) => scratch.draft()?,
        None => target.draft()?,
    };
    let mut content = Xxh3::new();
    let mut written = draft.write(|out| {
        let out = Hashed {
            out,
            hasher: &mut content,
        };
        let mut count = |share, extent: &Extent| shares.count(share, extent.len);
        write_image(out, stub, &layout, &bootstrap, header, &mut count)
    })?;
    let files = options.dry_run.then(|| plan::files(&layout));
    let modules = layout.modules.values();
    let modules = modules.filter(|module| module.code.is_some()).count();
    drop(layout);
    if is_wanted {
        reporter.stage("Taking the start snapshot");
        let request = snapshot::Request::of_content(&content, preload);
        match snapshot::provide(draft.path(), &content, &request) {
            Ok(taken) => {
                if let Some(contents) = &taken.contents {
                    snapshot::tell(contents, reporter);
                }
                shares.count_snapshot(taken.len());
                written = add_snapshot(&mut draft, &taken.snapshot())?;
            }
            // Nobody asked for it, and the executable is good without.
            Err(error) if options.snapshot.is_none() => {
                reporter.warn(&snapshot::left_out(error));
            }
            Err(error) => return Err(error),
        }
    }
    options.policy.check_size(written.len)?;
    if !options.dry_run {
        draft.place()?;
    }
    Ok(Summary {
        output: output.to_owned(),
        size: written.len,
        parts: shares.parts(stub.len() as u64, written.len),
        modules,
        native,
        files,
    })
}

/// Where a dry run writes: a directory that goes away with the first value.
fn scratch() -> Result<(TempDir, Target)> {
    let cache = cache::directory()?;
    fs_err::create_dir_all(&cache).map_err(Error::io)?;
    let directory = TempDir::new_in(&cache).map_err(Error::io)?;
    let target = Target::new(&directory.path().join("program"), false)?;
    Ok((directory, target))
}

fn not_hardened() -> Error {
    Error::new(Code::NotHardened, "this runtime is not hardened").hint(
        "name one that is with FASTICE_RUNTIME; `cargo xtask runtime --hardened` builds one from fastice's source",
    )
}

/// Puts a snapshot into an executable that has none. What is before it is not written again.
fn add_snapshot(draft: &mut Draft, snapshot: &NewSnapshot) -> Result<Written> {
    let bytes = index_of(draft.path()).map_err(Error::io)?;
    let image = Image::open(&bytes).map_err(|damage| Error::io(io::Error::other(damage)))?;
    draft.truncate(before_snapshot(&image).map_err(Error::io)?)?;
    draft.write(|out| write_ending(&image, out, Some(snapshot)))
}

/// The bytes of an executable from its index on; zeros stand for what is before it. They take no memory, and nobody looks at them.
fn index_of(path: &Path) -> io::Result<Vec<u8>> {
    use fs_err::os::unix::fs::FileExt as _;
    let file = fs_err::File::open(path)?;
    let len = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
    let mut bytes = vec![0; len];
    let mut read_from = |start: usize| -> io::Result<Footer> {
        file.read_exact_at(&mut bytes[start..], start as u64)?;
        Footer::read(&bytes).map_err(io::Error::other)
    };
    let footer = read_from(len.saturating_sub(Footer::LEN))?;
    read_from(usize::try_from(footer.index_offset).map_err(io::Error::other)?)?;
    Ok(bytes)
}

/// Knows the checksum of what was written.
struct Hashed<'a, W> {
    out: W,
    hasher: &'a mut Xxh3,
}

impl<W: Write> Write for Hashed<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let len = self.out.write(bytes)?;
        self.hasher.update(&bytes[..len]);
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A file that says something about the executable.
fn own_file(contents: Vec<u8>) -> FileEntry {
    FileEntry {
        contents: Contents::Bytes(contents.into()),
        executable: false,
        share: STANDARD_LIBRARY,
    }
}

/// The libraries of audit hooks must be there: a program does not start without.
fn check_audit_hooks(hooks: &[AuditHook], layout: &Layout) -> Result<()> {
    for hook in hooks {
        if !layout.entries.contains_key(&hook.library) {
            let AuditHook { library, symbol } = hook;
            return Err(Error::new(
                Code::ConfigurationValue,
                format!(
                    "the program has no file `{library}` for the audit hook `{library}:{symbol}`"
                ),
            )
            .hint("name a shared object by its path below /fastice, such as `app/audit.so`"));
        }
    }
    Ok(())
}
