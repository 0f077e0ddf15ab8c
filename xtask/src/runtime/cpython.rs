//! CPython itself: configured, compiled and checked, and reduced to what the later steps need.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use miette::{IntoDiagnostic, bail};
use serde::{Deserialize, Serialize};
use walkdir::WalkDir;

use super::recipe::{self, Recipe};
use super::toolchain::Toolchain;
use super::{Build as Kind, Request, elf, profile, source};
use crate::cache::{Shelf, Workshop};
use crate::inputs::Inputs;
use crate::step::Step;
use crate::{packages, workspace};

/// The interpreter.
pub(super) const PYTHON: &str = "python";

/// The library.
pub(super) const LIBPYTHON: &str = "libpython3.13.a";

/// Archives of the build tree that libpython needs besides the third-party ones.
pub(super) const OWN_ARCHIVES: [&str; 3] = [
    "Modules/_decimal/libmpdec/libmpdec.a",
    "Modules/expat/libexpat.a",
    "Modules/_hacl/libHacl_Hash_SHA2.a",
];

/// What else the later steps need: the standard library, and what the stub's C code is compiled against, private
/// structures included.
const KEPT: [&str; 5] = [
    "libraries",
    "source/Lib",
    "source/Include",
    "source/Modules/_io",
    "build/pyconfig.h",
];

/// The module with sysconfig's variables.
const SYSCONFIG_DATA: &str = "_sysconfigdata__linux_x86_64-linux-gnu.py";

/// A finished build.
pub(crate) struct Cpython {
    /// The entry of the cache.
    directory: PathBuf,
    /// Name of the entry.
    pub(super) key: String,
    /// What it was made from.
    pub(super) inputs: Inputs,
    /// What it was made with.
    pub(super) toolchain: Toolchain,
}

/// What a build tells about itself, for the manifest.
#[derive(Serialize, Deserialize)]
pub(super) struct Facts {
    pub(super) version: String,
    /// `importlib.util.MAGIC_NUMBER`, little endian.
    pub(super) magic: u32,
    pub(super) builtin_modules: BTreeSet<String>,
    pub(super) compiler: String,
    pub(super) profile: String,
    /// Versions of the Debian packages with the linked libraries.
    pub(super) libraries: BTreeMap<String, String>,
}

impl Cpython {
    /// The build tree: `FASTICE_CPYTHON_DIR` of the stub.
    pub(super) fn tree(&self) -> PathBuf {
        self.directory.join("build")
    }

    /// The static third-party libraries: `FASTICE_LIBRARY_DIR` of the stub.
    pub(super) fn libraries(&self) -> PathBuf {
        self.directory.join("libraries")
    }

    /// The interpreter, which runs where it lies.
    pub(crate) fn python(&self) -> PathBuf {
        self.tree().join(PYTHON)
    }

    /// The standard library.
    pub(crate) fn standard_library(&self) -> PathBuf {
        self.directory.join("source/Lib")
    }

    /// The module with sysconfig's variables, fit for another place.
    pub(super) fn sysconfig_data(&self) -> PathBuf {
        self.directory.join(SYSCONFIG_DATA)
    }

    /// Licence texts.
    pub(super) fn licenses(&self) -> PathBuf {
        self.directory.join("licenses")
    }

    pub(super) fn facts(&self) -> miette::Result<Facts> {
        let text = fs::read(self.directory.join("facts.json")).into_diagnostic()?;
        serde_json::from_slice(&text).into_diagnostic()
    }
}

/// CPython, built unless it was before.
pub(crate) fn provide(recipe: &Recipe, request: &Request) -> miette::Result<Cpython> {
    let names: Vec<&str> = recipe.library_packages().into_iter().collect();
    let libraries = packages::versions(&names)?;
    let toolchain = Toolchain::provide(recipe, request)?;
    let mut inputs = Inputs::default();
    inputs
        .fact("source", &recipe.source.sha256)
        .fact("compiler", &toolchain.compiler)
        .fact("profile", request.build.profile())
        .text("xtask/src/runtime/cpython.rs", include_str!("cpython.rs"))
        .text("xtask/src/runtime/compile.rs", include_str!("compile.rs"));
    if let Some(sysroot) = &toolchain.sysroot {
        inputs.fact("sysroot", &sysroot.key);
    }
    if request.hardened {
        inputs.files(workspace::root(), "runtime/cpython/hardened.toml")?;
    }
    let files = [
        "recipe.toml",
        "glibc_floor.h",
        "sysconfig_data.py",
        "modules.txt",
        "exports.txt",
    ];
    let profile = match request.build {
        Kind::Plain => None,
        Kind::Guided => Some("train.py"),
        Kind::Release => Some("profile"),
    };
    for name in files.into_iter().chain(profile) {
        inputs.files(workspace::root(), &format!("runtime/cpython/{name}"))?;
    }
    inputs.files(workspace::root(), "runtime/cpython/patches")?;
    for (package, version) in &libraries {
        inputs.fact(package, version);
    }
    let key = inputs.key();
    let directory = Shelf::open("cpython")?.get_or_make(&key, |workshop| {
        Build {
            recipe,
            request,
            toolchain: &toolchain,
            workshop,
        }
        .run(&libraries)
    })?;
    Ok(Cpython {
        directory,
        key,
        inputs,
        toolchain,
    })
}

