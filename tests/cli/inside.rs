//! Commands that look into an executable: what they say about a small program with two distributions.

use std::process::Output;
use std::sync::OnceLock;

use serde_json::Value;

use crate::support::Workspace;

/// A program that imports `alpha`, which requires `beta` and imports it.
pub(crate) fn program() -> &'static Program {
    static PROGRAM: OnceLock<Program> = OnceLock::new();
    PROGRAM.get_or_init(Program::new)
}

/// A built executable, and where it lies.
pub(crate) struct Program {
    pub(crate) workspace: Workspace,
}

impl Program {
    fn new() -> Self {
        let workspace = Workspace::new();
        workspace.file("app.py", "import sys\nimport alpha\n\nprint(alpha.NAME)\n");
        distribution(
            &workspace,
            "alpha",
            "1.0",
            "MIT",
            &["beta>=2", "gamma; extra == 'x'"],
            &[
                (
                    "alpha/__init__.py",
                    "NAME = 'alpha'\n\n\ndef load():\n    import beta.inner\n",
                ),
                ("alpha/data.txt", "some data\n"),
            ],
        );
        distribution(
            &workspace,
            "beta",
            "2.5",
            "GPL-3.0-only",
            &[],
            &[
                ("beta/__init__.py", ""),
                (
                    "beta-2.5.dist-info/sboms/inner.cdx.json",
                    r#"{"bomFormat": "CycloneDX", "components": [{"name": "libinner", "version": "3.1"}]}"#,
                ),
                ("beta/inner.py", "import json\n"),
                ("beta/alone.py", "import csv\n"),
            ],
        );
        assert_eq!(
            workspace.run("build -q app.py --site site -o app --include-module wave"),
            "exit 0\n"
        );
        Self { workspace }
    }

    pub(crate) fn output(&self, arguments: &str) -> Output {
        let mut command = self.workspace.fastice();
        command
            .args(arguments.split(' '))
            .output()
            .expect("fastice starts")
    }

    pub(crate) fn json(&self, arguments: &str) -> Value {
        let output = self.output(&format!("{arguments} --output-format json"));
        assert!(output.status.success(), "{}", self.workspace.text(&output));
        serde_json::from_slice(&output.stdout).expect("stdout is one JSON document")
    }
}

/// Writes an installed distribution into `site`.
pub(crate) fn distribution(
    workspace: &Workspace,
    name: &str,
    version: &str,
    license: &str,
    requires: &[&str],
    files: &[(&str, &str)],
) {
    let directory = format!("{name}-{version}.dist-info");
    let requires: Vec<String> = requires
        .iter()
        .map(|requirement| format!("Requires-Dist: {requirement}\n"))
        .collect();
    let requires = requires.concat();
    let metadata = format!(
        "Metadata-Version: 2.4\nName: {name}\nVersion: {version}\nLicense-Expression: {license}\nLicense-File: LICENSE\n{requires}"
    );
    let notice = format!("The licence of {name}.\n");
    let mut all = vec![
        (format!("{directory}/METADATA"), metadata.as_str()),
        (format!("{directory}/WHEEL"), "Wheel-Version: 1.0\n"),
        (format!("{directory}/licenses/LICENSE"), notice.as_str()),
    ];
    all.extend(files.iter().map(|&(path, text)| (path.to_owned(), text)));
    let mut record = vec![format!("{directory}/RECORD,,\n")];
    for (path, text) in all {
        record.push(format!("{path},,\n"));
        workspace.file(&format!("site/{path}"), text);
    }
    workspace.file(&format!("site/{directory}/RECORD"), record.concat());
}

const SITE: &str = "lib/python3.13/site-packages";

#[test]
fn why_shows_the_shortest_chain_with_lines() {
    let text = program().workspace.run("why app beta.inner");
    let expected = format!(
        "exit 0\n--- stdout\nmodule beta.inner ({SITE}/beta/inner.py)\n\n  \
         app/app.py:2 {:width$}  imports alpha\n  {SITE}/alpha/__init__.py:5  imports beta.inner\n\n\
         distribution beta 2.5 (taken whole)\n  alpha 1.0 requires beta>=2\n",
        "",
        width = format!("{SITE}/alpha/__init__.py:5").len() - "app/app.py:2 ".len()
    );
    assert_eq!(text, expected);
}

