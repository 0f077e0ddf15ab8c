//! What `site` does for `python` at a start has been done for a frozen program: `.pth` files and editable installations.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::process::Output;

use support::{Workspace, stderr, stdout};

/// Makes the virtual environment `env` and installs into it what the arguments of `pip install` say.
fn environment(workspace: &Workspace, arguments: &[&str]) {
    let venv = workspace
        .command(&support::python())
        .args(["-m", "venv", "--without-pip", "env"])
        .output()
        .unwrap();
    assert!(venv.status.success(), "{}", stderr(&venv));
    if arguments.is_empty() {
        return;
    }
    let install = workspace
        .command(&support::python())
        .args(["-m", "pip", "--python", "env/bin/python", "install", "-q"])
        .args(["--disable-pip-version-check", "--root-user-action=ignore"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(install.status.success(), "{}", stderr(&install));
}

/// Runs `app/main.py` in the environment, and frozen with it after the environment and its sources have moved away; both must
/// succeed and print the same.
fn compare(workspace: &Workspace, sources: &[&str]) -> String {
    let report = |output: &Output| {
        assert_eq!(output.status.code(), Some(0), "{}", stderr(output));
        (stdout(output), stderr(output))
    };
    let plain = workspace
        .command(&workspace.path("env/bin/python"))
        .args(["-P", "app/main.py"])
        .output()
        .unwrap();
    let program = workspace.freeze(&["app/main.py", "--site", "env"]);
    for directory in sources.iter().chain(&["env"]) {
        let moved = format!("{directory}-moved");
        fs_err::rename(workspace.path(directory), workspace.path(&moved)).unwrap();
    }
    let frozen = workspace.command(&program).output().unwrap();
    assert_eq!(report(&frozen), report(&plain));
    let home = workspace.path("").display().to_string();
    let bytes = fs_err::read(&program).unwrap();
    assert!(
        !bytes
            .windows(home.len())
            .any(|window| window == home.as_bytes()),
        "the executable knows where it was built"
    );
    stdout(&frozen)
}

#[test]
fn editable_installations_are_resolved() {
    let workspace = Workspace::new();
    let projects = [
        ("flat", "setuptools.build_meta", "setuptools>=77", ""),
        ("lying", "setuptools.build_meta", "setuptools>=77", "src/"),
        ("hatch", "hatchling.build", "hatchling", "src/"),
        ("flit", "flit_core.buildapi", "flit_core", ""),
        ("poet", "poetry.core.masonry.api", "poetry-core", "src/"),
        ("uvish", "uv_build", "uv_build", "src/"),
    ];
    for (name, back_end, requirement, source) in projects {
        let package = format!("{name}/{source}{name}");
        // hatchling maps modules only if it is told to.
        workspace
            .file(
                &format!("{name}/pyproject.toml"),
                &format!(
                    "[build-system]\nrequires = ['{requirement}']\nbuild-backend = '{back_end}'\n\
                     [project]\nname = '{name}'\nversion = '1.0'\ndescription = 'x'\n\
                     [project.entry-points.demo]\n{name} = '{name}.inner:call'\n\
                     [tool.hatch.build]\ndev-mode-exact = true\n"
                ),
            )
            .file(&format!("{package}/__init__.py"), "from importlib.resources import files\nvalue = files(__name__).joinpath('data/x.txt').read_text()\n")
            .file(&format!("{package}/data/x.txt"), name)
            .file(&format!("{package}/inner.py"), "def call(): return __name__\n");
    }
    let names = projects.map(|(name, ..)| name);
    workspace.file(
        "app/main.py",
        &format!(
            "import importlib, importlib.metadata as m\n\
             for name in {names:?}:\n    print(importlib.import_module(name).value, m.version(name))\n\
             print(sorted(e.load()() for e in m.entry_points(group='demo')))\n"
        ),
    );
    let arguments: Vec<&str> = names.iter().flat_map(|name| ["-e", name]).collect();
    environment(&workspace, &arguments);
    let output = compare(&workspace, &names);
    assert_eq!(output.lines().count(), names.len() + 1);
}

#[test]
fn code_in_path_files_runs_at_the_start() {
    let workspace = Workspace::new();
    environment(&workspace, &["setuptools==80.9.0"]);
    let site = "env/lib/python3.13/site-packages";
    let old = "import sys, types, os;has_mfs = sys.version_info > (3, 5);p = os.path.join(sys._getframe(1).f_locals['sitedir'], *('old',));\
               importlib = has_mfs and __import__('importlib.util');has_mfs and __import__('importlib.machinery');\
               m = has_mfs and sys.modules.setdefault('old', importlib.util.module_from_spec(importlib.machinery.PathFinder.find_spec('old', [os.path.dirname(p)])));\
               m = m or sys.modules.setdefault('old', types.ModuleType('old'));mp = (m or []) and m.__dict__.setdefault('__path__',[]);(p not in mp) and mp.append(p)\n";
    let file = |name: &str, text: &str| {
        workspace.file(&format!("{site}/{name}"), text);
    };
    file(
        "hook.pth",
        "# comment\nvendor\nimport sys; sys.seen = getattr(sys, 'seen', set()) | {'hook'}\nimport started\n",
    );
    file("vendor/hidden.py", "value = 'hidden'\n");
    file(
        "started.py",
        "import sys, fractions\nsys.seen.add(str(fractions.Fraction(1, 2)))\n",
    );
    file("old-nspkg.pth", old);
    file("old/part.py", "value = 'part'\n");
    file(
        "sitecustomize.py",
        "import sys\nsys.seen.add('sitecustomize')\n",
    );
    file(
        "wrong.pth",
        "import sys; sys.seen.add(1 / 0)\nimport sys; sys.seen.add('not run')\n",
    );
    workspace.file(
        "app/main.py",
        "import sys, hidden, old.part, distutils.version\n\
         print(sorted(sys.seen), hidden.value, old.part.value, distutils.version.LooseVersion('1.2'))\n\
         print([type(finder).__name__ for finder in sys.meta_path])\n",
    );
    let plain = workspace
        .command(&workspace.path("env/bin/python"))
        .args(["-P", "app/main.py"])
        .output()
        .unwrap();
    let program = workspace.freeze(&["app/main.py", "--site", "env"]);
    let frozen = workspace.command(&program).output().unwrap();
    assert_eq!(
        (stdout(&frozen), frozen.status),
        (stdout(&plain), plain.status)
    );
    assert!(
        stdout(&frozen).contains("['1/2', 'hook', 'sitecustomize'] hidden part 1.2"),
        "{}",
        stdout(&frozen)
    );
    // The same words, but for the frames inside `site` and the paths.
    for line in [
        "Error processing line 1 of ",
        "/site-packages/wrong.pth:",
        "  ZeroDivisionError: division by zero",
        "Remainder of file ignored",
    ] {
        assert!(stderr(&plain).contains(line), "{}", stderr(&plain));
        assert!(stderr(&frozen).contains(line), "{}", stderr(&frozen));
    }
}
