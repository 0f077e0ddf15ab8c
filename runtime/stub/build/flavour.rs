//! What a stub leaves out of libpython.
//!
//! All flavours are linked from one libpython. It refers to every built-in module in one place, the table `_PyImport_Inittab`
//! (`Modules/config.c` of CPython). A flavour that leaves modules out brings a shorter table, and a libpython whose own one is a weak
//! symbol, so that nothing refers to the others and the linker collects them.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A flavour; without its name, everything.
pub(crate) struct Flavour {
    /// Built-in modules that are left out.
    modules: Vec<String>,
    /// Static archives that are not linked.
    libraries: Vec<String>,
    /// Those of them that the modules call.
    called: Vec<String>,
}

impl Flavour {
    /// The one that `FASTICE_FLAVOUR` names.
    pub(crate) fn read() -> Self {
        println!("cargo::rerun-if-env-changed=FASTICE_FLAVOUR");
        println!("cargo::rerun-if-changed=flavours");
        let name = std::env::var("FASTICE_FLAVOUR").unwrap_or_default();
        let lines = if name.is_empty() {
            Vec::new()
        } else {
            super::names(&Path::new("flavours").join(format!("{name}.txt")))
        };
        let of = |kind: &str| {
            let names = lines.iter().filter_map(|line| line.strip_prefix(kind));
            names.map(|name| name.trim().to_owned()).collect()
        };
        Self {
            modules: of("module "),
            libraries: of("library "),
            called: of("called "),
        }
    }

    /// Is the static archive linked?
    pub(crate) fn has(&self, library: &str) -> bool {
        !self.libraries.iter().any(|name| name == library)
    }

    /// The compiled table of built-in modules; nothing for that of libpython.
    pub(crate) fn table(&self, hardened: bool) -> Option<PathBuf> {
        const LIST: &str = "../cpython/modules.txt";
        if self.modules.is_empty() {
            return None;
        }
        println!("cargo::rerun-if-changed={LIST}");
        let mut names = super::names(Path::new(LIST));
        names.retain(|name| !self.modules.contains(name));
        let mut declarations = String::new();
        let mut rows = String::new();
        for name in names {
            let function = match &*name {
                // Made by CPython itself, before it reads the table.
                "builtins" | "sys" => "0".to_owned(),
                "marshal" => "PyMarshal_Init".to_owned(),
                "_warnings" => "_PyWarnings_Init".to_owned(),
                _ => format!("PyInit_{name}"),
            };
            if function != "0" {
                let _ = writeln!(declarations, "void *{function}(void);");
            }
            let _ = writeln!(rows, "    {{\"{name}\", {function}}},");
        }
        let source = super::write(
            "inittab.c",
            &format!(
                "{declarations}struct _inittab {{ const char *name; void *(*initfunc)(void); }};\n\
                 struct _inittab _PyImport_Inittab[] = {{\n{rows}    {{0, 0}},\n}};\n"
            ),
        );
        cc::Build::new()
            .file(source)
            .pic(false)
            .flag(if hardened { "-fPIE" } else { "-fno-pie" })
            .debug(false)
            .cargo_metadata(false)
            .compile("fastice_inittab");
        let mut path = super::write("inittab", "");
        path.set_file_name("libfastice_inittab.a");
        Some(path)
    }

    /// A linker script that says where the functions are that modules would call and that are not linked: nowhere. A module that is not
    /// in the table cannot be imported, so nothing calls them. Everything else that is missing stays an error.
    pub(crate) fn nowhere(&self, libpython: &Path, libraries: &Path) -> Option<PathBuf> {
        if self.called.is_empty() {
            return None;
        }
        let wanted = symbols(libpython, "--undefined-only");
        let mut script = String::new();
        for library in &self.called {
            let archive = libraries.join(format!("lib{library}.a"));
            for name in symbols(&archive, "--defined-only").intersection(&wanted) {
                let _ = writeln!(script, "PROVIDE({name} = 0);");
            }
        }
        Some(super::write("nowhere.ld", &script))
    }

    /// The archive `library` of all of CPython, fit for this flavour.
    pub(crate) fn libpython(&self, library: &Path) -> PathBuf {
        if self.modules.is_empty() {
            return library.to_owned();
        }
        // Under its name, by which `warm.ld` knows it.
        let name = library.file_name().unwrap_or_default().to_string_lossy();
        let own = super::write(&name, "");
        let status = Command::new("objcopy")
            .arg("--weaken-symbol=_PyImport_Inittab")
            .args([library, &own])
            .status();
        match status {
            Ok(status) if status.success() => own,
            Ok(status) => panic!("objcopy failed ({status})"),
            Err(error) => panic!("objcopy: {error}"),
        }
    }
}

/// Names of an archive's symbols: those that `nm` lists with `which`.
fn symbols(archive: &Path, which: &str) -> BTreeSet<String> {
    let output = Command::new("nm")
        .args(["--extern-only", "--format=posix", which])
        .arg(archive)
        .output()
        .unwrap_or_else(|error| panic!("nm: {error}"));
    assert!(output.status.success(), "nm {}", archive.display());
    String::from_utf8_lossy(&output.stdout)
        .lines()
        // Other lines name the objects.
        .filter_map(|line| line.split_once(' '))
        .map(|(name, _)| name.to_owned())
        .collect()
}
