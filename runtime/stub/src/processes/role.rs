//! Does a command line speak to the program or to an interpreter?

use std::ffi::{CString, OsStr};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use fastice_image::marker::Kind;
use fastice_image::{Identity, Marker, Program};

use crate::config::CommandLine;
use crate::path::below_root;

/// What a process is to do.
pub(crate) struct Role {
    /// What runs.
    pub(crate) kind: Kind,
    /// The command line, as that wants it.
    pub(crate) line: CommandLine,
    /// The command line that the process was started with.
    pub(crate) original: CommandLine,
    /// The program of which this process is, whatever runs in it.
    pub(crate) program: &'static Program,
    /// Its position among the alternatives; nothing for the main program.
    pub(crate) alternative: Option<usize>,
    /// The directory of the script that runs, which is to be the first of `sys.path`.
    pub(crate) script_directory: Option<PathBuf>,
}

/// What `multiprocessing` puts first on the command line of its children where `sys.frozen` is set, as some programs do.
const SPAWN_OPTION: &[u8] = b"--multiprocessing-fork";

/// How much of a file is read to see whether Python is to run it.
const SHEBANG_LEN: u64 = 256;

impl Role {
    /// The program, with this command line.
    pub(crate) fn of_program(line: CommandLine, program: &'static Program) -> Self {
        Self {
            kind: Kind::Program,
            line,
            original: line,
            program,
            alternative: None,
            script_directory: None,
        }
    }

    fn of_interpreter(line: CommandLine, program: &'static Program) -> Self {
        Self {
            kind: Kind::Interpreter,
            ..Self::of_program(line, program)
        }
    }
}

/// The role of a child of the same program.
pub(super) fn of_child(line: CommandLine, marker: &Marker, program: &'static Program) -> Role {
    let arguments = line.arguments();
    if let Some(worker) = worker(&arguments) {
        return Role::of_interpreter(CommandLine::new(worker), program);
    }
    if marker.repeats == Some(Kind::Program) {
        return Role::of_program(line, program);
    }
    match read(&arguments) {
        Meaning::Interpreter => Role::of_interpreter(line, program),
        Meaning::File { at, isolated } => {
            let path = path_of(&arguments[at]);
            if at == marker.name_at || Identity::of(path) == Some(marker.identity) {
                // As a program restarts itself that knows itself as a script: `[sys.executable, *sys.argv]`.
                Role::of_program(CommandLine::new(arguments[at..].to_vec()), program)
            } else if is_python(path) {
                Role {
                    script_directory: if isolated {
                        None
                    } else {
                        script_directory(path)
                    },
                    ..Role::of_interpreter(line, program)
                }
            } else {
                Role::of_program(line, program)
            }
        }
        Meaning::Program => Role::of_program(line, program),
    }
}

/// The command line of a worker of `multiprocessing` as it is where `sys.frozen` is not set. It gets its arguments as
/// `NAME=NUMBER` or `NAME=None`.
fn worker(arguments: &[CString]) -> Option<Vec<CString>> {
    let [name, option, values @ ..] = arguments else {
        return None;
    };
    if option.to_bytes() != SPAWN_OPTION {
        return None;
    }
    let is_value = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'=');
    if !values
        .iter()
        .all(|value| value.to_bytes().iter().all(is_value))
    {
        return None;
    }
    let values: Vec<&[u8]> = values.iter().map(|value| value.to_bytes()).collect();
    let code = [
        b"from multiprocessing.spawn import spawn_main; spawn_main(".as_slice(),
        &values.join(b", ".as_slice()),
        b")",
    ]
    .concat();
    let code = CString::new(code).ok()?;
    Some(vec![name.clone(), c"-c".to_owned(), code, option.clone()])
}

/// What a command line means to `python`.
enum Meaning {
    /// Code, a module, standard input or a question about the interpreter.
    Interpreter,
    /// Behind options that python knows, the argument at this position is the first that is none.
    File {
        at: usize,
        /// An option says that the search path is not to begin with the script's directory.
        isolated: bool,
    },
    /// Nothing that python would run.
    Program,
}

