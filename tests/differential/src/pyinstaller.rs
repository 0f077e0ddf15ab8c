//! The same applications frozen by PyInstaller, without any option but where modules are.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fs_err as fs;
use miette::IntoDiagnostic;

use crate::definition::{Application, Program};
use crate::environment::{self, Environment};

/// Of the program.
pub(crate) const NAME: &str = "program";

/// PyInstaller and the interpreter that it copies.
pub struct PyInstaller {
    python: PathBuf,
    /// "PyInstaller 6.0.0 with Python 3.13.0".
    pub version: String,
}

impl PyInstaller {
    /// Installs PyInstaller from PyPI in a virtual environment of `python`: a Python 3.13 with a shared libpython, which it
    /// needs. The environment is in `directory`, unless it is there already.
    ///
    /// # Errors
    /// When it cannot be installed.
    pub fn provide(python: &Path, directory: &Path) -> miette::Result<Self> {
        let own = directory.join("bin/python");
        if !directory.join("complete").exists() {
            environment::run(
                Command::new(python)
                    .args(["-m", "venv", "--clear"])
                    .arg(directory),
            )?;
            environment::run(Command::new(&own).args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "pyinstaller",
            ]))?;
            fs::write(directory.join("complete"), "").into_diagnostic()?;
        }
        let program = "import platform, PyInstaller; print('PyInstaller', PyInstaller.__version__, 'with Python', platform.python_version())";
        let output = Command::new(&own)
            .args(["-c", program])
            .output()
            .into_diagnostic()?;
        Ok(Self {
            python: own,
            version: String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        })
    }

    /// Freezes a script into a directory below `directory`; `None` for an application that is a module, which PyInstaller does not take.
    pub(crate) fn freeze(
        &self,
        application: &Application,
        environment: &Environment,
        directory: &Path,
    ) -> miette::Result<Option<PathBuf>> {
        let Program::Script(script) = &application.program else {
            return Ok(None);
        };
        // Read from a copy: the locks and other scripts beside it are nobody's modules.
        let path =
            std::env::join_paths([environment.site(), application.sources()]).into_diagnostic()?;
        environment::run(
            Command::new(&self.python)
                .args(["-m", "PyInstaller", "--log-level", "ERROR", "--name", NAME])
                .arg(script)
                .current_dir(directory)
                .env("PYTHONPATH", path)
                .env("PYTHONDONTWRITEBYTECODE", "1")
                .stdin(Stdio::null()),
        )?;
        Ok(Some(directory.join("dist").join(NAME)))
    }
}
