//! Making a runtime pack out of a freshly built CPython.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use fastice_image::{Header, Program, PythonIdentity, Settings};
use fs_err as fs;
use rayon::prelude::*;

use super::flavour::{self, Lacks};
use super::layout;
use super::pack::MANIFEST;
use super::stdlib::{DynamicImports, GRAPH, StandardLibrary};
use super::{terminals, time_zones};
use crate::analyze::imports::{self, Context};
use crate::collect::modules;
use crate::compile::{Compiler, Job, Outcome};
use crate::ui::Silent;
use crate::write::{
    CodeEntry, Contents, FileEntry, Layout, Module, Target, bootstrap, code_path, write_image,
};
use crate::{Code, Error, Result};

/// What a runtime pack is made of. None of these paths ends up in the pack.
#[derive(Debug, Clone)]
pub struct Ingredients {
    /// The stub: the stripped ELF executable that boots an image.
    pub stub: PathBuf,
    /// Other stubs of the same CPython.
    pub flavours: Vec<Variant>,
    /// A `python` program of the very version and magic number of the stub; it compiles the
    /// standard library. It is run as it is.
    pub python: PathBuf,
    /// The standard library: `Lib` of CPython's source, without what the runtime shall not have.
    /// Extension modules may lie in `lib-dynload`.
    pub stdlib: PathBuf,
    /// `_sysconfigdata__linux_x86_64-linux-gnu.py`, with every build path already rewritten to
    /// `/fastice`. Keeps its file name.
    pub sysconfigdata: PathBuf,
    /// Compiled time zones, as in `/usr/share/zoneinfo`: for machines that have none.
    pub time_zones: PathBuf,
    /// Compiled terminal descriptions, as in `/lib/terminfo`: for machines that have none.
    pub terminals: PathBuf,
    /// pip's wheel.
    pub pip_wheel: PathBuf,
    /// C headers: path below `include/python3.13/` and the file.
    pub headers: Vec<(String, PathBuf)>,
    /// Licence texts: path below `share/licenses/` (`openssl/LICENSE.txt`) and the file.
    pub licenses: Vec<(String, PathBuf)>,
    /// CPython's own licence (`LICENSE` of its source).
    pub python_license: PathBuf,
    /// The manifest, JSON, as it will lie in `share/fastice/manifest.json`.
    pub manifest: String,
    /// Triplet of the platform, `x86_64-linux-gnu`.
    pub platform: String,
}

/// Another stub for the same standard library.
#[derive(Debug, Clone)]
pub struct Variant {
    /// Name of the flavour.
    pub name: String,
    /// The stripped ELF executable.
    pub stub: PathBuf,
    /// What it lacks.
    pub lacks: Lacks,
}

/// Top-level names in `Lib` that a runtime need not have: what needs Tk, and CPython's own tests.
const OPTIONAL: &[&str] = &[
    "idlelib",
    "test",
    "tkinter",
    "turtle",
    "turtledemo",
    "_tkinter",
];

/// All of the pack is one part.
const SHARE: usize = 0;

