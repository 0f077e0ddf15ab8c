//! Commands about fastice itself, and warnings of imports that cannot be followed.

use std::process::Command;

use crate::support::Workspace;

#[test]
fn completions_are_valid_scripts() {
    let workspace = Workspace::new();
    for (shell, part) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef fastice"),
        ("fish", "complete -c fastice"),
    ] {
        let answer = workspace.run(&format!("completions {shell}"));
        assert!(answer.starts_with("exit 0\n--- stdout\n"), "{answer}");
        assert!(
            answer.contains(part) && answer.contains("include-module"),
            "{shell}"
        );
        assert!(!answer.contains("sandbox"), "hidden commands stay hidden");
    }
    let output = workspace
        .fastice()
        .args(["completions", "bash"])
        .output()
        .unwrap();
    let script = workspace.file("completions", output.stdout);
    let check = "source \"$0\"; COMP_WORDS=(fastice insp); COMP_CWORD=1; _fastice fastice insp fastice; echo \"${COMPREPLY[@]}\"";
    let output = Command::new("bash")
        .args(["--norc", "-c", check])
        .arg(script)
        .output()
        .unwrap();
    assert_eq!(workspace.text(&output), "exit 0\n--- stdout\ninspect\n");
}

#[test]
fn there_is_a_manual_page_for_every_command() {
    let workspace = Workspace::new();
    let page = workspace.run("man build");
    assert!(
        page.contains(".TH fastice-build 1") && page.contains("\\-\\-no\\-check"),
        "{page}"
    );
    assert_eq!(workspace.run("man --output pages"), "exit 0\n");
    for page in [
        "fastice",
        "fastice-check",
        "fastice-why",
        "fastice-sbom",
        "fastice-cache-prune",
    ] {
        assert!(
            workspace.path(&format!("pages/{page}.1")).is_file(),
            "{page}"
        );
    }
    assert_eq!(
        workspace.run("man biuld"),
        "exit 2\n--- stderr\nerror[E0084]: there is no command `biuld`\nhint: did you mean `build`?\n"
    );
}

#[test]
fn the_runtime_in_use_is_listed() {
    let workspace = Workspace::new();
    let pack = workspace.runtime();
    let list = workspace.run("runtime list");
    assert!(
        list.starts_with("exit 0\n--- stdout\n* CPython 3.13."),
        "{list}"
    );
    assert!(
        list.contains(&*pack.to_string_lossy()) || list.contains("[CACHE]"),
        "{list}"
    );
    let output = workspace
        .fastice()
        .args(["runtime", "list", "--output-format", "json"])
        .output()
        .unwrap();
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!(
        (&document["schema"], &document["packs"][0]["in_use"]),
        (&1.into(), &true.into())
    );
}

#[test]
fn timings_name_the_stages() {
    let workspace = Workspace::new();
    workspace.file("tool.py", "");
    let text = workspace.run("build tool.py --timings --no-check");
    for stage in ["Compiling modules", "Writing the executable", "in all"] {
        assert!(
            text.lines()
                .any(|line| line.trim_end().ends_with(&format!("s  {stage}"))),
            "{text}"
        );
    }
    let output = workspace
        .fastice()
        .args([
            "build",
            "-q",
            "tool.py",
            "--timings",
            "--output-format",
            "json",
        ])
        .output()
        .unwrap();
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert!(document["timings"][0]["seconds"].is_f64(), "{document}");
}

#[test]
fn imports_of_computed_names_are_warned_about_once() {
    let workspace = Workspace::new();
    workspace.file(
        "plugins.py",
        "import importlib\n\nfor name in open('plugins.txt'):\n    importlib.import_module(name.strip())\n    __import__(name)\n",
    );
    let text = workspace.run("build plugins.py --no-check");
    assert!(
        text.contains("warning[W0022]: `import_module` is given a name that the source does not tell, and 1 more import in this file\n   ╭─[plugins.py:4:29]\n"),
        "{text}"
    );
    assert_eq!(text.matches("W0022").count(), 1, "{text}");
    workspace.file(
        "table.py",
        "import importlib\nfor name in ('json', 'csv'):\n    importlib.import_module(name)\n",
    );
    assert!(!workspace.run("build table.py --no-check").contains("W0022"));
}

#[test]
fn a_dry_run_says_what_would_go_in_and_writes_nothing() {
    let workspace = Workspace::new();
    workspace.file("tool.py", "import json\n");
    let before = workspace.listing();
    let text = workspace.run("build tool.py --dry-run");
    assert!(
        text.starts_with("exit 0\n") && text.ends_with(" files, and nothing was written\n"),
        "{text}"
    );
    let output = workspace
        .fastice()
        .args([
            "build",
            "-q",
            "tool.py",
            "--dry-run",
            "--output-format",
            "json",
        ])
        .output()
        .unwrap();
    let plan: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!(workspace.listing(), before);
    let files = plan["files"].as_array().expect("a list");
    assert!(
        files.contains(&serde_json::json!({"path": "app/tool.py", "size": 12})),
        "{plan}"
    );
    // The plan is what a build then does.
    workspace.run("build -q tool.py");
    let length = fs_err::metadata(workspace.path("dist/tool")).unwrap().len();
    assert_eq!(plan["size"], length);
}

#[test]
fn init_writes_a_configuration_that_holds() {
    let workspace = Workspace::new();
    workspace.file("script.py", "");
    assert_eq!(
        workspace.run("init"),
        "exit 0\n--- stderr\nwrote fastice.toml\n"
    );
    assert_eq!(
        workspace.run("build -q script.py --config-file fastice.toml"),
        "exit 0\n"
    );
    assert_eq!(
        workspace.run("init"),
        "exit 1\n--- stderr\nerror[E0086]: `fastice.toml` configures fastice already\n\
         hint: edit it; the keys are in docs/reference/configuration.md\n"
    );
    let project = "[project]\nname = 'p'\nversion = '1'\n";
    workspace.file("project/pyproject.toml", project);
    workspace.file("project/p.py", "");
    assert_eq!(
        workspace.run("init project"),
        "exit 0\n--- stderr\nwrote project/pyproject.toml\n"
    );
    let text = fs_err::read_to_string(workspace.path("project/pyproject.toml")).unwrap();
    assert!(
        text.starts_with(project) && text.contains("\n[tool.fastice.policy]\n"),
        "{text}"
    );
    assert_eq!(workspace.run("build -q project -m p -o p"), "exit 0\n");
    assert!(workspace.run("init project").contains("error[E0086]"));
}

#[test]
fn inspect_tells_kinds_protections_and_records() {
    let workspace = Workspace::new();
    workspace.file("tool.py", "");
    workspace.run("build -q tool.py -o tool");
    let output = workspace
        .fastice()
        .args(["inspect", "tool", "--output-format", "json"])
        .output()
        .unwrap();
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!(document["provenance"], true);
    assert_eq!(
        document["hardening"]["no_executable_stack"], true,
        "{document}"
    );
    assert_eq!(document["hardening"]["relro"], true, "{document}");
    assert_eq!(
        document["hardening"]["position_independent"], false,
        "{document}"
    );
    let row = "hardening PIE no, RELRO partial, NX yes,";
    assert!(workspace.run("inspect tool").contains(row));
    let kinds = document["kinds"].as_array().expect("a list");
    assert!(
        kinds
            .iter()
            .any(|kind| kind["kind"] == "code" && kind["files"].as_u64() > Some(50)),
        "{document}"
    );
    let text = workspace.run("inspect tool");
    assert!(
        text.contains("\nkinds\n") && text.contains("  compiled Python ("),
        "{text}"
    );
}
