//! CPython's own tests: the package `test`, the extension modules that only it uses, and the interpreter as a
//! conventional installation to compare with.

use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use miette::{IntoDiagnostic, bail};
use walkdir::WalkDir;

use super::cpython::Cpython;
use super::recipe::Recipe;
use super::{Request, source};
use crate::cache::{Shelf, Workshop};
use crate::inputs::Inputs;
use crate::step::Step;

/// Extension modules that `configure --disable-test-modules` leaves out. Here they are files of their own, as
/// everywhere, so that the frozen interpreter loads the very same files out of its image.
const MODULES: [&str; 15] = [
    "_ctypes_test",
    "_testbuffer",
    "_testcapi",
    "_testclinic",
    "_testclinic_limited",
    "_testexternalinspection",
    "_testimportmultiple",
    "_testinternalcapi",
    "_testlimitedcapi",
    "_testmultiphase",
    "_testsinglephase",
    "_xxtestfuzz",
    "xxlimited",
    "xxlimited_35",
    "xxsubtype",
];

/// The rest of the name of an extension module's file.
const SUFFIX: &str = "cpython-313-x86_64-linux-gnu.so";

/// The tests and a conventional installation with them.
pub(crate) struct Suite {
    /// The installation's prefix.
    directory: PathBuf,
    /// sysconfig's variables, in its library.
    sysconfig_data: PathBuf,
    /// Name of the entry in the cache.
    pub(crate) key: String,
}

impl Suite {
    /// The interpreter of the installation.
    pub(crate) fn python(&self) -> PathBuf {
        self.directory.join("bin/python3.13")
    }

    /// Its standard library, with the package `test` and its extension modules in `lib-dynload`.
    pub(super) fn library(&self) -> PathBuf {
        self.directory.join("lib/python3.13")
    }

    /// sysconfig's variables, in the library.
    pub(super) fn sysconfig_data(&self) -> PathBuf {
        self.sysconfig_data.clone()
    }
}

/// The tests, prepared unless they were before.
pub(super) fn provide(
    recipe: &Recipe,
    request: &Request,
    cpython: &Cpython,
) -> miette::Result<Suite> {
    let mut inputs = Inputs::default();
    inputs
        .fact("cpython", &cpython.key)
        .text("xtask/src/runtime/suite.rs", include_str!("suite.rs"));
    let key = inputs.key();
    let directory = Shelf::open("suite")?.get_or_make(&key, |workshop| {
        let archive = source::provide(&recipe.source, request.source.as_deref())?;
        Preparation {
            recipe,
            request,
            cpython,
            workshop,
        }
        .run(&archive)
    })?;
    let sysconfig_data = in_library(&directory, cpython);
    Ok(Suite {
        directory,
        sysconfig_data,
        key,
    })
}

/// Where sysconfig's variables are in the installation at `prefix`.
fn in_library(prefix: &Path, cpython: &Cpython) -> PathBuf {
    let data = cpython.sysconfig_data();
    let name = data.file_name().unwrap_or_default();
    prefix.join("lib/python3.13").join(name)
}

struct Preparation<'a> {
    recipe: &'a Recipe,
    request: &'a Request,
    cpython: &'a Cpython,
    workshop: &'a Workshop<'a>,
}

impl Preparation<'_> {
    fn run(&self, archive: &Path) -> miette::Result<()> {
        let scratch = self.workshop.scratch;
        for directory in ["source", "build"] {
            fs::create_dir(scratch.join(directory)).into_diagnostic()?;
        }
        let step = Step::start("Preparing CPython's own tests", "suite")?;
        step.message("unpacking the source");
        source::unpack(archive, &scratch.join("source"), &step)?;
        self.compile(&step)?;
        self.install(&step)?;
        step.finish();
        Ok(())
    }

    /// Compiles the extension modules, with the same configuration but as shared objects.
    fn compile(&self, step: &Step) -> miette::Result<()> {
        let configure = &self.recipe.configure;
        let arguments = configure
            .arguments
            .iter()
            .filter(|argument| *argument != "--disable-test-modules");
        step.run(
            self.command("../source/configure")
                .envs(&configure.environment)
                .env("MODULE_BUILDTYPE", "shared")
                .env("CFLAGS", "")
                .env("LDFLAGS", "")
                .args(arguments),
        )?;
        let targets = MODULES.map(|name| format!("Modules/{name}.{SUFFIX}"));
        step.run(
            self.command("make")
                .arg(format!("--jobs={}", self.request.jobs))
                .args(targets),
        )
    }

    /// Lays everything out as `make install` would.
    fn install(&self, step: &Step) -> miette::Result<()> {
        let scratch = self.workshop.scratch;
        let prefix = self.workshop.entry;
        let library = prefix.join("lib/python3.13");
        for directory in ["bin", "lib"] {
            fs::create_dir(prefix.join(directory)).into_diagnostic()?;
        }
        fs::rename(scratch.join("source/Lib"), &library).into_diagnostic()?;
        for name in &self.recipe.standard_library.left_out {
            let path = library.join(name);
            if name == "test" {
                continue;
            }
            if path.is_dir() {
                fs::remove_dir_all(path).into_diagnostic()?;
            } else {
                fs::remove_file(path).into_diagnostic()?;
            }
        }
        let modules = library.join("lib-dynload");
        fs::create_dir(&modules).into_diagnostic()?;
        for name in MODULES {
            let file = format!("{name}.{SUFFIX}");
            let built = scratch.join("build/Modules").join(&file);
            fs::copy(built, modules.join(&file)).into_diagnostic()?;
        }
        // Tests look there whether their extension modules were built.
        let data = fs::read_to_string(self.cpython.sysconfig_data()).into_diagnostic()?;
        let with_modules = data.replace("'TEST_MODULES': 'no'", "'TEST_MODULES': 'yes'");
        if with_modules == data {
            bail!("sysconfig's variables do not say that the modules of the tests are missing");
        }
        fs::write(in_library(prefix, self.cpython), with_modules).into_diagnostic()?;
        let license = self.cpython.licenses().join("cpython/LICENSE");
        fs::copy(license, library.join("LICENSE.txt")).into_diagnostic()?;
        let python = prefix.join("bin/python3.13");
        fs::copy(self.cpython.python(), &python).into_diagnostic()?;
        // pip, as the runtime pack has it.
        for entry in WalkDir::new(library.join("ensurepip/_bundled")) {
            let entry = entry.into_diagnostic()?;
            if entry.file_name().to_string_lossy().starts_with("pip-") {
                step.run(
                    Command::new(&python)
                        .args(["-I", "-m", "zipfile", "-e"])
                        .arg(entry.path())
                        .arg(library.join("site-packages")),
                )?;
            }
        }
        Ok(())
    }

    /// A program that runs in the build tree and sees nothing of the user's environment that could change the result.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.workshop.scratch.join("build"))
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| name == "PATH" || name == "HOME"))
            .env("LC_ALL", "C.UTF-8")
            .env("SOURCE_DATE_EPOCH", self.recipe.source.epoch.to_string());
        command
    }
}