/// Writes the runtime pack to `output`, atomically, mode 755. The same ingredients give the same
/// bytes.
///
/// # Errors
/// When an ingredient cannot be read, a standard module cannot be compiled, or the pack cannot be
/// written.
pub fn create(ingredients: &Ingredients, output: &Path) -> Result<()> {
    let target = Target::new(output, true)?;
    let interpreter = Interpreter::ask(&ingredients.python, &ingredients.platform)?;
    let identity = &interpreter.identity;
    let library_directory = library_directory(identity);
    let mut layout = Layout::default();
    layout
        .directories
        .insert(format!("{library_directory}/lib-dynload"));

    let library = standard_files(ingredients, &library_directory)?;
    let mut tree = library.clone();
    tree.extend(wheel_files(
        &ingredients.pip_wheel,
        &format!("{library_directory}/site-packages"),
    )?);

    let jobs: Vec<Job> = tree
        .iter()
        .filter(|(path, _)| has_extension(path, "py"))
        .map(|(path, contents)| Job {
            source: contents.clone(),
            filename: format!("{}/{path}", fastice_image::ROOT),
            optimize: 0,
        })
        .collect();
    let compiler = Compiler::new(&ingredients.python, None);
    let mut codes = BTreeMap::new();
    for (job, outcome) in jobs.iter().zip(compiler.compile(&jobs, &Silent)?) {
        match outcome {
            Outcome::Code(code) => {
                let path = job.filename[fastice_image::ROOT.len() + 1..].to_owned();
                codes.insert(path, code)
            }
            // CPython's tests have files that are not valid Python, to see what happens.
            Outcome::Error(_) if is_test(&job.filename) => None,
            Outcome::Error(error) => {
                return Err(Error::new(
                    Code::DamagedRuntime,
                    format!(
                        "{} cannot be compiled: {} in line {}",
                        job.filename, error.message, error.line
                    ),
                ));
            }
        };
    }
    // Only of what Python has accepted: the scanner relies on limits that the compiler sets.
    let standard: Vec<StandardSource> = library
        .iter()
        .filter(|(path, _)| codes.contains_key(*path))
        .filter_map(|(path, contents)| StandardSource::new(path, contents, &library_directory))
        .collect();
    let mut graph = graph(&interpreter, &standard)?;
    graph.set_frozen(interpreter.frozen.clone());
    let terminals = terminals::files(&ingredients.terminals)?;
    for module in terminals::USERS {
        graph.add_files(module, terminals.keys().cloned());
    }
    tree.extend(terminals);
    graph.add_data(
        &library_directory,
        library
            .keys()
            .map(String::as_str)
            .filter(|path| !has_extension(path, "py")),
    );
    let frozen = bootstrap::compile(&compiler, identity, &mut |path| {
        codes.get(path).cloned().ok_or_else(|| {
            Error::new(
                Code::DamagedRuntime,
                format!("the standard library has no {path}"),
            )
        })
    })?;

    for (key, found) in modules::find(tree.keys().map(String::as_str), identity) {
        let code = codes
            .contains_key(&found.origin)
            .then(|| code_path(&found.origin, &identity.cache_tag, 0));
        let module = Module {
            kind: found.kind,
            is_package: found.is_package,
            origin: found.origin,
            code,
        };
        layout.modules.insert(key, module);
    }
    for (path, code) in codes {
        let pyc = code_path(&path, &identity.cache_tag, 0);
        layout.code(
            pyc,
            CodeEntry {
                header: code.pyc_header(identity.magic),
                code: code.marshaled.into(),
                share: SHARE,
            },
        )?;
    }
    layout.left_out.clone_from(graph.absent());
    let json = serde_json::to_vec(&graph).map_err(|error| {
        Error::new(
            Code::DamagedRuntime,
            "the list of modules cannot be written",
        )
        .caused_by(error)
    })?;
    for (path, file) in &ingredients.headers {
        tree.insert(
            format!("{}/{path}", header_directory(identity)),
            read(file)?,
        );
    }
    tree.insert(GRAPH.to_owned(), json.into());
    let flavours: BTreeMap<&str, &Lacks> = ingredients
        .flavours
        .iter()
        .map(|variant| (variant.name.as_str(), &variant.lacks))
        .collect();
    let manifest = with_fields(
        &ingredients.manifest,
        [
            ("bundled", serde_json::json!(interpreter.bundled)),
            (flavour::KEY, serde_json::json!(flavours)),
        ],
    )?;
    tree.insert(MANIFEST.to_owned(), manifest.into());
    for (path, file) in &ingredients.licenses {
        tree.insert(format!("share/licenses/{path}"), read(file)?);
    }
    for (path, contents) in tree {
        let below = path
            .strip_prefix(&library_directory)
            .and_then(|path| path.strip_prefix('/'));
        let file = FileEntry {
            contents: Contents::Bytes(contents),
            executable: below.is_some_and(|path| is_executable(&ingredients.stdlib.join(path))),
            share: SHARE,
        };
        layout.file(path, file)?;
    }

    for variant in &ingredients.flavours {
        let file = FileEntry {
            contents: Contents::Bytes(arranged(&variant.stub)?.into()),
            executable: false,
            share: SHARE,
        };
        layout.file(format!("{}/{}", flavour::DIRECTORY, variant.name), file)?;
    }
    let stub = arranged(&ingredients.stub)?;
    let header = Header {
        built_by: crate::BUILDER.to_owned(),
        name: "python".to_owned(),
        python: identity.clone(),
        program: Program::Interpreter,
        alternatives: Vec::new(),
        settings: Settings {
            search_paths: search_paths(identity),
            ..Settings::default()
        },
        frozen: Vec::new(),
        stub: fastice_image::Extent {
            offset: 0,
            len: 0,
            hash: 0,
        },
        snapshot: None,
    };
    let write = |out: &mut dyn std::io::Write| {
        write_image(out, &stub, &layout, &frozen, header, &mut |_, _| {})
    };
    target.write(write)?;
    Ok(())
}

