//! The components of the runtime: CPython, the libraries linked with it, the stub and its crates.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Component, Files, Kind, encoded};
use crate::runtime::MANIFEST;
use crate::{Code, Error, Result, audit};

/// The runtime's manifest, as far as it matters here.
#[derive(Default, Deserialize)]
struct Manifest {
    version: String,
    /// Debian package → version.
    #[serde(default)]
    libraries: BTreeMap<String, String>,
    /// Parts of CPython's own source → version.
    #[serde(default)]
    bundled: BTreeMap<String, String>,
    #[serde(default)]
    crates: Vec<Crate>,
}

#[derive(Deserialize)]
struct Crate {
    name: String,
    version: String,
    license: Option<String>,
}

/// A row of `templates/licenses/libraries.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Library {
    name: String,
    license: String,
}

/// Licence of what lies in CPython's own source (`Doc/license.rst` of CPython).
fn license_of_bundled(name: &str) -> Option<&'static str> {
    match name {
        "expat" => Some("MIT"),
        "mpdecimal" => Some("BSD-2-Clause"),
        _ => None,
    }
}

/// The components of the runtime in an image.
pub(super) fn components(
    files: &dyn Files,
    paths: &[String],
    built_by: &str,
) -> Result<Vec<Component>> {
    let Some(json) = files.read(MANIFEST)? else {
        return Ok(Vec::new());
    };
    let damaged = |error: &dyn std::error::Error| {
        Error::new(
            Code::DamagedRuntime,
            "the runtime's manifest cannot be read",
        )
        .caused_by(error.to_string())
    };
    let manifest: Manifest = serde_json::from_slice(&json).map_err(|error| damaged(&error))?;
    let table: BTreeMap<String, Library> =
        toml::from_str(include_str!("../../templates/licenses/libraries.toml"))
            .map_err(|error| damaged(&error))?;
    let texts = |directory: &str| {
        let within = format!("share/licenses/{directory}/");
        let found = paths.iter().filter(|path| path.starts_with(&within));
        found.cloned().collect::<Vec<String>>()
    };
    let component = |kind, name: &str, version: Option<&str>, license: Option<&str>| Component {
        kind,
        name: name.to_owned(),
        version: version.map(str::to_owned),
        license: license.map(str::to_owned),
        texts: Vec::new(),
        purl: None,
        summary: None,
        homepage: None,
        requires: Vec::new(),
        parts: Vec::new(),
    };
    let builder = built_by.split(' ').next_back();
    let version = manifest.version.as_str();
    let mut components = vec![
        Component {
            texts: texts("cpython"),
            purl: Some(format!("pkg:generic/python@{version}")),
            homepage: Some("https://www.python.org".to_owned()),
            summary: Some("The interpreter and its standard library".to_owned()),
            ..component(Kind::Runtime, "cpython", Some(version), Some("PSF-2.0"))
        },
        Component {
            texts: texts("fastice"),
            summary: Some("The program that starts the interpreter".to_owned()),
            ..component(Kind::Runtime, "fastice", builder, Some("MIT OR Apache-2.0"))
        },
    ];
    for (name, version) in &manifest.bundled {
        components.push(Component {
            texts: texts("cpython"),
            purl: Some(format!("pkg:generic/{name}@{version}")),
            ..component(Kind::Library, name, Some(version), license_of_bundled(name))
        });
    }
    for (package, version) in &manifest.libraries {
        let known = table.get(package);
        // Without Debian's epoch and revision.
        let upstream = version
            .split_once(':')
            .map_or(version.as_str(), |(_, rest)| rest);
        let upstream = upstream
            .rsplit_once('-')
            .map_or(upstream, |(upstream, _)| upstream);
        components.push(Component {
            texts: texts(package),
            purl: Some(format!("pkg:deb/debian/{package}@{}", encoded(version))),
            ..component(
                Kind::Library,
                known.map_or(package.as_str(), |library| library.name.as_str()),
                Some(upstream),
                known.map(|library| library.license.as_str()),
            )
        });
    }
    for one in &manifest.crates {
        components.push(Component {
            texts: texts(&format!("rust/{}-{}", one.name, one.version)),
            purl: Some(format!("pkg:cargo/{}@{}", one.name, encoded(&one.version))),
            ..component(
                Kind::Crate,
                &one.name,
                Some(&one.version),
                one.license.as_deref(),
            )
        });
    }
    for path in paths.iter().filter(|path| audit::is_bundled(path)) {
        let name = path.rsplit('/').next().unwrap_or(path);
        components.push(component(Kind::System, name, None, None));
    }
    Ok(components)
}