/// Reads a command line as `python` does (`Python/getopt.c`).
fn read(arguments: &[CString]) -> Meaning {
    let mut isolated = false;
    let mut interactive = false;
    let mut at = 1;
    while let Some(argument) = arguments.get(at) {
        let has_next = at + 1 < arguments.len();
        match argument.to_bytes() {
            b"-" | b"--version" | b"--help-all" | b"--help-env" | b"--help-xoptions" => {
                return Meaning::Interpreter;
            }
            b"--" if has_next => {
                at += 1;
                return Meaning::File { at, isolated };
            }
            b"--check-hash-based-pycs" => at += 1,
            options if options.starts_with(b"--") => return Meaning::Program,
            [b'-', options @ ..] => {
                for (index, option) in options.iter().enumerate() {
                    let has_value = index + 1 < options.len() || has_next;
                    match option {
                        b'V' => return Meaning::Interpreter,
                        b'c' | b'm' if has_value => return Meaning::Interpreter,
                        b'W' | b'X' if has_value => {
                            at += usize::from(index + 1 == options.len());
                            break;
                        }
                        b'I' | b'P' => isolated = true,
                        b'i' => interactive = true,
                        b'b' | b'B' | b'd' | b'E' | b'O' | b'q' | b'R' | b's' | b'S' | b'u'
                        | b'v' | b'x' => {}
                        _ => return Meaning::Program,
                    }
                }
            }
            _ => return Meaning::File { at, isolated },
        }
        at += 1;
    }
    if interactive {
        Meaning::Interpreter
    } else {
        Meaning::Program
    }
}

/// Code that an interpreter runs, where all its other options say what is so in a frozen program anyway.
pub(crate) enum Run {
    /// `-c`
    Command(CString),
    /// `-m`
    Module(CString),
}

impl Run {
    /// Reads such a command line; the arguments behind it belong to what runs.
    pub(crate) fn read(arguments: &[CString]) -> Option<(Self, Vec<CString>)> {
        let mut at = 1;
        loop {
            let [b'-', options @ ..] = arguments.get(at)?.to_bytes() else {
                return None;
            };
            at += 1;
            let Some(index) = options
                .iter()
                .position(|option| !b"IsSEPB".contains(option))
            else {
                if options.is_empty() {
                    return None;
                }
                continue;
            };
            let mut value = CString::new(&options[index + 1..]).ok()?;
            if value.is_empty() {
                value = arguments.get(at)?.clone();
                at += 1;
            }
            let run = match options[index] {
                b'c' => Self::Command(value),
                b'm' => Self::Module(value),
                _ => return None,
            };
            return Some((run, arguments[at..].to_vec()));
        }
    }
}

/// Is there, or should there be, something at `path` that python runs?
fn is_python(path: &Path) -> bool {
    // Also if it is missing: python then says so.
    if path.extension().is_some_and(|extension| {
        ["py", "pyc", "pyw", "pyz"]
            .iter()
            .any(|own| extension == *own)
    }) {
        return true;
    }
    if path.is_dir() {
        return ["__main__.py", "__main__.pyc"]
            .iter()
            .any(|main| path.join(main).is_file());
    }
    if below_root(path.as_os_str().as_bytes()).is_some() {
        return path.is_file();
    }
    names_python(path).unwrap_or(false)
}

/// Does the first line of a file say that python runs it?
fn names_python(path: &Path) -> std::io::Result<bool> {
    // Not of a pipe, which would wait for a writer.
    if !fs_err::metadata(path)?.is_file() {
        return Ok(false);
    }
    let mut begin = Vec::new();
    fs_err::File::open(path)?
        .take(SHEBANG_LEN)
        .read_to_end(&mut begin)?;
    let line = begin.split(|byte| *byte == b'\n').next().unwrap_or(&[]);
    Ok(line.starts_with(b"#!") && line.windows(6).any(|word| word == b"python"))
}

/// The real directory of a script, as python puts it in front of the search path.
fn script_directory(script: &Path) -> Option<PathBuf> {
    let real = fs_err::canonicalize(script).ok()?;
    real.is_file()
        .then(|| real.parent().map(Path::to_path_buf))?
}

fn path_of(argument: &CString) -> &Path {
    Path::new(OsStr::from_bytes(argument.to_bytes()))
}