/// The stub at `path` as it stands in front of an image.
fn arranged(path: &Path) -> Result<Vec<u8>> {
    layout::arrange(&read(path)?).map_err(|error| {
        Error::new(
            Code::DamagedRuntime,
            format!("cannot make a runtime of {}", path.display()),
        )
        .caused_by(error)
    })
}

/// `include/python3.13`.
pub(crate) fn header_directory(identity: &PythonIdentity) -> String {
    library_directory(identity).replacen("lib", "include", 1)
}

/// `lib/python3.13`.
pub(crate) fn library_directory(identity: &PythonIdentity) -> String {
    let mut numbers = identity.version.split('.');
    let (major, minor) = (
        numbers.next().unwrap_or_default(),
        numbers.next().unwrap_or_default(),
    );
    format!("lib/python{major}.{minor}")
}

/// `sys.path` of the interpreter: the same directories in the same order as an installed `python`
/// has them.
pub(crate) fn search_paths(identity: &PythonIdentity) -> Vec<String> {
    let library = library_directory(identity);
    vec![
        format!("{}.zip", library.replace('.', "")),
        library.clone(),
        format!("{library}/lib-dynload"),
        format!("{library}/site-packages"),
    ]
}

/// What the `python` program says about itself.
struct Interpreter {
    identity: PythonIdentity,
    /// `sys.builtin_module_names`.
    builtin: BTreeSet<String>,
    /// `sys.stdlib_module_names`.
    standard: BTreeSet<String>,
    /// What CPython has frozen itself: `_imp._frozen_module_names()`.
    frozen: BTreeSet<String>,
    /// Libraries whose source is part of CPython's, with their versions.
    bundled: BTreeMap<String, String>,
}