#[test]
fn why_tells_flags_rules_and_the_interpreter() {
    let program = program();
    let wave = program.json("why app wave");
    assert_eq!(wave["schema"], 1);
    assert_eq!(wave["module"]["reasons"], serde_json::json!(["flag"]));
    assert_eq!(wave["module"]["reached"], false);
    let reasons =
        |name: &str| program.json(&format!("why app {name}"))["module"]["reasons"].clone();
    assert_eq!(
        reasons("encodings.utf_8"),
        serde_json::json!(["interpreter"])
    );
    assert_eq!(reasons("app"), serde_json::json!(["entry"]));
    let alone = program.workspace.run("why app beta.alone");
    assert!(
        alone.contains("nothing that runs is seen to import it"),
        "{alone}"
    );
    let distribution = program.json("why app alpha");
    assert_eq!(
        distribution["distribution"]["required_by"],
        serde_json::json!([])
    );
    let file = program.json(&format!("why app /fastice/{SITE}/alpha/data.txt"));
    assert_eq!(file["distribution"]["name"], "alpha");
    assert_eq!(file["module"], Value::Null);
}

#[test]
fn tree_adds_up_to_what_list_shows() {
    let program = program();
    let tree = program.json("tree app");
    let list = program.json("list app");
    let files = list["files"].as_array().expect("there are files");
    let stored: u64 = files
        .iter()
        .map(|file| file["stored"].as_u64().expect("a size"))
        .sum();
    assert_eq!(tree["tree"]["stored"], stored);
    assert_eq!(tree["tree"]["files"], files.len());
    let part = program.json(&format!("tree app {SITE}/alpha -d 1"));
    assert_eq!(part["tree"]["entries"]["data.txt"]["size"], 10);
    let text = program.workspace.run(&format!("tree app {SITE}/alpha"));
    assert!(
        text.contains("/fastice/lib/python3.13/site-packages/alpha/ (3 files)"),
        "{text}"
    );
    assert!(text.contains("── data.txt"), "{text}");
}

#[test]
fn list_takes_a_part() {
    let list = program().json(&format!("list app {SITE}/alpha/"));
    let files = list["files"].as_array().expect("there are files");
    assert_eq!(files.len(), 3, "{files:?}");
}

#[test]
fn cat_prints_the_very_bytes() {
    let program = program();
    let output = program.output(&format!("cat app /fastice/{SITE}/alpha/data.txt"));
    assert_eq!(output.stdout, b"some data\n");
    assert_eq!(
        program.workspace.run("cat app data.txt"),
        format!(
            "exit 1\n--- stderr\nerror[E0047]: there is no `data.txt` in `app`\nhint: did you mean `{SITE}/alpha/data.txt`?\n"
        )
    );
    let directory = program.workspace.run("cat app app");
    assert!(directory.contains("is a directory"), "{directory}");
}

#[test]
fn extract_writes_what_is_inside() {
    let program = program();
    let workspace = &program.workspace;
    assert_eq!(
        workspace.run(&format!("extract app {SITE}/alpha app/app.py -o out")),
        "exit 0\n--- stderr\nExtracting files\nout: 4 files\n"
    );
    let read = |name: &str| fs_err::read(workspace.path(name)).expect("it was written");
    assert_eq!(read("out/app/app.py"), read("app.py"));
    assert_eq!(read(&format!("out/{SITE}/alpha/data.txt")), b"some data\n");
    let missing = workspace.run("extract app nosuch -o out");
    assert!(
        missing.starts_with("exit 1\n--- stderr\nerror[E0047]: "),
        "{missing}"
    );
}

#[test]
fn a_runtime_pack_has_no_record_of_imports() {
    let program = program();
    let pack = program.workspace.runtime();
    let answer = program
        .workspace
        .run(&format!("why {} json", pack.display()));
    assert!(
        answer.starts_with("exit 1\n--- stderr\nerror[E0046]: "),
        "{answer}"
    );
}
