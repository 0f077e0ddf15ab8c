//! Both sides of a comparison, each as a command in the same root.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use fastice_sandbox::{EmptyRoot, SYSTEM_VARIABLE};
use fs_err as fs;
use miette::{IntoDiagnostic, bail};

use crate::definition::{Application, Call, Program};
use crate::environment::Environment;
use crate::tools::Tools;

/// Much longer than any call needs; what runs longer hangs.
const TIMEOUT: Duration = Duration::from_mins(3);

/// Where the frozen program lies in the root.
pub(crate) const FROZEN: &str = "/frozen-program";

/// What a machine with Python has, and an empty root has not: a frozen program does without it.
const MACHINE: [&str; 3] = [
    "/lib/terminfo",
    "/usr/share/terminfo",
    "/usr/share/zoneinfo",
];

/// The libraries of this machine, all of them; those of another machine's root would not fit its C library.
const LIBRARIES: &str = "/lib/x86_64-linux-gnu";

/// Those that the C++ runtime and OpenMP are.
const RUNTIMES: [&str; 4] = [
    "/lib/x86_64-linux-gnu/libgcc_s.so.1",
    "/lib/x86_64-linux-gnu/libgomp.so.1",
    "/lib/x86_64-linux-gnu/libstdc++.so.6",
    "/lib/x86_64-linux-gnu/libz.so.1",
];

/// One of the two.
pub(crate) struct Side {
    root: EmptyRoot,
    program: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(&'static str, PathBuf)>,
}

/// What is seen from outside.
pub(crate) struct Seen {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Side {
    /// The unfrozen interpreter with what it needs of this machine.
    pub(crate) fn plain(
        application: &Application,
        environment: &Environment,
        tools: &Tools,
    ) -> miette::Result<Self> {
        let mut root = root(application)?;
        let shown = [
            tools.python_tree().to_owned(),
            tools.pycache(),
            environment.directory().to_owned(),
            application.directory.clone(),
        ];
        let libraries = match std::env::var_os(SYSTEM_VARIABLE) {
            Some(_) => &RUNTIMES[..],
            None => &[LIBRARIES],
        };
        let machine = MACHINE.iter().chain(libraries).map(Path::new);
        for path in shown.iter().map(PathBuf::as_path).chain(machine) {
            if path.exists() {
                root.bind(path, path);
            }
        }
        let arguments = match &application.program {
            // The frozen program has no working directory on its search path either.
            Program::Module(name) => vec!["-P".into(), "-m".into(), name.into()],
            Program::Script(path) => vec![path.into()],
        };
        Ok(Self {
            root,
            program: environment.python(),
            arguments,
            environment: vec![
                ("PYTHONPATH", application.sources()),
                ("PYTHONPYCACHEPREFIX", tools.pycache()),
                ("PYTHONDONTWRITEBYTECODE", "1".into()),
            ],
        })
    }

    /// The executable.
    pub(crate) fn frozen(application: &Application, executable: &Path) -> miette::Result<Self> {
        let mut root = root(application)?;
        root.bind(executable, FROZEN);
        Ok(Self {
            root,
            program: FROZEN.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
        })
    }

    /// The executable `name` in a directory with everything else that it needs, but for libraries that every machine has:
    /// the one that PyInstaller begins with needs zlib.
    pub(crate) fn directory(
        application: &Application,
        directory: &Path,
        name: &str,
    ) -> miette::Result<Self> {
        let mut root = root(application)?;
        root.bind(directory, FROZEN);
        for library in RUNTIMES {
            root.bind(Path::new(library), library);
        }
        Ok(Self {
            root,
            program: Path::new(FROZEN).join(name),
            arguments: Vec::new(),
            environment: Vec::new(),
        })
    }

    /// Runs one command line.
    pub(crate) fn run(&self, call: &Call) -> miette::Result<Seen> {
        let output = tempfile::tempdir().into_diagnostic()?;
        let path = |name: &str| output.path().join(name);
        fs::write(path("stdin"), &call.input).into_diagnostic()?;
        let create = |name| fs::File::create(path(name)).into_diagnostic();
        let mut command = self.root.command(&self.program);
        command
            .args(&self.arguments)
            .args(&call.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .envs(&call.environment)
            .stdin(fs::File::open(path("stdin")).into_diagnostic()?.into_file())
            .stdout(create("stdout")?.into_file())
            .stderr(create("stderr")?.into_file());
        let status = wait(&mut command)?;
        let text = |name| {
            let bytes = fs::read(path(name)).into_diagnostic()?;
            Ok::<_, miette::Report>(String::from_utf8_lossy(&bytes).into_owned())
        };
        Ok(Seen {
            status,
            stdout: text("stdout")?,
            stderr: text("stderr")?,
        })
    }
}

/// A root without anything of one side.
fn root(application: &Application) -> miette::Result<EmptyRoot> {
    let mut root = EmptyRoot::new().into_diagnostic()?;
    root.furnish();
    for (path, file) in &application.definition.root.files {
        root.bind(&application.directory.join(file), path);
    }
    for path in &application.definition.root.writable {
        root.writable(path);
    }
    Ok(root)
}

/// Runs a command to its end; one that does not end is killed.
fn wait(command: &mut Command) -> miette::Result<ExitStatus> {
    let mut child = command.spawn().into_diagnostic()?;
    let begin = Instant::now();
    loop {
        if let Some(status) = child.try_wait().into_diagnostic()? {
            return Ok(status);
        }
        if begin.elapsed() > TIMEOUT {
            child.kill().into_diagnostic()?;
            child.wait().into_diagnostic()?;
            bail!("{command:?} does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Freezes an application, without any option but where its distributions are, into `directory`.
pub(crate) fn freeze(
    application: &Application,
    environment: &Environment,
    tools: &Tools,
    directory: &Path,
) -> miette::Result<PathBuf> {
    let executable = directory.join("program");
    let mut command = Command::new(&tools.builder);
    command
        .args(["build", "--quiet", "--site"])
        .arg(environment.directory())
        .arg("--output")
        .arg(&executable)
        .env("FASTICE_RUNTIME", &tools.pack)
        .stdin(Stdio::null());
    match &application.program {
        Program::Module(name) => command.args(["--module", name]).arg(&application.directory),
        Program::Script(path) => command.arg(path),
    };
    let output = command.output().into_diagnostic()?;
    if !output.status.success() {
        bail!(
            "it cannot be frozen:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(executable)
}
