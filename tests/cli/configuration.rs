//! Where the configuration comes from, what wins, and what is said about mistakes in it.

use std::process::Command;

use crate::support::Workspace;

use insta::assert_snapshot;

/// A project that is taken as it lies, with this table after it.
fn project(workspace: &Workspace, table: &str) {
    let head = "[project]\nname = \"tools\"\nversion = \"1\"\n";
    workspace.file("pyproject.toml", format!("{head}{table}"));
    workspace.file("one.py", "print('one')\ndef main(): print('main')\n");
    workspace.file("two.py", "print('two', __debug__)\n");
}

#[test]
fn an_unknown_key_is_answered_by_the_nearest() {
    let workspace = Workspace::new();
    project(&workspace, "[tool.fastice]\nmodul = \"one\"\n");
    assert_snapshot!(workspace.run("build"), @r#"
    exit 1
    --- stderr
    error[E0061]: there is no key `modul` in fastice's configuration
       ╭─[./pyproject.toml:5:1]
     4 │ [tool.fastice]
     5 │ modul = "one"
       · ──┬──
       ·   ╰── unknown
       ╰────
    hint: did you mean `module`?
    "#);
    project(&workspace, "[tool.fastice.python]\nutf_mode = true\n");
    assert_snapshot!(workspace.run("build"), @r"
    exit 1
    --- stderr
    error[E0061]: there is no key `python.utf_mode` in fastice's configuration
       ╭─[./pyproject.toml:5:1]
     4 │ [tool.fastice.python]
     5 │ utf_mode = true
       · ────┬───
       ·     ╰── unknown
       ╰────
    hint: did you mean `python.utf8_mode`?
    ");
    project(&workspace, "[tool.fastice]\nutf8_mode = true\n");
    assert_snapshot!(workspace.run("build"), @r"
    exit 1
    --- stderr
    error[E0061]: there is no key `utf8_mode` in fastice's configuration
       ╭─[./pyproject.toml:5:1]
     4 │ [tool.fastice]
     5 │ utf8_mode = true
       · ────┬────
       ·     ╰── unknown
       ╰────
    hint: the key is `python.utf8_mode`
    ");
    project(&workspace, "[tool.fastice.python]\nrun_module = 'one'\n");
    assert_snapshot!(workspace.run("build"), @r"
    exit 1
    --- stderr
    error[E0061]: there is no key `python.run_module` in fastice's configuration
       ╭─[./pyproject.toml:5:1]
     4 │ [tool.fastice.python]
     5 │ run_module = 'one'
       · ─────┬────
       ·      ╰── unknown
       ╰────
    hint: set `module`
    ");
    project(&workspace, "");
    workspace.file("fastice.toml", "include-module = []\ninclude_module = []\n");
    assert_snapshot!(workspace.run("build"), @r"
    exit 1
    --- stderr
    error[E0061]: `include-module` is set twice in `./fastice.toml`
       ╭─[./fastice.toml:2:1]
     1 │ include-module = []
     2 │ include_module = []
       · ───────┬──────
       ·        ╰── the second
       ╰────
    ");
    workspace.file("fastice.toml", "");
    assert_snapshot!(workspace.run("build --config=modul=one"), @r#"
    exit 1
    --- stderr
    error[E0061]: there is no key `modul` in fastice's configuration
       ╭─[--config:1:1]
     1 │ modul = "one"
       · ──┬──
       ·   ╰── unknown
       ╰────
    hint: did you mean `module`?
    "#);
    let output = workspace
        .fastice()
        .arg("build")
        .env("FASTICE_CONFIG_PYTHON_UTF_MODE", "1")
        .output()
        .unwrap();
    assert_snapshot!(workspace.text(&output), @r"
    exit 1
    --- stderr
    error[E0061]: the variable `FASTICE_CONFIG_PYTHON_UTF_MODE` sets no key of fastice's configuration
    hint: did you mean `FASTICE_CONFIG_PYTHON_UTF8_MODE`?
    ");
}

#[test]
fn a_value_that_does_not_fit_is_shown() {
    let workspace = Workspace::new();
    project(&workspace, "[tool.fastice]\ninclude-module = \"wave\"\n");
    assert_snapshot!(workspace.run("build"), @r#"
    exit 1
    --- stderr
    error[E0062]: the value of `include-module` in `./pyproject.toml` does not fit
       ╭─[./pyproject.toml:5:18]
     4 │ [tool.fastice]
     5 │ include-module = "wave"
       ·                  ───┬──
       ·                     ╰── invalid type: string "wave", expected a list
       ╰────
    "#);
    project(&workspace, "[tool.fastice]\nmode = \"scrpit\"\n");
    assert_snapshot!(workspace.run("build"), @r#"
    exit 1
    --- stderr
    error[E0062]: the value of `mode` in `./pyproject.toml` does not fit
       ╭─[./pyproject.toml:5:8]
     4 │ [tool.fastice]
     5 │ mode = "scrpit"
       ·        ────┬───
       ·            ╰── unknown variant `scrpit`, expected one of `auto`, `script`, `module`, `entry`, `bytecode`, `directory`, `archive`, `command`, `stdin`, `interactive`, `interpreter`
       ╰────
    hint: did you mean `script`?
    "#);
    project(&workspace, "[tool.fastice.python]\nbytes_warning = 3\n");
    assert_snapshot!(workspace.run("build"), @r"
    exit 1
    --- stderr
    error[E0062]: `python.bytes_warning` must be a number from 0 to 2
       ╭─[./pyproject.toml:5:17]
     4 │ [tool.fastice.python]
     5 │ bytes_warning = 3
       ·                 ┬
       ·                 ╰── out of range
       ╰────
    ");
    project(&workspace, "[tool]\nfastice = 3\n");
    assert_snapshot!(workspace.run("build"), @r"
    exit 1
    --- stderr
    error[E0062]: `tool.fastice` in `./pyproject.toml` is no table
       ╭─[./pyproject.toml:5:11]
     4 │ [tool]
     5 │ fastice = 3
       ·           ┬
       ·           ╰── a table is expected here
       ╰────
    ");
    workspace.file(
        "script.py",
        "# /// script\n# [tool.fastice.python]\n# verbose = \"much\"\n# ///\n",
    );
    assert_snapshot!(workspace.run("build script.py"), @r#"
    exit 1
    --- stderr
    error[E0062]: the value of `python.verbose` in `script.py` does not fit
       ╭─[script.py:3:13]
     2 │ # [tool.fastice.python]
     3 │ # verbose = "much"
       ·             ───┬──
       ·                ╰── invalid type: string "much", expected a number
     4 │ # ///
       ╰────
    "#);
    project(&workspace, "");
    workspace.file("fastice.toml", "module = \n");
    assert_snapshot!(workspace.run("build"), @r"
    exit 1
    --- stderr
    error[E0060]: `./fastice.toml` is not valid TOML
       ╭─[./fastice.toml:1:10]
     1 │ module =
       ·          ┬
       ·          ╰── string values must be quoted, expected literal string
       ╰────
    ");
    assert_snapshot!(workspace.run("build one.py --config-file no.toml"), @r"
    exit 1
    --- stderr
    error[E0060]: there is no configuration file `no.toml`
    ");
}

#[test]
fn what_contradicts_itself_is_refused() {
    let workspace = Workspace::new();
    project(
        &workspace,
        "[tool.fastice]\nmodule = \"one\"\n[tool.fastice.python]\nisolated = true\nsafe_path = false\n",
    );
    assert_snapshot!(workspace.run("build"), @r"
    exit 1
    --- stderr
    error[E0063]: `python.isolated` and `python.safe_path` contradict each other: an isolated Python has a safe path
       ╭─[./pyproject.toml:7:12]
     6 │ [tool.fastice.python]
     7 │ isolated = true
       ·            ──┬─
       ·              ╰── this one
     8 │ safe_path = false
       ╰────
    hint: set `python.isolated` to false
    ");
    project(
        &workspace,
        "[tool.fastice]\nmodule = \"one\"\nentry = \"one:main\"\n",
    );
    assert_snapshot!(workspace.run("build"), @r#"
    exit 1
    --- stderr
    error[E0063]: `entry` and `module` contradict each other: only one thing can run
       ╭─[./pyproject.toml:6:9]
     5 │ module = "one"
     6 │ entry = "one:main"
       ·         ─────┬────
       ·              ╰── this one
       ╰────
    hint: leave one of them away
    "#);
    project(&workspace, "[tool.fastice.environment]\nallow = [\"A\"]\n");
    assert_snapshot!(workspace.run("build -m one"), @r#"
    exit 1
    --- stderr
    error[E0063]: `environment.allow` and `environment.policy` contradict each other: only the policy "listed" looks at the list
       ╭─[./pyproject.toml:5:9]
     4 │ [tool.fastice.environment]
     5 │ allow = ["A"]
       ·         ──┬──
       ·           ╰── this one
       ╰────
    hint: set `environment.policy` to "listed"
    "#);
    project(
        &workspace,
        "[tool.fastice.environment]\npolicy = \"listed\"\n",
    );
    assert_snapshot!(workspace.run("build -m one"), @r#"
    exit 1
    --- stderr
    error[E0063]: `environment.policy` and `environment.allow` contradict each other: the policy is "listed", and nothing is listed
       ╭─[./pyproject.toml:5:10]
     4 │ [tool.fastice.environment]
     5 │ policy = "listed"
       ·          ────┬───
       ·              ╰── this one
       ╰────
    hint: name variables in `environment.allow`, or set the policy to "none"
    "#);
    project(&workspace, "[tool.fastice]\noptimize = 1\n");
    assert_snapshot!(workspace.run("build -m one --config=python.optimization_level=2"), @r"
    exit 1
    --- stderr
    error[E0063]: `optimize` and `python.optimization_level` contradict each other: they are the same thing under two names
       ╭─[./pyproject.toml:5:12]
     4 │ [tool.fastice]
     5 │ optimize = 1
       ·            ┬
       ·            ╰── this one
       ╰────
    hint: leave one of them away
    ");
    project(
        &workspace,
        "[tool.fastice.python]\nint_max_str_digits = 5\n",
    );
    assert_snapshot!(workspace.run("build -m one"), @r"
    exit 1
    --- stderr
    error[E0062]: `python.int_max_str_digits` must be 0, which is no limit, or at least 640
       ╭─[./pyproject.toml:5:22]
     4 │ [tool.fastice.python]
     5 │ int_max_str_digits = 5
       ·                      ┬
       ·                      ╰── this value
       ╰────
    ");
    assert!(
        workspace
            .listing()
            .iter()
            .all(|name| !name.starts_with("dist"))
    );
}

/// Flags, then variables, then `fastice.toml`, then `pyproject.toml`.
#[test]
fn the_stronger_source_wins() {
    let workspace = Workspace::new();
    let name = |workspace: &Workspace, arguments: &[&str], variable: Option<&str>| {
        let output = workspace
            .fastice()
            .args(["build", "-q"])
            .args(arguments)
            .envs(variable.map(|value| ("FASTICE_CONFIG_NAME", value)))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", workspace.text(&output));
        let mut built = workspace.listing();
        built.retain(|path| path.starts_with("dist/"));
        fs_err::remove_dir_all(workspace.path("dist")).unwrap();
        built
    };
    project(
        &workspace,
        "[tool.fastice]\nname = \"weakest\"\nmodule = \"one\"\n",
    );
    assert_eq!(name(&workspace, &[], None), ["dist/weakest"]);
    workspace.file("fastice.toml", "name = \"file\"\n");
    assert_eq!(name(&workspace, &[], None), ["dist/file"]);
    assert_eq!(name(&workspace, &[], Some("variable")), ["dist/variable"]);
    let config = ["--config", "name=config"];
    assert_eq!(name(&workspace, &config, Some("variable")), ["dist/config"]);
    let flags = ["--config", "name=config", "--name", "flag"];
    assert_eq!(name(&workspace, &flags, Some("variable")), ["dist/flag"]);
}

#[test]
fn a_stronger_choice_of_what_runs_replaces_another_kind() {
    let workspace = Workspace::new();
    project(&workspace, "[tool.fastice]\nentry = \"one:main\"\n");
    assert_snapshot!(workspace.run("run -q"), @r"
    exit 0
    --- stdout
    one
    main
    ");
    workspace.file("fastice.toml", "module = \"two\"\noptimize = 1\n");
    assert_snapshot!(workspace.run("run -q"), @r"
    exit 0
    --- stdout
    two False
    ");
    assert_snapshot!(workspace.run("run -q -e one:main"), @r"
    exit 0
    --- stdout
    one
    main
    ");
}

/// What CPython would say at the start, or not do, is said by the build.
#[test]
fn values_that_cpython_would_refuse() {
    let workspace = Workspace::new();
    workspace.file("app.py", "print('runs')\n");
    let refused = |field: &str| {
        workspace.file("settings.toml", format!("[python]\n{field}\n"));
        let said = workspace.run("build app.py --config-file settings.toml");
        assert!(!workspace.path("dist").exists());
        said
    };
    assert_snapshot!(refused("stdio_encoding = 'utf-88'"), @r"
    exit 1
    --- stderr
    error[E0062]: `python.stdio_encoding` cannot be `utf-88`: CPython could not start with it
    hint: the names are those of the Python module `encodings`: utf-8, latin-1, cp1252, …
    ");
    assert_snapshot!(refused("stdio_encoding = 'rot13'"), @r"
    exit 1
    --- stderr
    error[E0062]: `python.stdio_encoding` cannot be `rot13`: CPython could not start with it
    hint: the names are those of the Python module `encodings`: utf-8, latin-1, cp1252, …
    ");
    assert_snapshot!(refused("filesystem_encoding = 'utf-16'"), @r"
    exit 1
    --- stderr
    error[E0062]: `python.filesystem_encoding` cannot be `utf-16`: CPython could not start with it
    hint: the names are those of the Python module `encodings`: utf-8, latin-1, cp1252, …
    ");
    assert_snapshot!(refused("filesystem_errors = 'lenient'"), @r"
    exit 1
    --- stderr
    error[E0062]: `python.filesystem_errors` cannot be `lenient`: file names have no such error handler
       ╭─[settings.toml:2:21]
     1 │ [python]
     2 │ filesystem_errors = 'lenient'
       ·                     ────┬────
       ·                         ╰── this value
       ╰────
    hint: it is one of `strict`, `ignore`, `replace`, `surrogateescape`, `surrogatepass`, `backslashreplace`, `xmlcharrefreplace`, `namereplace`
    ");
    assert_snapshot!(refused("xoptions = ['dev']"), @r"
    exit 1
    --- stderr
    error[E0062]: `python.xoptions` cannot hold `dev`: it is a field of its own
       ╭─[settings.toml:2:12]
     1 │ [python]
     2 │ xoptions = ['dev']
       ·            ───┬───
       ·               ╰── this value
       ╰────
    hint: set `python.dev_mode`
    ");
    assert_snapshot!(refused("warnoptions = ['complain']"), @r"
    exit 1
    --- stderr
    error[E0062]: `python.warnoptions` cannot hold `complain`: there is no action `complain`
       ╭─[settings.toml:2:15]
     1 │ [python]
     2 │ warnoptions = ['complain']
       ·               ──────┬─────
       ·                     ╰── this value
       ╰────
    hint: write it as after `-W`: `ACTION:MESSAGE:CATEGORY:MODULE:LINE`
    ");
    assert_snapshot!(refused("warnoptions = ['error::UserWarning::x']"), @r"
    exit 1
    --- stderr
    error[E0062]: `python.warnoptions` cannot hold `error::UserWarning::x`: `x` is no number of a line
       ╭─[settings.toml:2:15]
     1 │ [python]
     2 │ warnoptions = ['error::UserWarning::x']
       ·               ────────────┬────────────
       ·                           ╰── this value
       ╰────
    hint: write it as after `-W`: `ACTION:MESSAGE:CATEGORY:MODULE:LINE`
    ");
    assert_snapshot!(refused("executable = \"/opt/\\u0000\""), @r#"
    exit 1
    --- stderr
    error[E0062]: `python.executable` cannot hold a null character
       ╭─[settings.toml:2:14]
     1 │ [python]
     2 │ executable = "/opt/\u0000"
       ·              ──────┬──────
       ·                    ╰── this value
       ╰────
    "#);
}

#[test]
fn a_further_program_that_contradicts_itself() {
    let workspace = Workspace::new();
    let bin = |python: &str| {
        let table = format!(
            "[tool.fastice]\nmodule = 'one'\n[[tool.fastice.bin]]\nname = 'other'\nmodule = 'two'\npython = {python}\n"
        );
        project(&workspace, &table);
        workspace.run("build --dry-run")
    };
    assert_snapshot!(bin("{ isolated = true, safe_path = false }"), @r"
    exit 1
    --- stderr
    error[E0063]: of the program `other`: `python.isolated` and `python.safe_path` contradict each other: an isolated Python has a safe path
       ╭─[./pyproject.toml:6:1]
     5 │ module = 'one'
     6 │ [[tool.fastice.bin]]
       · ──────────┬─────────
       ·           ╰── one of these
     7 │ name = 'other'
       ╰────
    hint: set `python.isolated` to false
    ");
    assert_snapshot!(bin("{ optimization_level = 2 }"), @r"
    exit 1
    --- stderr
    error[E0062]: of the program `other`: `python.optimization_level` is not that of the main program: the code objects are the same
       ╭─[./pyproject.toml:6:1]
     5 │ module = 'one'
     6 │ [[tool.fastice.bin]]
       · ──────────┬─────────
       ·           ╰── one of these
     7 │ name = 'other'
       ╰────
    hint: set `optimize` for all of them, or build two executables
    ");
    assert_snapshot!(bin("{ utf_mode = true }"), @r"
    exit 1
    --- stderr
    error[E0061]: there is no key `bin.python.utf_mode` in fastice's configuration
       ╭─[./pyproject.toml:9:12]
     8 │ module = 'two'
     9 │ python = { utf_mode = true }
       ·            ────┬───
       ·                ╰── unknown
       ╰────
    hint: did you mean `bin.python.utf8_mode`?
    ");
    assert_snapshot!(bin("{ verbose = 'much' }"), @r#"
    exit 1
    --- stderr
    error[E0062]: the value of `bin.python.verbose` in `./pyproject.toml` does not fit
       ╭─[./pyproject.toml:9:22]
     8 │ module = 'two'
     9 │ python = { verbose = 'much' }
       ·                      ───┬──
       ·                         ╰── invalid type: string "much", expected a number
       ╰────
    "#);
}

/// What a program says that was built.
fn program(workspace: &Workspace, name: &str) -> String {
    let output = Command::new(workspace.path("dist").join(name)).output();
    workspace.text(&output.expect("it can be started"))
}

/// A file beside a script is about it, unless it is about the project there.
#[test]
fn a_file_beside_a_script_counts() {
    let workspace = Workspace::new();
    workspace.file(
        "app.py",
        "import sys; print(sys.argv[1:], sys.flags.dev_mode)\n",
    );
    workspace.file(
        "fastice.toml",
        "name = 'tool'\narguments = ['baked']\n[python]\ndev_mode = true\n",
    );
    workspace.run("build app.py --quiet");
    assert_snapshot!(program(&workspace, "tool"), @r"
    exit 0
    --- stdout
    ['baked'] True
    ");
    workspace.file("fastice.toml", "nam = 'tool'\n");
    assert_snapshot!(workspace.run("build app.py"), @r"
    exit 1
    --- stderr
    error[E0061]: there is no key `nam` in fastice's configuration
       ╭─[fastice.toml:1:1]
     1 │ nam = 'tool'
       · ─┬─
       ·  ╰── unknown
       ╰────
    hint: did you mean `name`?
    ");
    workspace.file("fastice.toml", "arguments = ['baked']\n");
    workspace.file("pyproject.toml", "[tool.ruff]\n");
    workspace.run("build app.py --quiet");
    assert_snapshot!(program(&workspace, "app"), @r"
    exit 0
    --- stdout
    ['baked'] False
    ");
    workspace.file(
        "pyproject.toml",
        "[project]\nname = 'tools'\nversion = '1'\n",
    );
    let said = workspace.run("build app.py --dry-run");
    let warning = "warning[W0024]: `fastice.toml` is not read: it is that of the project\n";
    assert!(said.contains(warning), "{said}");
    workspace.run("build app.py --quiet --config-file fastice.toml");
    assert_snapshot!(program(&workspace, "app"), @r"
    exit 0
    --- stdout
    ['baked'] False
    ");
}
