//! What CPython and the stub are compiled with, and which C library for.

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use miette::IntoDiagnostic;

use super::Request;
use super::elf::GlibcVersion;
use super::recipe::Recipe;
use super::sysroot::{self, Sysroot};
use crate::packages;
use crate::step::Step;

/// Below it lie the headers of the static libraries.
const HEADERS: &str = "/usr/include/";

/// Some of them are in a directory for the platform.
const PLATFORM_HEADERS: &str = "x86_64-linux-gnu/";

/// gcc, and a C library.
pub(super) struct Toolchain {
    /// The first line of `gcc --version`.
    pub(super) compiler: String,
    /// The old C library; nothing for the one of this machine.
    pub(super) sysroot: Option<Sysroot>,
    /// The newest version of glibc's symbols that the stub may need.
    pub(super) glibc: GlibcVersion,
    /// See [`Request::hardened`].
    pub(super) hardened: bool,
}

/// The newest glibc that a stub for this machine may need.
const HOST_GLIBC: GlibcVersion = (2, 34);

impl Toolchain {
    /// The toolchain that `request` wants, its sysroot made unless it was before.
    pub(super) fn provide(recipe: &Recipe, request: &Request) -> miette::Result<Self> {
        let text = Step::output(Command::new("gcc").arg("--version"))?;
        let compiler = text.lines().next().unwrap_or_default().to_owned();
        if !request.build.is_release() {
            return Ok(Self {
                compiler,
                sysroot: None,
                glibc: HOST_GLIBC,
                hardened: request.hardened,
            });
        }
        Ok(Self {
            sysroot: Some(sysroot::provide(&recipe.release, &compiler)?),
            compiler,
            glibc: recipe.release.glibc_version()?,
            hardened: request.hardened,
        })
    }

    /// Variables for `configure`. The build runs in a directory beside `sysroot` and `include`.
    pub(super) fn environment(&self, recipe: &Recipe) -> BTreeMap<String, String> {
        let mut environment = recipe.configure.environment.clone();
        if self.sysroot.is_some() {
            environment.extend(recipe.release.environment.clone());
        }
        if self.hardened {
            for (name, (flags, others)) in &recipe.hardened.replace {
                let value = environment.entry(name.clone()).or_default();
                *value = value.replace(flags, others);
            }
        }
        environment
    }

    /// Puts `sysroot` and `include` into `directory`, so that they can be named relatively.
    pub(super) fn link_into(&self, recipe: &Recipe, directory: &Path) -> miette::Result<()> {
        let Some(sysroot) = &self.sysroot else {
            return Ok(());
        };
        symlink(sysroot.directory(), directory.join("sysroot")).into_diagnostic()?;
        let include = directory.join("include");
        for package in recipe.library_packages() {
            for file in packages::files(package)? {
                let Some(name) = file.strip_prefix(HEADERS).filter(|_| is_file(&file)) else {
                    continue;
                };
                let target = include.join(name.strip_prefix(PLATFORM_HEADERS).unwrap_or(name));
                if let Some(parent) = target.parent() {
                    fs::create_dir_all(parent).into_diagnostic()?;
                }
                fs::copy(&file, target).into_diagnostic()?;
            }
        }
        Ok(())
    }

    /// Arguments with which gcc links for this C library.
    pub(super) fn link_arguments(&self) -> Vec<String> {
        let Some(sysroot) = self.sysroot.as_ref().map(Sysroot::directory) else {
            return Vec::new();
        };
        let libraries: PathBuf = sysroot.join("usr/lib");
        vec![
            format!("--sysroot={}", sysroot.display()),
            format!("-B{}", libraries.display()),
            format!("-L{}", libraries.display()),
        ]
    }
}

fn is_file(path: &str) -> bool {
    Path::new(path).is_file()
}
