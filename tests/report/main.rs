//! `fastice report` and `fastice build --report`: the page as bytes, and as a browser shows it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod browser;
#[path = "../support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use browser::Browser;
use support::{Workspace, stderr};

/// A program with a package of its own, data, an import that fails, and a wheel's worth of files.
fn program() -> Workspace {
    let workspace = Workspace::new();
    workspace
        .file(
            "tree.py",
            "import argparse, json, sqlite3\nfrom wood import oak\n\
             parser = argparse.ArgumentParser()\nparser.add_argument('--leaves', type=int, default=3)\n\
             print(json.dumps(oak.grow(parser.parse_args().leaves)))\n",
        )
        .file("wood/__init__.py", "")
        .file(
            "wood/oak.py",
            "try:\n    import no_such_module\nexcept ImportError:\n    pass\n\
             import importlib\n\ndef grow(leaves, name='wood.acorn'):\n    import colorsys\n    importlib.import_module(name)\n    return ['leaf'] * leaves\n",
        )
        .file("wood/acorn.py", "")
        .file("wood/rings.txt", &"ring\n".repeat(200));
    workspace
}

fn fastice(workspace: &Workspace, arguments: &[&str]) -> Output {
    let output = workspace
        .command(Path::new(env!("CARGO_BIN_EXE_fastice")))
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    output
}

/// The data in a page.
fn data(page: &str) -> Value {
    let (_, rest) = page.split_once("id=\"data\">\n").unwrap();
    serde_json::from_str(rest.lines().next().unwrap()).unwrap()
}

/// The sizes of all files of a part.
fn sum(entries: &Value) -> u64 {
    let size = |entry: &Value| match &entry[1] {
        Value::Array(_) => sum(&entry[1]),
        size => size.as_u64().unwrap(),
    };
    entries.as_array().unwrap().iter().map(size).sum()
}

#[test]
fn a_page_says_what_is_in_the_executable_and_always_the_same() {
    let workspace = program();
    let built = fastice(
        &workspace,
        &[
            "build",
            "tree.py",
            "-o",
            "tree",
            "--report",
            "out/tree.html",
        ],
    );
    let page = fs_err::read_to_string(workspace.path("out/tree.html")).unwrap();
    fastice(
        &workspace,
        &[
            "build",
            "tree.py",
            "-q",
            "-o",
            "tree",
            "--report",
            "again.html",
        ],
    );
    assert_eq!(
        page,
        fs_err::read_to_string(workspace.path("again.html")).unwrap()
    );

    let data = data(&page);
    let size = fs_err::metadata(workspace.path("tree")).unwrap().len();
    assert_eq!(data["size"], size);
    let groups = data["groups"].as_array().unwrap();
    let whole: u64 = groups
        .iter()
        .map(|group| group["size"].as_u64().unwrap())
        .sum();
    assert_eq!(whole, size, "the parts add up");
    let with_files = groups
        .iter()
        .filter(|group| group["tree"] != Value::Array(Vec::new()));
    let mut seen = 0;
    for group in with_files {
        seen += 1;
        assert_eq!(
            sum(&group["tree"]),
            group["size"].as_u64().unwrap(),
            "{}",
            group["name"]
        );
    }
    assert!(seen >= 2, "{seen}");
    assert!(data["timeline"].is_null());

    // What the build warned of is in the page.
    let said = stderr(&built);
    for warning in data["warnings"].as_array().unwrap() {
        assert!(said.contains(warning["code"].as_str().unwrap()));
    }
    assert_eq!(
        said.matches("warning[").count(),
        data["warnings"].as_array().unwrap().len()
    );

    // Nothing is asked of a network. Names of SVG are no addresses.
    let asks = page.replace("http://www.w3.org/2000/svg", "");
    let own = asks.split("id=\"data\">").next().unwrap();
    assert!(!own.contains("http://") && !own.contains("https://"));
    assert!(page.len() < 150_000, "{}", page.len());
}

#[test]
fn a_timeline_shows_the_imports_of_a_run() {
    let workspace = program();
    fastice(&workspace, &["build", "-q", "tree.py", "-o", "tree"]);
    fastice(&workspace, &["report", "tree", "--", "--leaves", "2"]);
    let page = fs_err::read_to_string(workspace.path("tree.html")).unwrap();
    let timeline = &data(&page)["timeline"];
    assert_eq!(timeline["command"], "tree --leaves 2");
    assert_eq!(timeline["ending"], "ended with status 0");
    let imports = timeline["imports"].as_array().unwrap();
    let named = |name: &str| imports.iter().find(|import| import[0] == name).unwrap();
    assert_eq!(named("no_such_module")[4], 1, "it failed");
    assert_eq!(named("wood.oak")[4], 0);
    let (outer, inner) = (named("sqlite3"), named("sqlite3.dbapi2"));
    assert_eq!(outer[3].as_u64().unwrap() + 1, inner[3].as_u64().unwrap());
    assert!(outer[1].as_u64() <= inner[1].as_u64());
    assert!(outer[2].as_u64() >= inner[2].as_u64());
    assert!(timeline["end"].as_u64().unwrap() <= timeline["wall"].as_u64().unwrap());
}

#[test]
fn a_page_never_goes_where_the_executable_is() {
    let workspace = program();
    fastice(&workspace, &["build", "-q", "tree.py", "-o", "tree"]);
    let before = fs_err::read(workspace.path("tree")).unwrap();
    for arguments in [
        &["report", "tree", "-o", "./tree"][..],
        &["build", "tree.py", "-o", "tree", "--report", "tree"],
    ] {
        let output = workspace
            .command(Path::new(env!("CARGO_BIN_EXE_fastice")))
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(
            stderr(&output).contains("error[E0030]"),
            "{}",
            stderr(&output)
        );
    }
    assert_eq!(before, fs_err::read(workspace.path("tree")).unwrap());
}