impl Interpreter {
    fn ask(python: &Path, platform: &str) -> Result<Self> {
        const QUESTION: &str = "\
import _imp, sys
from importlib._bootstrap_external import MAGIC_NUMBER
print('.'.join(map(str, sys.version_info[:3])), sys.hexversion, int.from_bytes(MAGIC_NUMBER, 'little'), sys.implementation.cache_tag)
print(*sys.builtin_module_names)
print(*sorted(sys.stdlib_module_names))
print(*sorted(_imp._frozen_module_names()))
import _decimal, pyexpat
print('expat', '.'.join(map(str, pyexpat.version_info)), 'mpdecimal', _decimal.__libmpdec_version__)
";
        let failed = || {
            Error::new(
                Code::DamagedRuntime,
                format!("{} does not run", python.display()),
            )
        };
        let output = Command::new(python)
            .args(["-I", "-S", "-c", QUESTION])
            .output()
            .map_err(|error| failed().caused_by(error))?;
        if !output.status.success() {
            return Err(failed().caused_by(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(' ').collect()).collect();
        let [identity, builtin, standard, frozen, bundled] = &lines[..] else {
            return Err(failed());
        };
        let [version, hexversion, magic, cache_tag] = identity[..] else {
            return Err(failed());
        };
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Ok(Self {
            identity: PythonIdentity {
                version: version.to_owned(),
                hexversion: hexversion
                    .parse()
                    .map_err(|error| failed().caused_by(error))?,
                magic: magic.parse().map_err(|error| failed().caused_by(error))?,
                cache_tag: cache_tag.to_owned(),
                platform: platform.to_owned(),
            },
            builtin: names(builtin),
            standard: names(standard),
            frozen: names(frozen),
            bundled: bundled
                .chunks_exact(2)
                .map(|pair| (pair[0].to_owned(), pair[1].to_owned()))
                .collect(),
        })
    }
}

/// The manifest with more in it.
fn with_fields(
    manifest: &str,
    more: impl IntoIterator<Item = (&'static str, serde_json::Value)>,
) -> Result<Vec<u8>> {
    let invalid = |error: serde_json::Error| {
        Error::new(Code::DamagedRuntime, "the manifest is not JSON").caused_by(error)
    };
    let mut manifest: serde_json::Value = serde_json::from_str(manifest).map_err(invalid)?;
    if let Some(fields) = manifest.as_object_mut() {
        let more = more.into_iter();
        fields.extend(more.map(|(name, value)| (name.to_owned(), value)));
    }
    serde_json::to_vec_pretty(&manifest).map_err(invalid)
}

/// Files by path below the root.
pub(super) type Files = BTreeMap<String, Arc<[u8]>>;

pub(super) fn read(path: &Path) -> Result<Arc<[u8]>> {
    fs::read(path).map(Arc::from).map_err(|error| {
        Error::new(Code::Io, format!("{} cannot be read", path.display())).caused_by(error)
    })
}

/// Every file of the standard library.
fn standard_files(ingredients: &Ingredients, directory: &str) -> Result<Files> {
    let walk = walkdir::WalkDir::new(&ingredients.stdlib)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| {
            let name = entry.file_name();
            name != "__pycache__" && !(entry.depth() == 1 && name == "site-packages")
        });
    let mut files = Files::new();
    for entry in walk {
        let entry = entry.map_err(|error| {
            Error::new(Code::Io, "the standard library cannot be read").caused_by(error)
        })?;
        let path = entry
            .path()
            .strip_prefix(&ingredients.stdlib)
            .unwrap_or(entry.path());
        if let Some(path) = path.to_str().filter(|_| entry.file_type().is_file()) {
            files.insert(format!("{directory}/{path}"), read(entry.path())?);
        }
    }
    if let Some(name) = ingredients
        .sysconfigdata
        .file_name()
        .and_then(|name| name.to_str())
    {
        let data = read(&ingredients.sysconfigdata)?;
        files.insert(
            format!("{directory}/{name}"),
            time_zones::add_to_search_path(&data, directory)?,
        );
    }
    files.extend(time_zones::files(&ingredients.time_zones, directory)?);
    files.insert(
        format!("{directory}/LICENSE.txt"),
        read(&ingredients.python_license)?,
    );
    Ok(files)
}

/// The files of a wheel as they are installed. pip's has neither scripts nor data directories.
fn wheel_files(wheel: &Path, directory: &str) -> Result<Files> {
    let failed = || {
        Error::new(
            Code::Io,
            format!("the wheel {} cannot be read", wheel.display()),
        )
    };
    let file = fs::File::open(wheel).map_err(|error| failed().caused_by(error))?;
    let mut archive = zip::ZipArchive::new(file).map_err(|error| failed().caused_by(error))?;
    let mut files = Files::new();
    for index in 0..archive.len() {
        let mut entry = archive
            .by_index(index)
            .map_err(|error| failed().caused_by(error))?;
        if entry.is_dir() {
            continue;
        }
        let path = entry
            .enclosed_name()
            .and_then(|path| Some(format!("{directory}/{}", path.to_str()?)))
            .ok_or_else(failed)?;
        let mut contents = Vec::new();
        entry
            .read_to_end(&mut contents)
            .map_err(|error| failed().caused_by(error))?;
        files.insert(path, contents.into());
    }
    Ok(files)
}

/// A module of the standard library.
struct StandardSource<'a> {
    name: String,
    path: &'a str,
    is_package: bool,
    source: &'a [u8],
}

impl<'a> StandardSource<'a> {
    /// The module at `path`, if it is one.
    fn new(path: &'a str, contents: &'a Arc<[u8]>, directory: &str) -> Option<Self> {
        let relative = path
            .strip_prefix(directory)?
            .strip_prefix('/')?
            .strip_suffix(".py")?;
        let (name, is_package) = match relative.strip_suffix("/__init__") {
            Some(package) => (package, true),
            None => (relative, false),
        };
        Some(Self {
            name: name.replace('/', "."),
            path,
            is_package,
            source: contents,
        })
    }
}

fn graph(interpreter: &Interpreter, sources: &[StandardSource]) -> Result<StandardLibrary> {
    let imports = sources
        .par_iter()
        .map(|module| {
            let context = Context {
                name: &module.name,
                is_package: module.is_package,
                may_be_main: module.name.ends_with("__main__"),
            };
            let imports = imports::scan(module.source, context);
            let lines = imports.lines(module.source);
            let lines = lines
                .into_iter()
                .map(|(name, line)| (name.to_owned(), line));
            (module.name.clone(), lines.collect())
        })
        .collect();
    let mut origins: BTreeMap<String, Option<String>> = interpreter
        .builtin
        .iter()
        .map(|name| (name.clone(), None))
        .collect();
    origins.extend(
        sources
            .iter()
            .map(|module| (module.name.clone(), Some(module.path.to_owned()))),
    );
    let absent = interpreter
        .standard
        .iter()
        .cloned()
        .chain(OPTIONAL.iter().map(|&name| name.to_owned()))
        .filter(|name| !origins.contains_key(name))
        .collect();
    Ok(StandardLibrary::new(
        origins,
        &imports,
        &DynamicImports::load()?,
        absent,
    ))
}

/// May the file be executed? Not if there is none.
fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

/// Is the file `name` below the root one of CPython's own tests?
fn is_test(name: &str) -> bool {
    name.split('/').nth(4) == Some("test")
}

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|found| found == extension)
}
