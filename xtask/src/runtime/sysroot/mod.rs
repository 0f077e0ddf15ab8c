//! A sysroot of an old C library: what is compiled and linked in it runs wherever there is a C library at least as old.
//!
//! Headers and symbols come from the wheel `ziglang`, whose compiler knows which symbol came with which version of glibc.
//! gcc stays the compiler; it finds headers, start files and libraries in the sysroot instead of on the machine.

mod shared;

use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use miette::{IntoDiagnostic, bail};
use walkdir::WalkDir;

use super::recipe::{self, Release};
use crate::cache::{Shelf, Workshop};
use crate::inputs::{Inputs, sha256};
use crate::step::Step;

/// Directories of headers in the wheel; the later ones overwrite the earlier.
const HEADERS: [&str; 4] = [
    "any-linux-any",
    "x86-linux-any",
    "generic-glibc",
    "x86-linux-gnu",
];

/// Headers that declare what `floor.c` defines, behind questions for the version.
const DECLARING: [&str; 3] = ["bits/mman-shared.h", "sys/random.h", "unistd.h"];

/// Libraries that a program is linked with by `-lNAME`.
const LIBRARIES: [&str; 6] = ["m", "dl", "pthread", "rt", "util", "resolv"];

/// Since glibc 2.34 the C library contains these others, and archives that were compiled for it want them without a word.
const C_LIBRARY: &str = "OUTPUT_FORMAT(elf64-x86-64)
GROUP ( libc.so.6 libc_nonshared.a libfloor.a \
AS_NEEDED ( ld-linux-x86-64.so.2 libdl.so.2 libpthread.so.0 librt.so.1 libutil.so.1 ) )
";

/// Start files, and the part of the C library that is linked statically.
const OBJECTS: [&str; 5] = ["crt1.o", "Scrt1.o", "crti.o", "crtn.o", "libc_nonshared.a"];

/// A finished sysroot.
pub(super) struct Sysroot {
    directory: PathBuf,
    /// Name of its entry in the cache.
    pub(super) key: String,
}

impl Sysroot {
    /// The directory that gcc's `--sysroot` names.
    pub(super) fn directory(&self) -> PathBuf {
        self.directory.join("sysroot")
    }

    /// Licences of glibc, whose start files and static part become part of a program.
    pub(super) fn licenses(&self) -> PathBuf {
        self.directory.join("LICENSES")
    }
}

/// The sysroot, made unless it was before.
pub(super) fn provide(release: &Release, compiler: &str) -> miette::Result<Sysroot> {
    let mut inputs = Inputs::default();
    inputs
        .fact("glibc", &release.glibc)
        .fact("wheel", &release.wheel.sha256)
        .fact("compiler", compiler)
        .text("mod.rs", include_str!("mod.rs"))
        .text("shared.rs", include_str!("shared.rs"))
        .text(
            "floor.c",
            &fs::read_to_string(recipe::file("floor.c")).into_diagnostic()?,
        );
    let key = inputs.key();
    let directory = Shelf::open("sysroot")?.get_or_make(&key, |workshop| {
        let step = Step::start(
            format!("Making a sysroot of glibc {}", release.glibc),
            "sysroot",
        )?;
        Making {
            release,
            workshop,
            step: &step,
        }
        .run()?;
        step.finish();
        Ok(())
    })?;
    Ok(Sysroot { directory, key })
}

struct Making<'a> {
    release: &'a Release,
    workshop: &'a Workshop<'a>,
    step: &'a Step,
}

