//! The one error type that users see: a sentence with the cause, a hint with the remedy, a code that
//! `fastice explain` knows, and for their own files the place in the source.

pub mod explanation;

use std::path::PathBuf;

/// Result of everything a user can cause to fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, told to a person.
#[derive(Debug)]
pub struct Error {
    code: Code,
    message: String,
    hint: Option<String>,
    place: Option<Box<Place>>,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// A place in a file of the user's.
#[derive(Debug, Clone)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// First byte of the marked span.
    pub start: usize,
    /// Bytes in the span, at least 1.
    pub len: usize,
    /// What is wrong there.
    pub label: String,
}

macro_rules! codes {
    ($($(#[$doc:meta])+ $name:ident = $text:literal, $exit:ident;)+) => {
        /// Identifies a kind of error or warning for `fastice explain` and for scripts. One explanation each in `templates/errors/`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])+ $name,)+
        }

        impl Code {
            /// Every code, in the order of its number.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// What the user sees: `E0003`; warnings begin with `W`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
            /// The code that is written `text`, in small letters or capitals, with or without zeros in front of its number.
            pub fn parse(text: &str) -> Option<Self> {
                let (letter, number) = text.split_at_checked(1)?;
                let text = format!("{letter}{number:0>4}");
                Self::ALL.iter().copied().find(|code| code.as_str().eq_ignore_ascii_case(&text))
            }
            /// Whose fault it is, and so how fastice exits. A warning lets the command go on.
            pub fn exit_status(self) -> ExitStatus {
                match self { $(Self::$name => ExitStatus::$exit,)+ }
            }
        }
    };
}

codes! {
    /// The input path does not exist.
    NoSuchPath = "E0001", Failure;
    /// An operation of the file system failed.
    Io = "E0002", Error;
    /// A file of the user's is not valid Python.
    Syntax = "E0003", Failure;
    /// The input is neither a Python script nor a project nor a package.
    NotAProgram = "E0004", Failure;
    /// Nothing says what the project runs.
    NoEntry = "E0005", Failure;
    /// The project has several console scripts, and none was chosen.
    SeveralEntries = "E0006", Failure;
    /// `--script` names a console script that does not exist.
    NoSuchScript = "E0007", Failure;
    /// The entry's module does not exist.
    NoSuchModule = "E0008", Failure;
    /// The entry's module does not define the entry's function.
    NoSuchFunction = "E0009", Failure;
    /// An entry is not of the form `pkg.mod:func`.
    InvalidEntry = "E0010", Failure;
    /// `pyproject.toml` cannot be read.
    ProjectFile = "E0011", Failure;
    /// The metadata block of a script cannot be read.
    ScriptMetadata = "E0012", Failure;
    /// The program needs another Python than the runtime's.
    RequiresPython = "E0013", Failure;
    /// A requirement is malformed.
    Requirement = "E0014", Failure;
    /// No set of distributions satisfies the requirements.
    Unresolvable = "E0015", Failure;
    /// A distribution could not be built from its sources.
    BuildFailed = "E0016", Failure;
    /// A wheel is for another Python or platform.
    UnfitWheel = "E0017", Failure;
    /// The installer failed for a reason of its own: network, disk, configuration.
    Installer = "E0018", Error;
    /// The directory given with `--site` is of another Python version, or is no installation.
    UnfitSite = "E0019", Failure;
    /// The builder has no runtime pack.
    NoRuntime = "E0020", Error;
    /// The runtime pack cannot be used.
    DamagedRuntime = "E0021", Error;
    /// A standard module that the program needs is not in this runtime.
    UnavailableModule = "E0022", Failure;
    /// `--include-module` or `--exclude-module` names no standard module.
    UnknownModule = "E0023", Failure;
    /// The process that compiles Python sources failed.
    CompileWorker = "E0024", Error;
    /// An installed distribution is damaged: its metadata cannot be read.
    Distribution = "E0025", Failure;
    /// Two parts of the program claim the same path.
    Conflict = "E0026", Failure;
    /// `--name` is no name of a file.
    InvalidName = "E0027", Failure;
    /// This machine does not have a library that the user named.
    NoSuchLibrary = "E0028", Failure;
    /// The output exists, and fastice did not make it.
    OutputExists = "E0030", Failure;
    /// The output path is a directory.
    OutputIsDirectory = "E0031", Failure;
    /// There is no room for the output.
    DiskFull = "E0032", Error;
    /// The output may not be written.
    NoPermission = "E0033", Error;
    /// The output is on a read-only file system.
    ReadOnly = "E0034", Error;
    /// There is no lock file, and the user wants one to be used.
    LockMissing = "E0035", Failure;
    /// The lock file does not fit what it locks.
    LockOutdated = "E0036", Failure;
    /// The file is not an executable made by fastice.
    NotFastice = "E0040", Failure;
    /// The executable is not as long as it was when it was written.
    Truncated = "E0041", Failure;
    /// Bytes of the executable differ from what was written.
    Damaged = "E0042", Failure;
    /// The executable was made by another version of fastice, with another image format.
    OtherFormat = "E0043", Failure;
    /// The file has no bytes at all.
    Empty = "E0044", Failure;
    /// `fastice explain` was given something that is no code.
    UnknownCode = "E0045", Failure;
    /// The executable holds no record of its imports.
    NoRecord = "E0046", Failure;
    /// There is nothing of that name in the executable.
    NotInside = "E0047", Failure;
    /// The program was built and could not be started.
    ProgramNotStarted = "E0050", Error;
    /// A start snapshot cannot be made.
    NoSnapshot = "E0051", Error;
    /// `--hardened`, and the runtime is not.
    NotHardened = "E0052", Error;
    /// A program does another thing with its start snapshot than without.
    ChangedBySnapshot = "E0053", Failure;
    /// A file of the configuration cannot be read.
    ConfigurationFile = "E0060", Failure;
    /// The configuration has a key that does not exist.
    ConfigurationKey = "E0061", Failure;
    /// A value of the configuration has the wrong type, or is out of range.
    ConfigurationValue = "E0062", Failure;
    /// Two parts of the configuration contradict each other.
    ConfigurationConflict = "E0063", Failure;
    /// A ZIP archive is damaged.
    DamagedArchive = "E0070", Failure;
    /// A ZIP archive is encrypted.
    EncryptedArchive = "E0071", Failure;
    /// A ZIP archive has names that lead out of it, or is a bomb.
    UnsafeArchive = "E0072", Failure;
    /// Compiled code is for another Python, or none.
    UnfitBytecode = "E0073", Failure;
    /// The input cannot run in the mode that was asked for.
    UnfitMode = "E0074", Failure;
    /// The executable fails where there is nothing but it.
    CheckFailed = "E0080", Failure;
    /// The place for a check cannot be set up.
    Sandbox = "E0081", Error;
    /// The policy of the configuration denies the executable.
    Policy = "E0082", Failure;
    /// A fresh build differs from the executable.
    OtherBytes = "E0083", Failure;
    /// There is no command of that name.
    UnknownCommand = "E0084", Error;
    /// A trace cannot be read.
    TraceFile = "E0085", Failure;
    /// There is a configuration already.
    AlreadyConfigured = "E0086", Failure;
    /// A file that a distribution lists is missing.
    MissingFile = "W0001", Success;
    /// A module of the program imports what nothing provides.
    ModuleNotFound = "W0004", Success;
    /// Native code needs a library that is neither in the executable nor part of glibc.
    LibraryNotFound = "W0005", Success;
    /// An extension module is for another Python or platform.
    UnfitExtension = "W0006", Success;
    /// A distribution needs a data file of the system that this machine does not have.
    MissingData = "W0007", Success;
    /// A distribution starts other programs on files that are only in the executable.
    RealFiles = "W0008", Success;
    /// The lock file does not fit what it locks, and is not used.
    LockIgnored = "W0009", Success;
    /// The executable fails where there is nothing but it, in a check that nobody asked for.
    CheckDoubtful = "W0020", Success;
    /// The check could not be isolated from this machine.
    NotIsolated = "W0021", Success;
    /// A module of the program imports a name that its source does not tell.
    DynamicImport = "W0022", Success;
    /// A traced command told nothing.
    NothingTraced = "W0023", Success;
    /// The `fastice.toml` of a project is not read for a single file of it.
    ConfigurationPassedOver = "W0024", Success;
    /// A start snapshot could not be made, and the executable is written without.
    SnapshotLeftOut = "W0040", Success;
    /// A module of the program is imported by each process, although the start snapshot was to have it.
    ModuleLeftOut = "W0041", Success;
    /// The chosen runtime lacks a module that the program may import.
    LackingFlavour = "W0042", Success;
}

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// It did what was asked: 0.
    Success,
    /// The input or the project is at fault: 1.
    Failure,
    /// The command line, fastice itself or the machine is at fault: 2.
    Error,
    /// What a program returned that fastice ran in its place.
    Program(u8),
}

