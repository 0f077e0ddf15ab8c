//! Reading `pyproject.toml`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::Place;
use crate::ui::format;
use crate::{Code, Error, Result};

/// What a `pyproject.toml` says, as far as freezing needs it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ProjectFile {
    /// The `[project]` table.
    pub(super) project: Option<Project>,
    /// The `[build-system]` table: who makes a wheel of the project.
    build_system: Option<toml::Table>,
    #[serde(default)]
    tool: Tools,
}

/// The `[project]` table.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Project {
    /// The distribution's name.
    pub(super) name: Option<String>,
    /// Versions of Python it runs on.
    pub(super) requires_python: Option<String>,
    /// Requirements.
    #[serde(default)]
    pub(super) dependencies: Vec<String>,
    #[serde(default)]
    scripts: BTreeMap<String, String>,
    #[serde(default)]
    gui_scripts: BTreeMap<String, String>,
    /// Fields that the build back end fills in.
    #[serde(default)]
    dynamic: Vec<String>,
}

/// The `[tool]` tables that matter here.
#[derive(Debug, Default, Deserialize)]
struct Tools {
    uv: Option<UvTool>,
}

/// `[tool.uv]`.
#[derive(Debug, Deserialize)]
struct UvTool {
    /// Overrides whether the project is installed.
    package: Option<bool>,
}

impl ProjectFile {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// [`Code::ProjectFile`] with the place when it is not valid.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let text = fs_err::read_to_string(path).map_err(|error| {
            Error::new(
                Code::ProjectFile,
                format!("`{}` cannot be read", format::path(path)),
            )
            .caused_by(error)
        })?;
        toml::from_str(&text).map_err(|error| {
            let fail = Error::new(
                Code::ProjectFile,
                format!("`{}` is not valid", format::path(path)),
            );
            match error.span() {
                Some(span) => fail.at(Place {
                    path: path.to_owned(),
                    start: span.start,
                    len: span.len().max(1),
                    label: error.message().to_owned(),
                    text,
                }),
                None => fail.caused_by(error),
            }
        })
    }

    /// Is a wheel made of the project? As uv decides: `tool.uv.package`, else whether there is a `[build-system]`.
    /// A `setup.py` without any `[project]` table is older than both and is built by setuptools, as pip does.
    pub(super) fn is_package(&self, directory: &Path) -> bool {
        let explicit = self.tool.uv.as_ref().and_then(|uv| uv.package);
        explicit.unwrap_or_else(|| {
            self.build_system.is_some()
                || (self.project.is_none() && is_setuptools_project(directory))
        })
    }

    /// The console scripts, if the file itself names them all.
    pub(super) fn scripts(&self) -> Option<BTreeMap<String, String>> {
        let project = self.project.as_ref()?;
        let dynamic = |field| project.dynamic.iter().any(|name| name == field);
        if dynamic("scripts") || dynamic("gui-scripts") || dynamic("entry-points") {
            return None;
        }
        let mut scripts = project.gui_scripts.clone();
        scripts.extend(project.scripts.clone());
        Some(scripts)
    }
}

/// Has the directory the files of a setuptools project without `pyproject.toml`?
pub(super) fn is_setuptools_project(directory: &Path) -> bool {
    directory.join("setup.py").is_file() || directory.join("setup.cfg").is_file()
}

/// The directory that the modules of a project lie in: `src` if it holds modules and the project's own directory has no
/// package, else the project's directory.
pub(super) fn source_root(directory: &Path) -> PathBuf {
    let src = directory.join("src");
    if src.is_dir() && !src.join("__init__.py").exists() {
        src
    } else {
        directory.to_owned()
    }
}