/// Makes the profile of the repository anew, in a build that is thrown away afterwards.
pub(super) fn train(recipe: &Recipe, request: &Request) -> miette::Result<PathBuf> {
    let toolchain = Toolchain::provide(recipe, request)?;
    Shelf::open("training")?.work(|workshop| {
        let build = Build {
            recipe,
            request,
            toolchain: &toolchain,
            workshop,
        };
        build.prepare()?;
        build.train()?;
        profile::keep(recipe, &toolchain.compiler, &build.tree())
    })
}

/// A build under way.
pub(super) struct Build<'a> {
    pub(super) recipe: &'a Recipe,
    pub(super) request: &'a Request,
    pub(super) toolchain: &'a Toolchain,
    pub(super) workshop: &'a Workshop<'a>,
}

impl Build<'_> {
    fn run(&self, libraries: &BTreeMap<String, String>) -> miette::Result<()> {
        self.prepare()?;
        self.compile()?;
        let builtin_modules = self.check_modules()?;
        if !self.request.build.is_release() {
            // One object remains of a release, and that the stub exports the right names is checked in any case.
            self.check_exports()?;
        }
        self.check_paths()?;
        let magic = self.magic()?;
        self.keep()?;
        self.keep_licenses()?;
        let facts = Facts {
            version: self.recipe.source.version.clone(),
            magic,
            builtin_modules,
            compiler: self.toolchain.compiler.clone(),
            profile: self.request.build.profile().to_owned(),
            libraries: libraries.clone(),
        };
        fs::write(
            self.workshop.entry.join("facts.json"),
            serde_json::to_vec_pretty(&facts).into_diagnostic()?,
        )
        .into_diagnostic()
    }

    /// Everything up to a configured build tree.
    fn prepare(&self) -> miette::Result<()> {
        let archive = source::provide(&self.recipe.source, self.request.source.as_deref())?;
        self.unpack(&archive)?;
        self.link_libraries()?;
        self.toolchain
            .link_into(self.recipe, self.workshop.scratch)?;
        self.configure()
    }

    /// `source`, `build` and `libraries` lie beside each other, so that no path in the result names this machine's.
    fn unpack(&self, archive: &Path) -> miette::Result<()> {
        let step = Step::start("Unpacking CPython's source", "unpack")?;
        let source = self.source();
        fs::create_dir(&source).into_diagnostic()?;
        fs::create_dir(self.tree()).into_diagnostic()?;
        source::unpack(archive, &source, &step)?;
        for patch in recipe::patches()? {
            step.run(
                Command::new("patch")
                    .args(["--strip=1", "--fuzz=0", "--input"])
                    .arg(patch)
                    .current_dir(&source),
            )?;
        }
        fs::copy(
            recipe::file("glibc_floor.h"),
            self.workshop.scratch.join("glibc_floor.h"),
        )
        .into_diagnostic()?;
        step.finish();
        Ok(())
    }

    /// A directory with archives alone: found first, so that no shared library is.
    fn link_libraries(&self) -> miette::Result<()> {
        let directory = self.workshop.scratch.join("libraries");
        fs::create_dir(&directory).into_diagnostic()?;
        for library in &self.recipe.libraries {
            let name = format!("lib{}.a", library.name);
            let found = Step::output(Command::new("gcc").arg(format!("-print-file-name={name}")))?;
            let found = Path::new(found.trim());
            if !found.is_absolute() {
                bail!("{} has no {name}", library.package);
            }
            fs::copy(found, directory.join(&name)).into_diagnostic()?;
        }
        Ok(())
    }

    fn configure(&self) -> miette::Result<()> {
        let step = Step::start("Configuring CPython", "configure")?;
        step.run(
            self.command("../source/configure")
                .envs(self.toolchain.environment(self.recipe))
                .args(&self.recipe.configure.arguments),
        )?;
        step.finish();
        Ok(())
    }

    /// Fails unless exactly the expected modules were compiled in.
    fn check_modules(&self) -> miette::Result<BTreeSet<String>> {
        let text = self.ask("import sys; print(*sys.builtin_module_names)")?;
        let found: BTreeSet<String> = text.split_whitespace().map(str::to_owned).collect();
        let expected = recipe::names(&recipe::file("modules.txt"))?;
        same("modules.txt", "modules were compiled in", &expected, &found)?;
        Ok(found)
    }

    /// Fails unless `exports.txt` is what the objects say.
    fn check_exports(&self) -> miette::Result<()> {
        let shared = elf::objects_of_modules(&self.tree().join("Modules/Setup.stdlib"))?;
        let found = elf::core_symbols(&self.tree().join(LIBPYTHON), &shared)?;
        let expected = recipe::names(&recipe::file("exports.txt"))?;
        same("exports.txt", "symbols are defined", &expected, &found)
    }

    /// Fails if a path of this machine got into the interpreter.
    fn check_paths(&self) -> miette::Result<()> {
        let python = fs::read(self.tree().join(PYTHON)).into_diagnostic()?;
        let path = self.workshop.scratch.as_os_str().as_encoded_bytes();
        if python.windows(path.len()).any(|window| window == path) {
            bail!("CPython contains the path it was built in");
        }
        Ok(())
    }

    fn magic(&self) -> miette::Result<u32> {
        self.ask("import _imp; from importlib.util import MAGIC_NUMBER as m; print(int.from_bytes(m, 'little'))")?
            .trim()
            .parse()
            .into_diagnostic()
    }

    /// Moves what the later steps need into the entry, in the same places relative to each other: so the interpreter
    /// still finds its library, as it does in a build tree.
    fn keep(&self) -> miette::Result<()> {
        let scratch = self.workshop.scratch;
        let built = fs::read_to_string(self.tree().join("pybuilddir.txt")).into_diagnostic()?;
        let data = format!("build/{built}/{SYSCONFIG_DATA}");
        let rewritten = Step::output(
            self.command("./python")
                .arg("-S")
                .arg(recipe::file("sysconfig_data.py"))
                .arg(scratch.join(&data)),
        )?;
        fs::write(self.workshop.entry.join(SYSCONFIG_DATA), rewritten).into_diagnostic()?;

        let library = scratch.join("source/Lib");
        for name in &self.recipe.standard_library.left_out {
            let path = library.join(name);
            if path.is_dir() {
                fs::remove_dir_all(path).into_diagnostic()?;
            } else {
                fs::remove_file(path).into_diagnostic()?;
            }
        }
        let caches: Vec<PathBuf> = WalkDir::new(&library)
            .into_iter()
            .filter_map(Result::ok)
            .filter(|entry| entry.file_name() == "__pycache__")
            .map(walkdir::DirEntry::into_path)
            .collect();
        for cache in caches {
            fs::remove_dir_all(cache).into_diagnostic()?;
        }

        let tree = [PYTHON, LIBPYTHON, "pybuilddir.txt"];
        let kept = tree
            .iter()
            .chain(&OWN_ARCHIVES)
            .map(|name| format!("build/{name}"))
            .chain([data])
            .chain(KEPT.map(str::to_owned));
        for name in kept {
            if !scratch.join(&name).exists() {
                // Part of libpython, after optimization at link time.
                continue;
            }
            let target = self.workshop.entry.join(&name);
            if let Some(parent) = target.parent() {
                fs::create_dir_all(parent).into_diagnostic()?;
            }
            fs::rename(scratch.join(&name), target).into_diagnostic()?;
        }
        Ok(())
    }

    fn keep_licenses(&self) -> miette::Result<()> {
        let directory = self.workshop.entry.join("licenses");
        let own = directory.join("cpython");
        fs::create_dir_all(&own).into_diagnostic()?;
        let source = self.source();
        fs::copy(source.join("LICENSE"), own.join("LICENSE")).into_diagnostic()?;
        // Licences of what CPython's source incorporates: expat, mpdecimal, HACL*, …
        fs::copy(source.join("Doc/license.rst"), own.join("license.rst")).into_diagnostic()?;
        if let Some(sysroot) = &self.toolchain.sysroot {
            let target = directory.join("glibc");
            fs::create_dir(&target).into_diagnostic()?;
            fs::copy(sysroot.licenses(), target.join("LICENSES")).into_diagnostic()?;
        }
        for package in self.recipe.library_packages() {
            let text = Path::new("/usr/share/doc").join(package).join("copyright");
            let target = directory.join(package);
            fs::create_dir(&target).into_diagnostic()?;
            fs::copy(text, target.join("copyright")).into_diagnostic()?;
        }
        Ok(())
    }

    pub(super) fn tree(&self) -> PathBuf {
        self.workshop.scratch.join("build")
    }

    fn source(&self) -> PathBuf {
        self.workshop.scratch.join("source")
    }

    /// What a line of Python prints.
    fn ask(&self, code: &str) -> miette::Result<String> {
        Step::output(self.command("./python").args(["-S", "-c", code]))
    }

    /// A program that runs in the build tree and sees nothing of the user's environment that could change the result.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.tree())
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| name == "PATH" || name == "HOME"))
            .env("LC_ALL", "C.UTF-8")
            .env("SOURCE_DATE_EPOCH", self.recipe.source.epoch.to_string())
            .env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }
}

/// Fails, naming the differences, unless two sets are equal.
pub(super) fn same(
    list: &str,
    what: &str,
    expected: &BTreeSet<String>,
    found: &BTreeSet<String>,
) -> miette::Result<()> {
    let names = |set: &mut dyn Iterator<Item = &String>| {
        set.map(String::as_str).collect::<Vec<_>>().join(" ")
    };
    let missing = names(&mut expected.difference(found));
    let unexpected = names(&mut found.difference(expected));
    if !missing.is_empty() || !unexpected.is_empty() {
        bail!("other {what} than {list} names\nmissing: {missing}\nunexpected: {unexpected}");
    }
    Ok(())
}