impl From<ExitStatus> for std::process::ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(match status {
            ExitStatus::Success => 0,
            ExitStatus::Failure => 1,
            ExitStatus::Error => 2,
            ExitStatus::Program(status) => status,
        })
    }
}

impl Error {
    /// An error with its one sentence: no capital letter, no full stop.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
            place: None,
            cause: None,
        }
    }
    /// An operation of the file system failed; `error` names operation and path already, as those of `fs_err` do.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "it is the end of the error, and a function for map_err"
    )]
    pub fn io(error: std::io::Error) -> Self {
        Self::new(Code::Io, error.to_string())
    }
    /// Adds the remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
    /// Adds the place in a user's file.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(Box::new(place));
        self
    }
    /// Adds the error underneath.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }
    /// The same as a warning with this code: the command goes on.
    #[must_use]
    pub fn demoted(mut self, code: Code) -> Self {
        self.code = code;
        self
    }
    /// Its code.
    pub fn code(&self) -> Code {
        self.code
    }
    /// The remedy, if one is known.
    pub fn remedy(&self) -> Option<&str> {
        self.hint.as_deref()
    }
    /// The place in a user's file, if there is one.
    pub fn place(&self) -> Option<&Place> {
        self.place.as_deref()
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause
            .as_deref()
            .map(|cause| cause as &(dyn std::error::Error + 'static))
    }
}
