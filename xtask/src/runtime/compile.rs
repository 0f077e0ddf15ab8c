//! Compiling a configured CPython, in each of the ways that there are.

use std::path::Path;
use std::process::Command;

use fs_err as fs;
use miette::IntoDiagnostic;
use walkdir::WalkDir;

use super::cpython::{self, Build, LIBPYTHON, OWN_ARCHIVES};
use super::{Build as Kind, profile, recipe};
use crate::step::Step;

/// What `make` builds: nothing that is only needed to install or to test.
const TARGETS: [&str; 4] = ["python", LIBPYTHON, "pybuilddir.txt", "platform"];

/// Programs that the build itself runs, to freeze modules.
const TOOLS: [&str; 2] = ["Programs/_freeze_module", "_bootstrap_python"];

/// The object that is all of libpython after optimization at link time.
const WHOLE: &str = "libpython.o";

impl Build<'_> {
    /// Makes `python` and libpython.
    pub(super) fn compile(&self) -> miette::Result<()> {
        match self.request.build {
            Kind::Plain => self.make("Compiling CPython", "cpython", &TARGETS, &[], ""),
            Kind::Guided => {
                self.train()?;
                self.remove_objects()?;
                for tool in TOOLS {
                    fs::remove_file(self.tree().join(tool)).into_diagnostic()?;
                }
                let flags = &self.recipe.make.profile_use;
                self.make("Compiling CPython", "cpython", &TARGETS, &[], flags)
            }
            Kind::Release => self.compile_release(),
        }
    }

    /// Compiles CPython with counters and lets it do the training task.
    pub(super) fn train(&self) -> miette::Result<()> {
        let flags = &self.recipe.make.profile_generate;
        self.make(
            "Compiling CPython to be profiled",
            "cpython-profiled",
            &TARGETS,
            &[],
            flags,
        )?;
        let step = Step::start("Profiling CPython", "profile")?;
        step.run(self.command("./python").arg(recipe::file("train.py")))?;
        step.finish();
        Ok(())
    }

    /// The profile of the repository, and optimization of the whole library at once. gcc does that where a program is linked;
    /// here one object is linked, so that it is done once, and so that the stub's linker can read the result.
    fn compile_release(&self) -> miette::Result<()> {
        profile::restore(self.recipe, &self.toolchain.compiler, &self.tree())?;
        // The tools of the build, and what they make: quickly.
        self.make(
            "Compiling CPython's tools",
            "cpython-tools",
            &TARGETS,
            &[],
            "-O0",
        )?;
        self.remove_objects()?;
        let release = &self.recipe.release;
        let flags = format!("{} {}", self.recipe.make.profile_use, release.flags);
        let archives = [&[LIBPYTHON], &OWN_ARCHIVES[..]].concat();
        self.make("Compiling CPython", "cpython", &archives, &TOOLS, &flags)?;

        let step = Step::start("Optimizing CPython as a whole", "link-time")?;
        let flags = format!(
            "{} {} -flto={} -O3",
            self.recipe.make.flags, self.recipe.make.profile_use, self.request.jobs
        );
        step.run(
            self.gcc()
                .args(["-r", "-nostdlib", "-flinker-output=nolto-rel"])
                .args(flags.split_whitespace())
                .arg("-Wl,--whole-archive")
                .args(&archives)
                .args(["-Wl,--no-whole-archive", "-o", WHOLE]),
        )?;
        for archive in archives {
            fs::remove_file(self.tree().join(archive)).into_diagnostic()?;
        }
        step.run(self.command("ar").args(["rcsD", LIBPYTHON, WHOLE]))?;
        step.finish();
        self.link_python()
    }

    /// The interpreter: the same code as in the stub. It has to run during later steps, and is measured.
    fn link_python(&self) -> miette::Result<()> {
        let step = Step::start("Linking python", "python")?;
        step.run(
            self.gcc()
                .args(["-O2", "-I../source/Include", "-I."])
                .args(["../source/Programs/python.c", "-o", "python"])
                .args(["-Wl,--export-dynamic", "-Wl,--whole-archive", LIBPYTHON])
                .arg("-Wl,--no-whole-archive")
                .args(
                    self.recipe
                        .libraries
                        .iter()
                        .map(|library| format!("-l{}", library.name)),
                )
                .args(["-lm", "-ldl", "-lpthread", "-lutil"]),
        )?;
        step.finish();
        Ok(())
    }

    /// Makes `targets`, while the files in `old` are taken for finished.
    fn make(
        &self,
        name: &str,
        log: &str,
        targets: &[&str],
        old: &[&str],
        flags: &str,
    ) -> miette::Result<()> {
        let make = &self.recipe.make;
        let own = if self.request.build.is_release() {
            ""
        } else {
            &make.host_flags
        };
        let step = Step::start(name, log)?;
        step.run(
            self.command("make")
                .arg(format!("--jobs={}", self.request.jobs))
                .args(targets)
                .args(old.iter().map(|file| format!("--old-file={file}")))
                // The one that understands objects which are not compiled to the end.
                .arg("AR=gcc-ar")
                .arg(format!("CFLAGS_NODIST={own} {} {flags}", make.flags))
                .arg(format!("LDFLAGS_NODIST={flags}")),
        )?;
        step.finish();
        Ok(())
    }

    /// gcc with all the flags of `configure`, in the build tree.
    fn gcc(&self) -> Command {
        let environment = self.toolchain.environment(self.recipe);
        let mut words = ["CC", "CFLAGS", "CPPFLAGS", "LDFLAGS"]
            .into_iter()
            .filter_map(|name| environment.get(name))
            .flat_map(|value| value.split_whitespace());
        let mut command = self.command(words.next().unwrap_or("gcc"));
        command.args(words);
        command
    }

    /// Removes what is compiled and nothing else: `make clean` would remove the profile as well.
    fn remove_objects(&self) -> miette::Result<()> {
        for entry in WalkDir::new(self.tree()) {
            let entry = entry.into_diagnostic()?;
            if is_object(entry.path()) {
                fs::remove_file(entry.path()).into_diagnostic()?;
            }
        }
        fs::remove_file(self.tree().join(cpython::PYTHON)).into_diagnostic()
    }
}

fn is_object(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "o" || end == "a")
}
