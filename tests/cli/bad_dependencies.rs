//! Requirements, environments and distributions that do not do, each with the whole answer.

use insta::assert_snapshot;

use crate::support::Workspace;

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
