//! `cargo xtask bench start`: whole processes from their start to their end, in pairs with what each is compared with.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use fs_err as fs;
use miette::{IntoDiagnostic, bail};

use super::{freeze, machines_python, measure};
use crate::commands::build::builder;
use crate::commands::runtime;
use crate::runtime::provide_python;
use crate::step::Step;
use crate::workspace;

/// Names of 200 standard modules that can be imported one after the other.
const MODULES: &str = r"
import importlib, sys
left_out = {'antigravity', 'this', 'idlelib', 'tkinter', 'turtle', 'turtledemo', 'test', 'ensurepip', 'venv', 'pty', 'tty', 'crypt'}
names = []
for name in sorted(sys.stdlib_module_names - left_out, key=lambda name: (name.startswith('_'), name)):
    try:
        importlib.import_module(name)
    except ImportError:
        continue
    names.append(name)
print(*('import ' + name for name in names[:200]), sep='\n')
";

const MEMORY: &str = "\
print('hello')
for line in open('/proc/self/smaps_rollup'):
    if line.startswith('Private_'):
        print(line.split()[1])
";

const CLIENT: &str = "\
import click, requests, rich.console, rich.table
@click.command()
@click.argument('url')
def main(url):
    'Fetches URL.'
    rich.console.Console().print(requests.get(url).status_code)
main(prog_name='client')
";

const DJANGO: &str = "\
import django.conf, django.core.management
django.conf.settings.configure(INSTALLED_APPS=['django.contrib.auth', 'django.contrib.contenttypes'], ROOT_URLCONF='__main__')
urlpatterns = []
django.core.management.execute_from_command_line(['manage', 'check'])
";

const BLACK: &str = "\
import black
black.patched_main()
";

/// An application, its packages, its arguments, and the ratio to plain Python that it is to reach.
type Application = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    f64,
);

const APPLICATIONS: [Application; 3] = [
    (
        "client",
        CLIENT,
        &["click", "rich", "requests"],
        &["--help"],
        0.15,
    ),
    ("django", DJANGO, &["django"], &[], 0.4),
    ("black", BLACK, &["black"], &["--version"], 0.3),
];

/// Measures and prints all of them.
struct Bench {
    builder: PathBuf,
    directory: PathBuf,
    runs: usize,
}

pub(super) fn run(runs: usize, options: &runtime::Options) -> miette::Result<()> {
    let request = options.request();
    let plain = provide_python(&request)?;
    let directory = workspace::target_directory().join("bench/start");
    fs::create_dir_all(&directory).into_diagnostic()?;
    let bench = Bench {
        builder: builder(&request)?,
        directory,
        runs,
    };
    println!(
        "{:<44} {:>9} {:>9} {:>6}  wanted",
        "25th percentile of pairs", "frozen", "other", "ratio"
    );
    let hello = workspace::root().join("examples/hello/hello.py");
    let program = bench.frozen("hello", &hello, &[])?;
    bench.pair(
        "hello : /bin/true",
        &[&program],
        &["/bin/true".as_ref()],
        Some(3.0),
    )?;
    let debian = PathBuf::from("/usr/bin/python3");
    let others = [plain.clone(), debian, machines_python()?];
    for python in others.iter().filter(|python| python.exists()) {
        let name = format!("hello : {} -I -S -c pass", version(python)?);
        let command: [&Path; 5] = [
            python,
            "-I".as_ref(),
            "-S".as_ref(),
            "-c".as_ref(),
            "pass".as_ref(),
        ];
        bench.pair(&name, &[&program], &command, Some(0.25))?;
    }
    bench.modules(&plain)?;
    for application in APPLICATIONS {
        bench.application(&plain, application)?;
    }
    bench.sizes(&program)?;
    bench.memory(&hello)
}

impl Bench {
    fn frozen(&self, name: &str, script: &Path, options: &[&str]) -> miette::Result<PathBuf> {
        let program = self.directory.join(name);
        let options = [&["--no-check", "--force"], options].concat();
        freeze(&self.builder, script, &program, &options)?;
        Ok(program)
    }

    fn script(&self, name: &str, text: &str) -> miette::Result<PathBuf> {
        let path = self.directory.join(format!("{name}.py"));
        fs::write(&path, text).into_diagnostic()?;
        Ok(path)
    }

    /// Runs both by turns, and prints what they take and the ratio.
    fn pair(
        &self,
        name: &str,
        frozen: &[&Path],
        other: &[&Path],
        wanted: Option<f64>,
    ) -> miette::Result<()> {
        let commands = [frozen, other].map(|words| {
            words
                .iter()
                .map(|word| word.to_path_buf())
                .collect::<Vec<_>>()
        });
        let mut times = [Vec::new(), Vec::new()];
        for round in 0..=self.runs {
            for (command, times) in commands.iter().zip(&mut times) {
                let time = measure(command)?;
                if round > 0 {
                    times.push(time);
                }
            }
        }
        let [one, two] = times.map(quartile);
        let ratio = one.as_secs_f64() / two.as_secs_f64();
        let wanted = wanted.map_or_else(String::new, |most| {
            format!(
                "{most:>5.2} {}",
                if ratio <= most { "reached" } else { "MISSED" }
            )
        });
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        println!(
            "{name:<44} {:>6.2} ms {:>6.2} ms {ratio:>6.3}  {wanted}",
            milliseconds(one),
            milliseconds(two)
        );
        Ok(())
    }

