//! What a user can do wrong, each with the whole answer: sentence, cause, place, hint, exit status.

use crate::support::Workspace;
use std::process::Command;

use insta::assert_snapshot;

/// A project that is taken as it lies.
const UNPACKAGED: &str = "[project]\nname = \"tools\"\nversion = \"1\"\n";

#[test]
fn no_such_path() {
    let workspace = Workspace::new();
    assert_snapshot!(workspace.run("build nosuch.py"), @r"
    exit 1
    --- stderr
    error[E0001]: `nosuch.py` does not exist
    hint: name a script, or a directory with a pyproject.toml or a __main__.py
    ");
    assert_snapshot!(workspace.run("build httpie"), @r"
    exit 1
    --- stderr
    error[E0001]: `httpie` does not exist
    hint: to freeze a program from the package index use `--from httpie`
    ");
    assert_snapshot!(workspace.run("run nosuch.py"), @r"
    exit 1
    --- stderr
    error[E0001]: `nosuch.py` does not exist
    hint: name a script, or a directory with a pyproject.toml or a __main__.py
    ");
    assert!(workspace.listing().is_empty());
}

#[test]
fn not_a_script() {
    let workspace = Workspace::new();
    workspace.file("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    assert_snapshot!(workspace.run("build /dev/null"), @r"
    exit 1
    --- stderr
    error[E0004]: `/dev/null` is neither a file nor a directory
    ");
    assert_snapshot!(workspace.run("build picture.png"), @r"
    exit 1
    --- stderr
    error[E0004]: `picture.png` is not a Python script
    hint: name a script, or a directory with a pyproject.toml or a __main__.py
    ");
}

#[test]
fn an_archive_of_no_program() {
    let workspace = Workspace::new();
    workspace.archive("data.pyz", &[("data.txt", "words")]);
    assert_snapshot!(workspace.run("build data.pyz"), @r"
    exit 1
    --- stderr
    error[E0005]: the archive `data.pyz` has no `__main__.py` at its top
    hint: choose a function with `-e PKG.MOD:FUNC` or a module with `-m PKG.MOD`
    ");
}

#[test]
fn syntax_error() {
    let workspace = Workspace::new();
    workspace.file("broken.py", "import sys\n\nif sys.argv\n    print(1)\n");
    assert_snapshot!(workspace.run("build -q broken.py"), @r"
    exit 1
    --- stderr
    error[E0003]: `broken.py` is not valid Python: expected ':'
       ╭─[broken.py:3:12]
     2 │
     3 │ if sys.argv
       ·            ┬
       ·            ╰── expected ':'
     4 │     print(1)
       ╰────
    ");
    assert_eq!(workspace.listing(), ["broken.py"]);
}

#[test]
fn syntax_error_in_a_long_line() {
    let workspace = Workspace::new();
    workspace.file("long.py", format!("x = 1\ny = {}\n", "(".repeat(1000)));
    assert_snapshot!(workspace.run("build -q long.py"), @r"
    exit 1
    --- stderr
    error[E0003]: `long.py` is not valid Python: too many nested parentheses
      at long.py:2:205: too many nested parentheses
    ");
}

#[test]
fn syntax_error_in_a_module_beside_the_script() {
    let workspace = Workspace::new();
    workspace.file("main.py", "import helper\n");
    workspace.file("helper.py", "x = 1\nprint(\n");
    assert_snapshot!(workspace.run("build -q main.py"), @r"
    exit 1
    --- stderr
    error[E0003]: `helper.py` is not valid Python: '(' was never closed
       ╭─[helper.py:2:6]
     1 │ x = 1
     2 │ print(
       ·      ┬
       ·      ╰── '(' was never closed
       ╰────
    ");
}

#[test]
fn no_entry() {
    let workspace = Workspace::new();
    workspace.file("tools/pyproject.toml", UNPACKAGED);
    workspace.file("tools/one.py", "");
    workspace.file("plain/one.py", "");
    workspace.file("plain/two/__main__.py", "");
    workspace.file("empty/README", "");
    assert_snapshot!(workspace.run("build tools"), @r"
    exit 1
    --- stderr
    error[E0005]: the project `tools` has no console script
    hint: to run the module `one` use `-m one`
    ");
    assert_snapshot!(workspace.run("build plain"), @r"
    exit 1
    --- stderr
    error[E0005]: `plain` has neither a pyproject.toml nor a __main__.py
    hint: choose a module with `-m one`; there are `one`, `two`
    ");
    assert_snapshot!(workspace.run("build empty"), @r"
    exit 1
    --- stderr
    error[E0005]: `empty` has neither a pyproject.toml nor a __main__.py
    hint: choose a function with `-e PKG.MOD:FUNC` or a module with `-m PKG.MOD`
    ");
}

#[test]
fn several_entries() {
    let workspace = Workspace::new();
    let scripts = "[project.scripts]\na = \"one:main\"\n[project.gui-scripts]\nb = \"one:other\"\n";
    workspace.file("tools/pyproject.toml", format!("{UNPACKAGED}{scripts}"));
    workspace.file("tools/one.py", "def main(): pass\ndef other(): pass\n");
    assert_snapshot!(workspace.run("build tools"), @r"
    exit 1
    --- stderr
    error[E0006]: the project `tools` has several console scripts: `a`, `b`
    hint: choose one: `--script a`
    ");
    assert_snapshot!(workspace.run("build tools --script c"), @r"
    exit 1
    --- stderr
    error[E0007]: the project `tools` has no console script `c`
    hint: it has `a`, `b`
    ");
}

#[test]
fn missing_entry() {
    let workspace = Workspace::new();
    workspace.file("tools/pyproject.toml", UNPACKAGED);
    workspace.file("tools/pkg/__init__.py", "");
    workspace.file("tools/pkg/cli.py", "def main():\n    pass\n");
    assert_snapshot!(workspace.run("build tools -m pkg.clii"), @r"
    exit 1
    --- stderr
    error[E0008]: there is no module `pkg.clii`
    hint: the package `pkg` exists; check the name after it
    ");
    assert_snapshot!(workspace.run("build tools -m pkg"), @r"
    exit 1
    --- stderr
    error[E0008]: the package `pkg` cannot be run: it has no `__main__`
    hint: choose a function with `-e PKG.MOD:FUNC`, or another module
    ");
    assert_snapshot!(workspace.run("build tools -e nosuch:main"), @r"
    exit 1
    --- stderr
    error[E0008]: there is no module `nosuch`
    hint: check the name; the module must be part of the project or of its dependencies
    ");
    assert_snapshot!(workspace.run("build tools -e pkg.cli:mian"), @r"
    exit 1
    --- stderr
    error[E0009]: the module `pkg.cli` does not define `mian`
    hint: it defines `main`
    ");
}

#[test]
fn malformed_entry() {
    let workspace = Workspace::new();
    workspace.file("tools/pyproject.toml", UNPACKAGED);
    workspace.file("script.py", "");
    assert_snapshot!(workspace.run("build tools -e pkg/cli.py"), @r"
    exit 1
    --- stderr
    error[E0010]: `pkg/cli.py` is no entry
    hint: write module and function, `pkg.mod:func`; to run a module use `-m pkg.mod`
    ");
    assert_snapshot!(workspace.run("build tools -m pkg.cli:main"), @r"
    exit 1
    --- stderr
    error[E0010]: `pkg.cli:main` is no name of a module
    hint: to call a function use `-e pkg.cli:main`
    ");
    assert_snapshot!(workspace.run("build script.py -m script"), @r"
    exit 1
    --- stderr
    error[E0010]: `--module` chooses within a project, and `script.py` is a script
    hint: leave the flag away, or name the project's directory
    ");
    assert_snapshot!(workspace.run("build script.py --name a/b"), @r"
    exit 1
    --- stderr
    error[E0027]: `a/b` cannot name an executable
    hint: a name has no `/`; the directory goes to `-o`
    ");
}

#[test]
fn invalid_project_file() {
    let workspace = Workspace::new();
    workspace.file(
        "a/pyproject.toml",
        "[project]\nname = \"a\"\ndependencies = \"rich\"\n",
    );
    workspace.file("b/pyproject.toml", "[project\n");
    assert_snapshot!(workspace.run("build a"), @r#"
    exit 1
    --- stderr
    error[E0011]: `a/pyproject.toml` is not valid
       ╭─[a/pyproject.toml:3:16]
     2 │ name = "a"
     3 │ dependencies = "rich"
       ·                ───┬──
       ·                   ╰── invalid type: string "rich", expected a sequence
       ╰────
    "#);
    assert_snapshot!(workspace.run("build b"), @r"
    exit 1
    --- stderr
    error[E0011]: `b/pyproject.toml` is not valid
       ╭─[b/pyproject.toml:1:9]
     1 │ [project
       ·         ┬
       ·         ╰── unclosed table, expected `]`
       ╰────
    ");
}

#[test]
fn invalid_script_metadata() {
    let workspace = Workspace::new();
    workspace.file(
        "a.py",
        "# /// script\n# dependencies = [\"rich\"\n# ///\nimport rich\n",
    );
    workspace.file("b.py", "# /// script\n# ///\n\n# /// script\n# ///\n");
    assert_snapshot!(workspace.run("build a.py"), @r#"
    exit 1
    --- stderr
    error[E0012]: the metadata of `a.py` is not valid
       ╭─[a.py:2:25]
     1 │ # /// script
     2 │ # dependencies = ["rich"
       ·                         ┬
       ·                         ╰── unclosed array, expected `]`
     3 │ # ///
     4 │ import rich
       ╰────
    "#);
    assert_snapshot!(workspace.run("build b.py"), @r"
    exit 1
    --- stderr
    error[E0012]: `b.py` has two `script` blocks
       ╭─[b.py:4:1]
     3 │
     4 │ # /// script
       · ──────┬─────
       ·       ╰── the second begins here
     5 │ # ///
       ╰────
    ");
}

#[test]
fn another_python_is_needed() {
    let workspace = Workspace::new();
    workspace.file(
        "old.py",
        "# /// script\n# requires-python = \"<3.9\"\n# ///\n",
    );
    workspace.file(
        "odd.py",
        "# /// script\n# requires-python = \"three\"\n# ///\n",
    );
    assert_snapshot!(workspace.run("build old.py"), @r"
    exit 1
    --- stderr
    error[E0013]: `old.py` needs Python <3.9, and the runtime is Python 3.13.5
    hint: change `requires-python` if the program runs on this version too
    ");
    assert_snapshot!(workspace.run("build odd.py"), @r#"
    exit 1
    --- stderr
    error[E0013]: `requires-python = "three"` in `odd.py` is not valid
      cause: Failed to parse version: Unexpected end of version specifier, expected operator:
             three
             ^^^^^
    "#);
}

#[test]
fn requirements_that_cannot_be_met() {
    let workspace = Workspace::new();
    workspace.file("script.py", "");
    workspace.file("x-1.0-cp27-cp27m-win32.whl", "");
    assert_snapshot!(workspace.run("build script.py --installer pip --with nosuch>=2"), @r"
    exit 1
    --- stderr
    Installing dependencies with pip
    error[E0015]: the requirements cannot be satisfied
      cause: Could not find a version that satisfies the requirement nosuch>=2 (from versions: none)
             No matching distribution found for nosuch>=2
    hint: check the names and versions of the requirements
    ");
    assert_snapshot!(workspace.run("build script.py --installer pip --with a>>2"), @r"
    exit 1
    --- stderr
    Installing dependencies with pip
    error[E0014]: a requirement is not valid
      cause: Invalid requirement: 'a>>2': Expected end or semicolon (after name and no valid version specifier)
    hint: write a name with an optional version, `rich>=13`, a path or an address
    ");
    assert_snapshot!(workspace.run("build script.py --with --index-url"), @r"
    exit 2
    --- stderr
    error: unexpected argument '--index-url' found

      tip: to pass '--index-url' as a value, use '-- --index-url'

    Usage: fastice build <INPUT>

    For more information, try '--help'.
    ");
    assert_snapshot!(workspace.run("build script.py -r nosuch.txt"), @r"
    exit 1
    --- stderr
    error[E0001]: the requirements file `nosuch.txt` does not exist
    ");
    assert_snapshot!(
        workspace.run("build script.py --installer pip --with ./x-1.0-cp27-cp27m-win32.whl"), @r"
    exit 1
    --- stderr
    Installing dependencies with pip
    error[E0017]: a wheel does not fit this Python or platform
      cause: x-1.0-cp27-cp27m-win32.whl is not a supported wheel on this platform.
    hint: use a release that has a wheel for CPython 3.13 on Linux, or its sources
    ");
    assert_eq!(
        workspace.listing(),
        ["script.py", "x-1.0-cp27-cp27m-win32.whl"]
    );
}

#[test]
fn a_project_that_cannot_be_built() {
    let workspace = Workspace::new();
    let project = "[project]\nname = \"p\"\nversion = \"1\"\n[project.scripts]\np = \"p:main\"\n\
        [build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n";
    workspace.file("p/pyproject.toml", project);
    workspace.file(
        "p/backend.py",
        "def build_wheel(directory, settings=None, metadata=None):\n    raise SystemExit('no compiler here')\n",
    );
    assert_snapshot!(workspace.run("build p --installer pip"), @r"
    exit 1
    --- stderr
    Installing dependencies with pip
    error[E0016]: a distribution cannot be built from its sources
      cause: Preparing metadata (pyproject.toml) did not run successfully.
             exit code: 1
             no compiler here
    hint: what its build needs (a compiler, headers) must be installed here; or choose a release that has a wheel
    ");
}

#[test]
fn an_installed_tree_that_does_not_fit() {
    let workspace = Workspace::new();
    workspace.file("script.py", "");
    workspace.file("env/pyvenv.cfg", "home = /usr/bin\nversion = 3.11.2\n");
    workspace.file(
        "tree/x-1.dist-info/WHEEL",
        "Tag: cp311-cp311-manylinux_2_17_x86_64\n",
    );
    workspace.file("linked/y.pth", "import _y_editable_loader\n");
    workspace.file("linked/_y_editable_loader.py", "import rebuild\n");
    workspace.file("prefix/lib/python3.13/site-packages/x.py", "");
    assert_snapshot!(workspace.run("build script.py --site nosuch"), @r"
    exit 1
    --- stderr
    error[E0001]: `nosuch` is no directory
    ");
    assert_snapshot!(workspace.run("build script.py --site env"), @r"
    exit 1
    --- stderr
    error[E0019]: `env` is of Python 3.11.2, and the runtime is Python 3.13
    hint: make the environment with Python 3.13, or let fastice install: `-r FILE`, `--with REQ`
    ");
    assert_snapshot!(workspace.run("build script.py --site tree"), @r"
    exit 1
    --- stderr
    error[E0017]: `x` in `tree` is for cp311-cp311-manylinux_2_17_x86_64, not for CPython 3.13 on Linux
    hint: install it again with Python 3.13
    ");
    assert_snapshot!(workspace.run("build -q script.py --site linked"), @r"
    exit 1
    --- stderr
    error[E0019]: y.pth links a distribution into the tree by code (an editable installation)
    hint: install the distribution as a copy, without `-e`
    ");
    assert_snapshot!(workspace.run("build script.py --site prefix"), @r"
    exit 1
    --- stderr
    error[E0019]: `prefix` is no directory of packages
    hint: name that directory itself: `--site prefix/lib/python3.13/site-packages`
    ");
}

#[test]
fn standard_modules_that_are_not_there() {
    let workspace = Workspace::new();
    workspace.file("window.py", "import tkinter\n\ntkinter.Tk()\n");
    workspace.file("script.py", "");
    assert_snapshot!(workspace.run("build -q window.py"), @r"
    exit 1
    --- stderr
    error[E0022]: the standard module `tkinter` is not in this runtime
       ╭─[window.py:1:8]
     1 │ import tkinter
       ·        ───┬───
       ·           ╰── not in this runtime
     2 │
       ╰────
    hint: import it in a `try` block, or do without it; the runtime has no Tk
    ");
    assert_snapshot!(workspace.run("build -q script.py --include-module encodings.klingon"), @r"
    exit 1
    --- stderr
    error[E0023]: there is no standard module `encodings.klingon`
    hint: installed distributions are always taken whole; only standard modules are chosen
    ");
}

#[test]
fn outputs_that_cannot_be_written() {
    let workspace = Workspace::new();
    workspace.file("script.py", "");
    workspace.file("precious", "mine");
    workspace.file("dist/script/file", "");
    assert_snapshot!(workspace.run("build script.py -o precious"), @r"
    exit 1
    --- stderr
    error[E0030]: the output `precious` exists, and fastice did not make it
    hint: name another file with `-o`, or overwrite it with `--force`
    ");
    assert_snapshot!(workspace.run("build script.py"), @r"
    exit 1
    --- stderr
    error[E0031]: the output `dist/script` is a directory
    hint: name a file with `-o`
    ");
    assert_snapshot!(workspace.run("build script.py -o precious/script"), @r"
    exit 2
    --- stderr
    error[E0002]: `precious/script` cannot be written
      cause: failed to query resolved metadata `precious/script`: Not a directory (os error 20)
    hint: name another file with `-o`
    ");
    assert_eq!(
        workspace.listing(),
        [
            "dist",
            "dist/script",
            "dist/script/file",
            "precious",
            "script.py"
        ]
    );
}

/// Runs a shell script in a mount namespace of its own, where it may mount; `$0` is fastice.
fn in_namespace(workspace: &Workspace, script: &str) -> String {
    let fastice = workspace.fastice();
    let mut command = Command::new("unshare");
    command
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", script])
        .arg(fastice.get_program())
        .current_dir(workspace.path(""))
        .envs(
            fastice
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
    workspace.text(&command.output().expect("unshare starts"))
}

fn build_below_mount(workspace: &Workspace, mount: &str) -> String {
    let script = format!("{mount} && exec \"$0\" build -q script.py -o mounted/script");
    in_namespace(workspace, &script)
}

#[test]
fn file_systems_that_refuse_the_output() {
    let workspace = Workspace::new();
    workspace.file("script.py", "");
    workspace.file("mounted/file", "");
    let full = build_below_mount(&workspace, "mount -t tmpfs -o size=1m none mounted");
    assert_snapshot!(full, @r"
    exit 2
    --- stderr
    error[E0032]: there is no room for `mounted/script`
      cause: No space left on device (os error 28)
    hint: name another file with `-o`
    ");
    let read_only = build_below_mount(&workspace, "mount -t tmpfs -o ro none mounted");
    assert_snapshot!(read_only, @r#"
    exit 2
    --- stderr
    error[E0034]: `mounted/script` is on a read-only file system
      cause: Read-only file system (os error 30) at path "[DIR]/mounted/.fastice-[RANDOM]"
    hint: name another file with `-o`
    "#);
    // Nobody may make files there, root included.
    assert_snapshot!(workspace.run("build -q script.py -o /sys/kernel/script"), @r#"
    exit 2
    --- stderr
    error[E0033]: `/sys/kernel/script` may not be written
      cause: Permission denied (os error 13) at path "/sys/kernel/.fastice-[RANDOM]"
    hint: name another file with `-o`
    "#);
    assert_eq!(
        workspace.listing(),
        ["mounted", "mounted/file", "script.py"]
    );
}

/// Length of the footer, the last line of an executable (docs/reference/format.md).
const FOOTER: usize = 150;

#[test]
fn damaged_executables() {
    let workspace = Workspace::new();
    workspace.file("script.py", "print('whole')\n");
    workspace.run("build -q script.py -o whole");
    let whole = fs_err::read(workspace.path("whole")).expect("it was built");
    let end = whole.len();

    workspace.file("short", &whole[..end / 2]);
    workspace.file("longer", [&whole[..], b"more"].concat());
    let mut stub = whole.clone();
    stub[100_000] ^= 1;
    workspace.file("stub", stub);
    assert_snapshot!(workspace.run("inspect short"), @r"
    exit 1
    --- stderr
    error[E0040]: `short` cannot be used
      cause: it does not end with an image (not a fastice executable, or truncated)
    hint: `fastice build` makes executables that can be inspected
    ");
    let longer = workspace.run("inspect longer");
    let lengths = format!("it has {} bytes where {end} were written", end + 4);
    assert!(
        longer.starts_with("exit 1\n--- stderr\nerror[E0041]: "),
        "{longer}"
    );
    assert!(longer.contains(&lengths), "{longer}");
    let stub = workspace.run("inspect stub");
    assert!(stub.contains("\nstub      damaged\n"), "{stub}");
    assert!(!workspace.run("inspect whole").contains("damaged"));

    // Header and index lie before the ZIP directory, at the place that the footer names; the footer itself is the last line.
    let footer = String::from_utf8_lossy(&whole[end - FOOTER..]).into_owned();
    let field = |name: &str, digits: usize| {
        let start = footer.find(name).expect("the footer has the field") + name.len();
        usize::from_str_radix(&footer[start..start + digits], 16).expect("it is hexadecimal")
    };
    let header = field(" index=", 16);
    for place in [
        header,
        header + field("+", 16) - 1,
        end - FOOTER + 20,
        end - 2,
    ] {
        let mut flipped = whole.clone();
        flipped[place] ^= 1;
        workspace.file("flipped", &flipped);
        let answer = workspace.run("inspect flipped");
        assert!(
            answer.starts_with("exit 1\n--- stderr\nerror[E0042]: "),
            "{place}: {answer}"
        );
    }

    let (fields, _) = footer
        .split_once(" check=")
        .expect("the footer ends with its checksum");
    let version = format!("fastice-image {:04x}", fastice_image::FORMAT_VERSION);
    let fields = fields.replace(&version, "fastice-image 00ff");
    let other = format!(
        "{fields} check={:016x}\n",
        xxhash_rust::xxh3::xxh3_64(fields.as_bytes())
    );
    workspace.file("other", [&whole[..end - FOOTER], other.as_bytes()].concat());
    assert_snapshot!(workspace.run("inspect other"), @r"
    exit 1
    --- stderr
    error[E0043]: `other` cannot be used
      cause: its image has format 255, and this program reads format 3
    hint: use the fastice that made it, or build it again
    ");
}

#[test]
fn a_runtime_that_is_none() {
    let workspace = Workspace::new();
    workspace.file("script.py", "");
    let run = |runtime: &str| {
        let mut command = workspace.fastice();
        command
            .args(["build", "script.py"])
            .env("FASTICE_RUNTIME", runtime);
        workspace.text(&command.output().expect("fastice starts"))
    };
    assert_snapshot!(run("/bin/true"), @r"
    exit 2
    --- stderr
    error[E0021]: the runtime pack /bin/true cannot be used: it does not end with an image (not a fastice executable, or truncated)
    hint: build it again with `cargo xtask runtime`
    ");
    assert_snapshot!(run("/nosuch"), @r"
    exit 2
    --- stderr
    error[E0020]: the runtime pack /nosuch cannot be read
      cause: failed to open file `/nosuch`: No such file or directory (os error 2)
    ");
}

#[test]
fn files_that_are_no_executables_of_ours() {
    let workspace = Workspace::new();
    workspace.file("empty", "");
    workspace.file("text", "hello\n");
    assert_snapshot!(workspace.run("inspect nosuch"), @r"
    exit 1
    --- stderr
    error[E0001]: `nosuch` does not exist
    ");
    assert_snapshot!(workspace.run("inspect empty"), @r"
    exit 1
    --- stderr
    error[E0044]: `empty` is empty
    hint: build it again, or copy it again
    ");
    assert_snapshot!(workspace.run("list text"), @r"
    exit 1
    --- stderr
    error[E0040]: `text` cannot be used
      cause: it does not end with an image (not a fastice executable, or truncated)
    hint: `fastice build` makes executables that can be inspected
    ");
    assert_snapshot!(workspace.run("inspect ."), @r"
    exit 1
    --- stderr
    error[E0040]: `.` is a directory
    ");
}

#[test]
fn an_index_that_cannot_be_reached() {
    let workspace = Workspace::new();
    workspace.file("script.py", "");
    let mut command = workspace.fastice();
    command
        .args([
            "build",
            "-q",
            "script.py",
            "--installer",
            "pip",
            "--with",
            "nosuch",
        ])
        .env_remove("PIP_NO_INDEX")
        .env("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
        .env("PIP_RETRIES", "1");
    let answer = workspace.text(&command.output().expect("fastice starts"));
    assert!(
        answer.starts_with("exit 2\n--- stderr\nerror[E0018]: "),
        "{answer}"
    );
    assert!(answer.contains("Connection refused"), "{answer}");
}

#[test]
fn programs_that_may_not_be_executed() {
    let workspace = Workspace::new();
    // A source that no earlier test compiled, so that the cache of code objects does not know it.
    workspace.file("script.py", format!("# {}\n", workspace.path("").display()));
    workspace.file("mounted/file", "");
    // The runtime must lie where it can be executed, and only the program where it cannot; then the other way round.
    let runtime = workspace.runtime();
    let runtime = runtime.display();
    let mount = "mount -t tmpfs -o noexec none mounted";
    let run = format!(
        "{mount} && FASTICE_CACHE_DIR=mounted FASTICE_RUNTIME={runtime} exec \"$0\" run -q --snapshot off script.py"
    );
    let answer = in_namespace(&workspace, &run);
    assert!(
        answer.starts_with("exit 2\n--- stderr\nerror[E0050]: "),
        "{answer}"
    );
    assert!(answer.contains("Permission denied"), "{answer}");
    // For its snapshot, a program runs where it will be, else in the cache.
    let snapshot = format!(
        "{mount} && FASTICE_CACHE_DIR=mounted FASTICE_RUNTIME={runtime} exec \"$0\" build -q --snapshot base script.py -o mounted/out"
    );
    let answer = in_namespace(&workspace, &snapshot);
    assert!(
        answer.starts_with("exit 2\n--- stderr\nerror[E0051]: "),
        "{answer}"
    );
    assert!(answer.contains("Permission denied"), "{answer}");
    let default = format!(
        "{mount} && FASTICE_CACHE_DIR=mounted FASTICE_RUNTIME={runtime} \"$0\" build --no-check script.py -o mounted/out && cp mounted/out out && exec ./out"
    );
    let answer = in_namespace(&workspace, &default);
    assert!(answer.contains("warning[W0040]: "), "{answer}");
    assert!(answer.starts_with("exit 0\n"), "{answer}");
    let elsewhere = format!(
        "{mount} && FASTICE_CACHE_DIR=own FASTICE_RUNTIME={runtime} exec \"$0\" build -q --snapshot base script.py -o mounted/out"
    );
    assert_eq!(in_namespace(&workspace, &elsewhere), "exit 0\n");
    let build = format!(
        "{mount} && cp {runtime} mounted/python && FASTICE_RUNTIME=mounted/python exec \"$0\" build -q script.py"
    );
    let answer = in_namespace(&workspace, &build);
    assert!(
        answer.starts_with("exit 2\n--- stderr\nerror[E0024]: "),
        "{answer}"
    );
    assert!(answer.contains("Permission denied"), "{answer}");
}

#[test]
fn damaged_distributions() {
    let workspace = Workspace::new();
    workspace.file("script.py", "");
    workspace.file("unreadable/a-1.dist-info/RECORD", "a.py,,\n");
    workspace.file("twice/a-1.dist-info/METADATA", "Name: a\nVersion: 1\n");
    workspace.file("twice/a-1.dist-info/RECORD", "c.py,,\nc.py,,\n");
    workspace.file("twice/c.py", "");
    assert_snapshot!(workspace.run("build -q script.py --site unreadable"), @r"
    exit 1
    --- stderr
    error[E0025]: the metadata of [DIR]/unreadable/a-1.dist-info cannot be read
      cause: failed to open file `[DIR]/unreadable/a-1.dist-info/METADATA`: No such file or directory (os error 2)
    hint: install the distribution again
    ");
    assert_snapshot!(workspace.run("build -q script.py --site twice"), @r"
    exit 1
    --- stderr
    error[E0026]: a lists lib/python3.13/site-packages/c.py twice
    ");
}

#[test]
fn distributions_that_leave_something_to_be_desired() {
    let workspace = Workspace::new();
    workspace.file("script.py", "");
    workspace.file("missing/a-1.dist-info/METADATA", "Name: a\nVersion: 1\n");
    workspace.file("missing/a-1.dist-info/RECORD", "a.py,,\n");
    let warnings = |site: &str| {
        let answer = workspace.run(&format!("build script.py --site {site}"));
        assert!(answer.starts_with("exit 0\n"), "{answer}");
        let lines = answer
            .lines()
            .filter(|line| line.starts_with("warning") || line.starts_with("hint"));
        lines.collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(warnings("missing"), @r"
    warning[W0001]: a lists a.py, and there is no such file
    hint: install the distribution again
    ");
}

#[test]
fn imports_that_nothing_provides() {
    let workspace = Workspace::new();
    workspace.file(
        "script.py",
        "import sys, os.path, __main__\nimport beside, namespace.inner\nimport missing.part\ntry:\n    import other\nexcept ImportError:\n    pass\n",
    );
    workspace.file("beside.py", "from missing import x\nfrom . import y\n");
    workspace.file("namespace/inner.py", "");
    let answer = workspace.run("build script.py --no-check");
    assert!(answer.starts_with("exit 0\n"), "{answer}");
    let begin = answer.find("warning").expect("there is a warning");
    let last = answer.rfind("hint: ").expect("it has a hint");
    let end = last + answer[last..].find('\n').expect("the hint ends");
    assert_snapshot!(&answer[begin..end], @r"
    warning[W0004]: nothing provides the module `missing`
       ╭─[beside.py:1:6]
     1 │ from missing import x
       ·      ───┬───
       ·         ╰── this import will fail
     2 │ from . import y
       ╰────
    hint: add the distribution that has it to the dependencies, or with `--with REQ`
    warning[W0004]: nothing provides the module `missing`
       ╭─[script.py:3:8]
     2 │ import beside, namespace.inner
     3 │ import missing.part
       ·        ──────┬─────
       ·              ╰── this import will fail
     4 │ try:
       ╰────
    hint: add the distribution that has it to the dependencies, or with `--with REQ`
    ");
}

#[test]
fn codes_that_do_not_exist() {
    assert_snapshot!(Workspace::new().run("explain E9999"), @r"
    exit 1
    --- stderr
    error[E0045]: there is no error code `E9999`
    hint: `fastice explain` lists them all
    ");
}

#[test]
fn command_lines_that_make_no_sense() {
    let workspace = Workspace::new();
    assert_snapshot!(workspace.run("build a.py --from httpie"), @r"
    exit 2
    --- stderr
    error: the argument '[INPUT]' cannot be used with '--from <REQ>'

    Usage: fastice build <INPUT>

    For more information, try '--help'.
    ");
    assert_snapshot!(workspace.run("build a.py --site x --with y"), @r"
    exit 2
    --- stderr
    error: the argument '--site <DIR>' cannot be used with '--with <REQ>'

    Usage: fastice build --site <DIR> <INPUT>

    For more information, try '--help'.
    ");
    assert_snapshot!(workspace.run("build a.py -e x:y -m z"), @r"
    exit 2
    --- stderr
    error: the argument '--entry <PKG.MOD:FUNC>' cannot be used with '--module <PKG.MOD>'

    Usage: fastice build --entry <PKG.MOD:FUNC> <INPUT>

    For more information, try '--help'.
    ");
}