/// Where pictures go, for people to look at.
fn picture(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report");
    fs_err::create_dir_all(&directory).unwrap();
    directory.join(format!("{name}.png"))
}

#[test]
fn a_browser_shows_the_page() {
    let Some(program_of_browser) = browser::find() else {
        eprintln!("skipped: there is no Chromium here (Debian: chromium-headless-shell)");
        return;
    };
    let workspace = program();
    fastice(
        &workspace,
        &[
            "build",
            "tree.py",
            "-o",
            "tree",
            "--report",
            "tree.html",
            "--timeline",
        ],
    );
    // Another page can be looked at in its place: FASTICE_REPORT=app.html cargo test --test report browser
    let page = std::env::var_os("FASTICE_REPORT")
        .map_or_else(|| workspace.path("tree.html"), PathBuf::from);
    let mut browser = Browser::start(&program_of_browser);
    for (name, width, scheme) in [
        ("wide", 1280, "light"),
        ("wide", 1280, "dark"),
        ("narrow", 360, "light"),
        ("narrow", 360, "dark"),
    ] {
        for part in ["size", "imports", "start", "licences", "warnings"] {
            browser.open(&page, &format!("#{part}"), width, scheme);
            browser.picture(&picture(&format!("{part}-{name}-{scheme}")));
            let scroll = browser.value("document.documentElement.scrollWidth");
            assert_eq!(scroll, width, "{part} scrolls sideways at {width}");
            let shown = browser.value("[...document.querySelectorAll('[role=tabpanel]:not([hidden])')].map(one => one.id).join()");
            assert_eq!(shown, format!("panel-{part}"));
            let worst = browser.value(CONTRAST);
            assert_eq!(
                worst,
                Value::Array(Vec::new()),
                "{part} {scheme}: too little contrast"
            );
        }
    }
    keyboard(&mut browser, &page);
    search(&mut browser, &page);
    assert_eq!(browser.complaints, [""; 0]);
}

/// Texts whose contrast with what is behind them is below 4.5 (WCAG 2.2, 1.4.3), each with the ratio.
const CONTRAST: &str = r#"(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (color) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (node) => { for (let at = node; at; at = at.parentElement) { const color = rgb(getComputedStyle(at).backgroundColor); if (color[3] === 255) return color; } return [255, 255, 255]; };
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !node.checkVisibility() || node.closest(".unseen, script")) continue;
    const [a, b] = [light(rgb(getComputedStyle(node).color)), light(behind(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) found.add(`${walker.currentNode.data.trim().slice(0, 30)} ${ratio.toFixed(2)}`);
  }
  return [...found].slice(0, 5);
})()"#;

/// The treemap without a mouse.
fn keyboard(browser: &mut Browser, page: &Path) {
    const FOCUSED: &str = "document.activeElement.getAttribute('aria-label')";
    browser.open(page, "", 1280, "light");
    let reachable = "document.querySelectorAll('.map button[tabindex=\"0\"]').length";
    assert_eq!(browser.value(reachable), 1, "one cell is in the tab order");
    browser.value("document.querySelector('.map button[tabindex=\"0\"]').focus()");
    let first = browser.value(FOCUSED);
    browser.press("ArrowRight");
    assert_ne!(browser.value(FOCUSED), first, "an arrow key moves on");
    browser.press("Home");
    assert_eq!(browser.value(FOCUSED), first);
    // A part that is made of files opens, and Escape leaves it again.
    let group = browser.value("(() => { const node = document.querySelector('.map button.group'); node.focus(); return node.getAttribute('aria-label'); })()");
    browser.press("Enter");
    let here = "document.querySelector('#panel-size .here').textContent";
    let inside = browser.value(here);
    assert!(
        group
            .as_str()
            .unwrap()
            .starts_with(inside.as_str().unwrap()),
        "{group} {inside}"
    );
    browser.press("Escape");
    assert_eq!(browser.value(FOCUSED), group, "the focus is back");
    // Without a name nobody knows what a button does.
    let nameless = "[...document.querySelectorAll('button, input')].filter(node => !(node.getAttribute('aria-label') || node.textContent || node.labels && node.labels.length)).length";
    assert_eq!(browser.value(nameless), 0);
    // The reader's choice of colours wins over the system's.
    for background in ["rgb(247, 248, 250)", "rgb(20, 23, 28)"] {
        browser.value("document.getElementById('theme').click()");
        let painted = browser.value("getComputedStyle(document.body).backgroundColor");
        assert_eq!(painted, background);
    }
}

/// Why is a module here?
fn search(browser: &mut Browser, page: &Path) {
    browser.open(page, "#imports", 1280, "light");
    browser.value("document.getElementById('module').focus()");
    browser.call("Input.insertText", &serde_json::json!({"text": "sqlite3"}));
    let options = browser
        .value("[...document.querySelectorAll('[role=option]')].map(one => one.textContent)");
    assert_eq!(options[0], "sqlite3");
    browser.press("ArrowDown");
    browser.press("Enter");
    let chain = browser.value("document.querySelector('.chain').textContent");
    assert_eq!(chain, "treeapp/tree.py:1→sqlite3");
    assert_eq!(browser.value("location.hash"), "#imports/sqlite3");
    browser.picture(&picture("why"));
}
