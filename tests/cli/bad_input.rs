//! What a user can do wrong, each with the whole answer: sentence, cause, place, hint, exit status.

use crate::support::Workspace;

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
