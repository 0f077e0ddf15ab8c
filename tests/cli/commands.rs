//! What each command answers when nothing is wrong.

use serde_json::Value;

use crate::support::Workspace;

/// Runs a command that prints one JSON document.
fn json(workspace: &Workspace, arguments: &str) -> Value {
    let output = workspace
        .fastice()
        .args(arguments.split(' '))
        .output()
        .expect("fastice starts");
    assert!(output.status.success(), "{}", workspace.text(&output));
    serde_json::from_slice(&output.stdout).expect("stdout is one JSON document")
}

/// The sizes of the parts of a summary, added.
fn sum_of_parts(document: &Value) -> u64 {
    let parts = document["parts"].as_array().expect("there are parts");
    parts
        .iter()
        .map(|part| part["size"].as_u64().expect("a size"))
        .sum()
}

#[test]
fn build_summarizes_what_it_wrote() {
    let workspace = Workspace::new();
    workspace.file("pkg/__init__.py", "");
    workspace.file("pkg/__main__.py", "print('here')\n");
    let summary = json(&workspace, "build -q pkg --output-format json");
    assert_eq!(summary["schema"], 1);
    assert_eq!(summary["output"], "dist/pkg");
    let length = fs_err::metadata(workspace.path("dist/pkg"))
        .expect("it was written")
        .len();
    assert_eq!(summary["size"], length);
    assert_eq!(sum_of_parts(&summary), length);
}

#[test]
fn build_says_nothing_when_quiet_and_more_when_verbose() {
    let workspace = Workspace::new();
    workspace.file("script.py", "");
    assert_eq!(workspace.run("build -q script.py"), "exit 0\n");
    let normal = workspace.run("build script.py");
    assert!(
        normal.starts_with("exit 0\n--- stderr\n"),
        "data goes to stdout, this does not: {normal}"
    );
    assert!(normal.contains("\ndist/script: "), "{normal}");
    assert!(!normal.contains("writing dist/script"), "{normal}");
    assert!(
        workspace
            .run("build -v script.py")
            .contains("writing dist/script")
    );
}

#[test]
fn colours_are_used_when_asked_for() {
    let workspace = Workspace::new();
    assert!(
        workspace
            .run("build nosuch.py --color always")
            .contains("\u{1b}[1m")
    );
    assert!(
        !workspace
            .run("build nosuch.py --color never")
            .contains('\u{1b}')
    );
    assert!(
        !workspace.run("build nosuch.py").contains('\u{1b}'),
        "stderr is no terminal here"
    );
}

#[test]
fn the_name_decides_where_the_output_goes() {
    let workspace = Workspace::new();
    workspace.file("script.py", "");
    workspace.run("build -q script.py --name other");
    workspace.run("build -q script.py -o deep/down/file");
    assert!(workspace.path("dist/other").is_file());
    assert!(workspace.path("deep/down/file").is_file());
    // What fastice made may be replaced without asking.
    assert_eq!(
        workspace.run("build -q script.py -o deep/down/file"),
        "exit 0\n"
    );
}

#[test]
fn force_replaces_what_fastice_did_not_make() {
    let workspace = Workspace::new();
    workspace.file("script.py", "");
    workspace.file("mine", "mine");
    assert_eq!(
        workspace.run("build -q script.py -o mine --force"),
        "exit 0\n"
    );
    assert!(workspace.run("inspect mine").starts_with("exit 0\n"));
}

#[test]
fn optimization_is_that_of_python() {
    let workspace = Workspace::new();
    workspace.file(
        "script.py",
        "def f():\n    'text'\nprint(__debug__, f.__doc__)\n",
    );
    assert_eq!(
        workspace.run("run -q script.py"),
        "exit 0\n--- stdout\nTrue text\n"
    );
    assert_eq!(
        workspace.run("run -q -O script.py"),
        "exit 0\n--- stdout\nFalse text\n"
    );
    assert_eq!(
        workspace.run("run -q -OO script.py"),
        "exit 0\n--- stdout\nFalse None\n"
    );
}

