//! What a run of the unfrozen program did: recorded by `fastice trace`, taken by `fastice build --trace`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use serde::{Deserialize, Serialize};

use crate::interrupt::TempDir;
use crate::{Code, Error, Result};

/// Version of the file.
const SCHEMA: u32 = 1;

/// Environment variable that tells the recorder where to write.
const FILE_VARIABLE: &str = "FASTICE_TRACE_FILE";

/// What one or more runs did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    schema: u32,
    /// Modules that were imported: dotted name, and file if there is one.
    pub modules: BTreeMap<String, Option<PathBuf>>,
    /// Files that were opened to be read, besides modules.
    pub files: BTreeSet<PathBuf>,
    /// Shared libraries that were loaded: names or paths.
    pub libraries: BTreeSet<String>,
    /// Programs that were started, as the program named them.
    pub programs: BTreeSet<String>,
}

impl Trace {
    /// Runs `command` with a recorder in every Python process that it becomes or starts.
    ///
    /// # Errors
    /// When it cannot be started, or what was recorded not be read.
    pub fn record(command: &mut Command) -> Result<(Self, ExitStatus)> {
        const RECORDER: &str = include_str!("../../templates/trace/sitecustomize.py");
        let directory = TempDir::new_in(&std::env::temp_dir()).map_err(Error::io)?;
        let facts = directory.path().join("facts");
        fs_err::write(directory.path().join("sitecustomize.py"), RECORDER).map_err(Error::io)?;
        let mut path = directory.path().as_os_str().to_owned();
        if let Some(own) = std::env::var_os("PYTHONPATH").filter(|own| !own.is_empty()) {
            path.push(":");
            path.push(own);
        }
        let status = command
            .env("PYTHONPATH", path)
            .env(FILE_VARIABLE, &facts)
            .status()
            .map_err(|error| {
                let name = command.get_program().to_string_lossy().into_owned();
                Error::new(Code::ProgramNotStarted, format!("{name} cannot be started"))
                    .caused_by(error)
            })?;
        // Absent if no Python ran.
        let text = fs_err::read_to_string(&facts).unwrap_or_default();
        Ok((Self::from_facts(&text, directory.path()), status))
    }

    /// Reads what the recorder wrote. `own` is the directory that it lay in.
    fn from_facts(text: &str, own: &Path) -> Self {
        let mut trace = Self {
            schema: SCHEMA,
            ..Self::default()
        };
        let is_noise = |path: &Path| {
            let is_system = ["/proc", "/sys", "/dev", fastice_image::ROOT]
                .iter()
                .any(|root| path.starts_with(root));
            is_system || path.starts_with(own)
        };
        for line in text.lines() {
            let Ok((kind, value, file)) =
                serde_json::from_str::<(String, String, Option<PathBuf>)>(line)
            else {
                continue;
            };
            let path = PathBuf::from(&value);
            match kind.as_str() {
                "loaded" if value == "sitecustomize" => {}
                "loaded" => drop(trace.modules.insert(value, file)),
                "module" => drop(trace.modules.entry(value).or_default()),
                "file" if !is_noise(&path) && !is_module(&path) => drop(trace.files.insert(path)),
                "library" => drop(trace.libraries.insert(value)),
                "program" => drop(trace.programs.insert(value)),
                _ => {}
            }
        }
        trace.files.retain(|path| path.is_file());
        trace
    }

    /// Reads the files at `paths`, together.
    ///
    /// # Errors
    /// [`Code::TraceFile`] when one cannot be read or is none.
    pub fn read(paths: &[PathBuf]) -> Result<Self> {
        let mut all = Self::default();
        for path in paths {
            let name = path.display();
            let unreadable = |cause: String| {
                Error::new(
                    Code::TraceFile,
                    format!("the trace `{name}` cannot be read"),
                )
                .hint("record one with `fastice trace -- COMMAND`")
                .caused_by(cause)
            };
            let text = fs_err::read(path).map_err(|error| unreadable(error.to_string()))?;
            let trace: Self =
                serde_json::from_slice(&text).map_err(|error| unreadable(error.to_string()))?;
            if trace.schema != SCHEMA {
                return Err(unreadable(format!(
                    "its schema is {}, not {SCHEMA}",
                    trace.schema
                )));
            }
            all.modules.extend(trace.modules);
            all.files.extend(trace.files);
            all.libraries.extend(trace.libraries);
            all.programs.extend(trace.programs);
        }
        Ok(all)
    }

    /// Every file of the program's that was read: data and sources.
    pub fn own_files(&self) -> impl Iterator<Item = &Path> {
        let sources = self.modules.values().flatten();
        sources.chain(&self.files).map(PathBuf::as_path)
    }
}

/// Is it a file that Python imports?
fn is_module(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("py" | "pyc" | "pth" | "so"))
}