impl Making<'_> {
    fn run(&self) -> miette::Result<()> {
        self.get_wheel()?;
        let built = self.link_something()?;
        fs::create_dir_all(self.include()).into_diagnostic()?;
        fs::create_dir_all(self.lib()).into_diagnostic()?;
        std::os::unix::fs::symlink("usr/lib", self.sysroot().join("lib")).into_diagnostic()?;
        self.write_headers()?;
        self.write_libraries(&built)?;
        fs::copy(
            self.workshop
                .scratch
                .join("zig/ziglang/lib/libc/glibc/LICENSES"),
            self.workshop.entry.join("LICENSES"),
        )
        .into_diagnostic()?;
        self.compile_floor()
    }

    fn get_wheel(&self) -> miette::Result<()> {
        let wheel = &self.release.wheel;
        let scratch = self.workshop.scratch;
        self.step
            .message(format!("{} {}", wheel.name, wheel.version));
        self.step.run(
            Command::new("python3")
                .args([
                    "-m",
                    "pip",
                    "download",
                    "--quiet",
                    "--no-deps",
                    "--only-binary=:all:",
                ])
                .args(["--disable-pip-version-check", "--dest"])
                .arg(scratch.join("wheel"))
                .arg(format!("{}=={}", wheel.name, wheel.version)),
        )?;
        let file = only_file(&scratch.join("wheel"))?;
        let found = sha256(&file)?;
        if found != wheel.sha256 {
            bail!(
                "{} is not the wheel that recipe.toml names: its SHA-256 is {found}",
                file.display()
            );
        }
        self.step.run(
            Command::new("python3")
                .args(["-m", "zipfile", "--extract"])
                .arg(file)
                .arg(scratch.join("zig")),
        )
    }

    /// Has zig link an empty program, both ways: it makes the libraries and start files for that, and leaves them in its cache.
    /// Returns the cache.
    fn link_something(&self) -> miette::Result<PathBuf> {
        let scratch = self.workshop.scratch;
        let cache = scratch.join("cache");
        fs::create_dir(&cache).into_diagnostic()?;
        fs::write(cache.join("empty.c"), "int main(void) { return 0; }\n").into_diagnostic()?;
        let zig = scratch.join("zig/ziglang/zig");
        self.step.run(Command::new("chmod").arg("+x").arg(&zig))?;
        for kind in ["-no-pie", "-pie"] {
            let mut command = Command::new(&zig);
            command
                .args(["cc", "-target"])
                .arg(format!("x86_64-linux-gnu.{}", self.release.glibc))
                .args([kind, "-O2", "-g0", "empty.c", "-o", "empty"])
                .args(LIBRARIES.map(|name| format!("-l{name}")))
                .env("ZIG_GLOBAL_CACHE_DIR", &cache)
                .env("ZIG_LOCAL_CACHE_DIR", &cache)
                .current_dir(&cache);
            self.step.run(&mut command)?;
        }
        Ok(cache)
    }

    /// The headers, for this version alone.
    fn write_headers(&self) -> miette::Result<()> {
        let all = self.workshop.scratch.join("zig/ziglang/lib/libc/include");
        for directory in HEADERS {
            copy_tree(&all.join(directory), &self.include())?;
        }
        let (_, minor) = self.release.glibc_version()?;
        // zig tells the version by an option; here nobody does.
        let features = self.include().join("features.h");
        let text = fs::read_to_string(&features).into_diagnostic()?;
        let guard = "#define\t_FEATURES_H\t1\n";
        if !text.contains(guard) {
            bail!("{} is not the header that it was", features.display());
        }
        let pinned = format!("{guard}#define __GLIBC_MINOR__ {minor}\n");
        fs::write(&features, text.replacen(guard, &pinned, 1)).into_diagnostic()?;
        for name in DECLARING {
            let path = self.include().join(name);
            let text = fs::read_to_string(&path).into_diagnostic()?;
            fs::write(&path, without_questions(&text, minor)).into_diagnostic()?;
        }
        Ok(())
    }

    fn write_libraries(&self, built: &Path) -> miette::Result<()> {
        let lib = self.lib();
        let mut written = Vec::new();
        for entry in WalkDir::new(built).sort_by_file_name() {
            let entry = entry.into_diagnostic()?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if OBJECTS.contains(&&*name) {
                fs::copy(entry.path(), lib.join(name)).into_diagnostic()?;
            } else if name.starts_with("lib") && name.contains(".so.") {
                let name = if name == "libld.so.2" {
                    "ld-linux-x86-64.so.2"
                } else {
                    &name
                };
                shared::write(entry.path(), name, &lib, self.workshop.scratch, self.step)?;
                written.push(name.to_owned());
            }
        }
        for name in OBJECTS {
            if !lib.join(name).exists() {
                // The same in every version.
                let own =
                    Step::output(Command::new("gcc").arg(format!("-print-file-name={name}")))?;
                fs::copy(own.trim(), lib.join(name)).into_diagnostic()?;
            }
        }
        for library in LIBRARIES {
            let link = format!("lib{library}.so");
            let Some(name) = written.iter().find(|name| name.starts_with(&link)) else {
                bail!("zig has made no {link}");
            };
            std::os::unix::fs::symlink(name, lib.join(link)).into_diagnostic()?;
        }
        fs::write(lib.join("libc.so"), C_LIBRARY).into_diagnostic()
    }

    /// `floor.c`, as a part of the C library.
    fn compile_floor(&self) -> miette::Result<()> {
        let object = self.workshop.scratch.join("floor.o");
        self.step.run(
            Command::new("gcc")
                .arg(format!("--sysroot={}", self.sysroot().display()))
                .args([
                    "-O2",
                    "-fPIC",
                    "-ffunction-sections",
                    "-Wall",
                    "-Werror",
                    "-c",
                ])
                .arg(recipe::file("floor.c"))
                .arg("-o")
                .arg(&object),
        )?;
        self.step.run(
            Command::new("ar")
                .arg("rcsD")
                .arg(self.lib().join("libfloor.a"))
                .arg(object),
        )
    }

    fn sysroot(&self) -> PathBuf {
        self.workshop.entry.join("sysroot")
    }

    fn include(&self) -> PathBuf {
        self.sysroot().join("usr/include")
    }

    fn lib(&self) -> PathBuf {
        self.sysroot().join("usr/lib")
    }
}

/// `text`, where the answer to "is this glibc at least …?" is always yes.
fn without_questions(text: &str, minor: u32) -> String {
    const QUESTION: &str = "__GLIBC_MINOR__ >= ";
    let mut parts = text.split(QUESTION);
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        result.push_str(QUESTION);
        result.push_str(&minor.to_string());
        result.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    result
}

fn only_file(directory: &Path) -> miette::Result<PathBuf> {
    match fs::read_dir(directory).into_diagnostic()?.next() {
        Some(entry) => Ok(entry.into_diagnostic()?.path()),
        None => bail!("{} is empty", directory.display()),
    }
}

/// Copies the files below `from` into the same places below `to`.
fn copy_tree(from: &Path, to: &Path) -> miette::Result<()> {
    for entry in WalkDir::new(from) {
        let entry = entry.into_diagnostic()?;
        let target = to.join(entry.path().strip_prefix(from).into_diagnostic()?);
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).into_diagnostic()?;
        } else {
            fs::copy(entry.path(), target).into_diagnostic()?;
        }
    }
    Ok(())
}