#[test]
fn run_passes_on_arguments_streams_and_status() {
    let workspace = Workspace::new();
    workspace.file(
        "script.py",
        "import sys\nprint(sys.argv[1:])\nprint('no', file=sys.stderr)\nsys.exit(7)\n",
    );
    assert_eq!(
        workspace.run("run -q script.py -- -x --from y"),
        "exit 7\n--- stdout\n['-x', '--from', 'y']\n--- stderr\nno\n"
    );
}

#[test]
fn a_script_takes_the_modules_that_it_imports() {
    let workspace = Workspace::new();
    workspace.file(
        "main.py",
        "import first\nfrom pack import data\nprint(first.x, data())\n",
    );
    workspace.file(
        "first.py",
        "def later():\n    import second\n    return second.y\nx = later()\n",
    );
    workspace.file("second.py", "y = 2\n");
    workspace.file(
        "pack/__init__.py",
        "import importlib.resources as r\ndef data():\n    return (r.files(__name__) / 'data.txt').read_text()\n",
    );
    workspace.file("pack/data.txt", "words");
    workspace.file("unrelated.py", "");
    workspace.file("secret.txt", "");
    assert_eq!(workspace.run("build -q main.py"), "exit 0\n");
    let list = json(&workspace, "list dist/main --output-format json");
    let files = list["files"].as_array().expect("there are files");
    let own: Vec<&str> = files
        .iter()
        .filter_map(|file| file["path"].as_str()?.strip_prefix("app/"))
        .filter(|path| !path.contains("__pycache__"))
        .collect();
    assert_eq!(
        own,
        [
            "first.py",
            "main.py",
            "pack/__init__.py",
            "pack/data.txt",
            "second.py"
        ]
    );
    assert_eq!(
        workspace.run("run -q main.py"),
        "exit 0\n--- stdout\n2 words\n"
    );
}

#[test]
fn links_are_followed_as_python_follows_them() {
    let workspace = Workspace::new();
    workspace.file(
        "real/main.py",
        "import beside, pack.inner\nprint(beside.x, pack.inner.y)\n",
    );
    workspace.file("real/beside.py", "x = 1\n");
    workspace.file("elsewhere/inner.py", "y = 2\n");
    let link = |target: &str, name: &str| {
        std::os::unix::fs::symlink(target, workspace.path(name)).expect("a link can be made");
    };
    link("../elsewhere", "real/pack");
    link(".", "elsewhere/round");
    link("nowhere", "elsewhere/broken");
    link("real/main.py", "program");
    assert_eq!(workspace.run("build -q program"), "exit 0\n");
    assert_eq!(workspace.run("run -q program"), "exit 0\n--- stdout\n1 2\n");
    assert!(
        workspace.path("dist/program").is_file(),
        "the name is that of the link"
    );
}

#[test]
fn an_archive_runs_as_python_runs_it() {
    let workspace = Workspace::new();
    let files = [
        ("__main__.py", "import pkg\nprint(__name__, pkg.text())\n"),
        (
            "pkg/__init__.py",
            "import pkgutil\ndef text():\n    return pkgutil.get_data(__name__, 'a.txt')\n",
        ),
        ("pkg/a.txt", "words"),
    ];
    workspace.archive("program.pyz", &files);
    assert_eq!(
        workspace.run("run -q program.pyz"),
        "exit 0\n--- stdout\n__main__ b'words'\n"
    );
    assert_eq!(workspace.listing(), ["program.pyz"]);
}