    fn modules(&self, plain: &Path) -> miette::Result<()> {
        let names = Step::output(Command::new(plain).args(["-I", "-S", "-c", MODULES]))?;
        let script = self.script("modules", &names)?;
        let program = self.frozen("modules", &script, &["--snapshot", "app"])?;
        let command: [&Path; 4] = [plain, "-I".as_ref(), "-S".as_ref(), &script];
        self.pair(
            "200 standard modules, snapshot app : python",
            &[&program],
            &command,
            Some(0.06),
        )
    }

    fn application(
        &self,
        plain: &Path,
        (name, text, packages, arguments, wanted): Application,
    ) -> miette::Result<()> {
        // Its name is not to stand for the package that it imports.
        let script = self.script(&format!("run_{name}"), text)?;
        let site = self.directory.join(format!("{name}-packages"));
        if !site.exists() {
            let step = Step::start("Installing packages to compare with", name)?;
            step.run(
                Command::new("python3")
                    .args([
                        "-m",
                        "pip",
                        "install",
                        "--quiet",
                        "--only-binary=:all:",
                        "--python-version=3.13",
                        "--target",
                    ])
                    .arg(&site)
                    .args(packages),
            )?;
            step.finish();
        }
        let with = packages.iter().flat_map(|package| ["--with", package]);
        let options: Vec<&str> = ["--snapshot", "app"].into_iter().chain(with).collect();
        let program = self.frozen(name, &script, &options)?;
        let arguments = arguments.iter().map(Path::new);
        let frozen: Vec<&Path> = [&*program].into_iter().chain(arguments.clone()).collect();
        let variable = PathBuf::from(format!("PYTHONPATH={}", site.display()));
        // As an installed program would, it finds compiled modules.
        let other: Vec<&Path> = ["/usr/bin/env".as_ref(), &*variable, plain, &script]
            .into_iter()
            .chain(arguments)
            .collect();
        self.pair(
            &format!("{name}, snapshot app : python"),
            &frozen,
            &other,
            Some(wanted),
        )
    }

    /// The cost of a start is not to grow with the file.
    fn sizes(&self, hello: &Path) -> miette::Result<()> {
        for megabytes in [1, 10, 100] {
            let project = self.directory.join(format!("with-{megabytes}"));
            fs::create_dir_all(&project).into_diagnostic()?;
            fs::write(project.join("__main__.py"), "print('hello')\n").into_diagnostic()?;
            // What cannot be compressed.
            let mut state = 1_u64;
            let noise: Vec<u8> = std::iter::repeat_with(|| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                state.to_be_bytes()[0]
            })
            .take(megabytes << 20)
            .collect();
            fs::write(project.join("data.bin"), noise).into_diagnostic()?;
            let program = self.frozen(&format!("hello-{megabytes}"), &project, &[])?;
            self.pair(
                &format!("hello with {megabytes} MB of data : hello"),
                &[&program],
                &[hello],
                None,
            )?;
        }
        Ok(())
    }

    fn memory(&self, hello: &Path) -> miette::Result<()> {
        let script = self.script("memory", MEMORY)?;
        let program = self.frozen("memory", &script, &[])?;
        let text = Step::output(&mut Command::new(program))?;
        let private: u64 = text
            .lines()
            .skip(1)
            .filter_map(|line| line.parse::<u64>().ok())
            .sum();
        println!(
            "{:<44} {private:>6} kB  wanted: below 2500",
            "private memory of a hello"
        );
        let with = fs::metadata(self.frozen("hello", hello, &[])?)
            .into_diagnostic()?
            .len();
        let off = self.frozen("hello-off", hello, &["--snapshot", "off"])?;
        let added = with - fs::metadata(off).into_diagnostic()?.len();
        println!(
            "{:<44} {:>6} kB  wanted: at most 5000",
            "what the snapshot adds to the file",
            added / 1000
        );
        Ok(())
    }
}

fn quartile(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 4).copied().unwrap_or_default()
}

/// `python3.11` and where it lies.
fn version(python: &Path) -> miette::Result<String> {
    let code = "import sys; print(*sys.version_info[:3], sep='.')";
    let number = Step::output(Command::new(python).args(["-c", code]))?;
    if number.trim().is_empty() {
        bail!("{} does not tell its version", python.display());
    }
    let place = if python.starts_with("/usr/bin") {
        "the system's"
    } else {
        "another"
    };
    Ok(format!("{place} {}", number.trim()))
}
