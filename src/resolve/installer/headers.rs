//! CPython's C headers, for distributions that are compiled while they are installed.
//!
//! They lie inside the runtime, where no compiler can see them. So the runtime puts them into the cache, and compilers are told by the
//! variable that all of them know.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use super::Interpreter;
use crate::ui::Reporter;

/// Directories in which gcc and clang look for headers after those of the command line.
const VARIABLE: &str = "CPATH";

/// Prints the real path of its argument.
const PROGRAM: &str = "import sys, _fastice; print(_fastice.extract(sys.argv[1]))";

/// Lets compilers that `command` starts find the headers. Without a place for them, compiling fails with the compiler's own words; most
/// installations compile nothing.
pub(super) fn show(interpreter: &Interpreter, command: &mut Command, reporter: &dyn Reporter) {
    let output = Command::new(&interpreter.program)
        .args(["-I", "-c", PROGRAM, &interpreter.headers])
        .output();
    match output {
        Ok(output) if output.status.success() => {
            let path = String::from_utf8_lossy(&output.stdout)
                .trim_end()
                .to_owned();
            let own = env::var_os(VARIABLE).unwrap_or_default();
            let paths = env::split_paths(&own).chain([PathBuf::from(path)]);
            let joined = env::join_paths(paths.filter(|path| !path.as_os_str().is_empty()));
            command.env(VARIABLE, joined.unwrap_or_else(|_| OsString::new()));
        }
        Ok(output) => reporter.detail(&format!(
            "no headers for compilers: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        )),
        Err(error) => reporter.detail(&format!("no headers for compilers: {error}")),
    }
}