#[test]
fn a_project_without_build_back_end_is_taken_as_it_lies() {
    let workspace = Workspace::new();
    let project = "[project]\nname = \"tool\"\nversion = \"1\"\n[project.scripts]\ntool = \"tool.cli:main\"\n";
    workspace.file("pyproject.toml", project);
    workspace.file("src/tool/__init__.py", "");
    workspace.file(
        "src/tool/cli.py",
        "def main():\n    print('tool')\n    return 4\n",
    );
    workspace.file("src/tool/__pycache__/stale.pyc", "");
    assert_eq!(workspace.run("run -q ."), "exit 4\n--- stdout\ntool\n");
    workspace.run("build -q .");
    let list = workspace.run("list dist/tool");
    assert!(list.contains(" app/tool/cli.py\n"), "{list}");
    assert!(!list.contains("stale"), "{list}");
    assert!(!list.contains("pyproject.toml"), "{list}");
}

#[test]
fn a_project_with_a_build_back_end_is_installed() {
    let workspace = Workspace::new();
    let project = "[project]\nname = \"made\"\nversion = \"1\"\n[project.scripts]\nmade = \"made:main\"\n\
        [build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n";
    workspace.file("pyproject.toml", project);
    // A whole build back end: it writes a wheel with one module that is nowhere in the sources.
    workspace.file(
        "backend.py",
        "\
import zipfile
def build_wheel(directory, settings=None, metadata=None):
    name = 'made-1-py3-none-any.whl'
    files = {
        'made.py': 'def main():\\n    print(\"made\")\\n    return 5\\n',
        'made-1.dist-info/METADATA': 'Metadata-Version: 2.1\\nName: made\\nVersion: 1\\n',
        'made-1.dist-info/WHEEL': 'Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n',
        'made-1.dist-info/entry_points.txt': '[console_scripts]\\nmade = made:main\\n',
    }
    record = ''.join(f'{path},,\\n' for path in files) + 'made-1.dist-info/RECORD,,\\n'
    with zipfile.ZipFile(f'{directory}/{name}', 'w') as wheel:
        for path, text in {**files, 'made-1.dist-info/RECORD': record}.items():
            wheel.writestr(path, text)
    return name
",
    );
    assert_eq!(
        workspace.run("run -q . --installer pip"),
        "exit 5\n--- stdout\nmade\n"
    );
    assert_eq!(
        workspace.listing(),
        ["backend.py", "pyproject.toml"],
        "the sources stay clean"
    );
}

#[test]
fn inspect_and_list_agree_with_the_file() {
    let workspace = Workspace::new();
    workspace.file("script.py", "import json\n");
    workspace.run("build -q script.py");
    let length = fs_err::metadata(workspace.path("dist/script"))
        .expect("it was written")
        .len();

    let document = json(&workspace, "inspect dist/script --output-format json");
    assert_eq!(document["name"], "script");
    assert_eq!(document["program"]["path"], "app/script.py");
    assert_eq!(document["stub_is_whole"], true);
    assert_eq!(document["size"], length);
    assert_eq!(sum_of_parts(&document), length);
    let text = workspace.run("inspect dist/script");
    assert!(
        text.contains("\nruns      python /fastice/app/script.py\n"),
        "{text}"
    );

    let list = json(&workspace, "list dist/script --output-format json");
    let files = list["files"].as_array().expect("there are files");
    let script = files
        .iter()
        .find(|file| file["path"] == "app/script.py")
        .expect("it is there");
    assert_eq!(script["size"], "import json\n".len());
}

#[test]
fn explain_prints_what_the_reference_says() {
    let workspace = Workspace::new();
    let answer = workspace.run("explain e0005");
    assert_eq!(
        answer,
        workspace.run("explain E5"),
        "zeros need not be typed"
    );
    assert!(
        answer.starts_with("exit 0\n--- stdout\n# E0005: nothing says what runs\n"),
        "{answer}"
    );
    let mut command = workspace.fastice();
    let list = workspace.text(&command.arg("explain").output().expect("fastice starts"));
    assert_eq!(list.lines().skip(2).count(), fastice::Code::ALL.len());
}
