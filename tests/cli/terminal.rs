//! What a person sees on a terminal, and what a log gets.

use std::process::Command;

use crate::support::{Workspace, cache};

/// What `fastice` with these arguments writes to a terminal of so many columns: all of it, the escape sequences too.
fn on_terminal(workspace: &Workspace, arguments: &str, columns: u16, no_color: bool) -> String {
    let line = format!(
        "stty cols {columns} rows 24; exec {} {arguments}",
        env!("CARGO_BIN_EXE_fastice")
    );
    let mut command = Command::new("script");
    command
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .current_dir(workspace.path("."))
        .env("FASTICE_CACHE_DIR", cache())
        .env("TERM", "xterm")
        .env_remove("NO_COLOR")
        .env_remove("CI");
    if no_color {
        command.env("NO_COLOR", "1");
    }
    let output = command.output().expect("script starts (util-linux)");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What is left on the screen of what was drawn: of each line what was written after it was last begun anew.
fn left(drawn: &str) -> Vec<String> {
    let lines = drawn.split('\n').map(|line| {
        let line = line.trim_end_matches('\r');
        let last = line.rsplit('\r').next().unwrap_or(line);
        let mut out = String::new();
        let mut rest = last;
        while let Some((before, after)) = rest.split_once('\u{1b}') {
            out.push_str(before);
            let end = after.find(|letter: char| letter.is_ascii_alphabetic());
            rest = end.map_or("", |end| &after[end + 1..]);
        }
        out + rest
    });
    lines.filter(|line| !line.trim().is_empty()).collect()
}

#[test]
fn colours_are_for_terminals_and_no_color_counts() {
    let workspace = Workspace::new();
    let coloured = on_terminal(&workspace, "build nothing", 80, false);
    assert!(coloured.contains("\u{1b}[31m"), "{coloured:?}");
    let plain = on_terminal(&workspace, "build nothing", 80, true);
    assert!(!plain.contains('\u{1b}'), "{plain:?}");
    let piped = workspace.run("build nothing");
    assert!(!piped.contains('\u{1b}'), "{piped:?}");
    let forced = workspace.run("build nothing --color always");
    assert!(forced.contains("\u{1b}[31m"), "{forced:?}");
}

#[test]
fn a_bar_leaves_nothing_behind_and_a_log_gets_none() {
    let workspace = Workspace::new();
    workspace.file("hello.py", "print('hello')\n");
    for columns in [80, 40] {
        let drawn = on_terminal(&workspace, "build hello.py --no-check", columns, false);
        let shown = left(&drawn);
        let is_stage =
            |line: &&String| line.starts_with("Collecting") || line.starts_with("Auditing");
        let stages: Vec<&String> = shown
            .iter()
            .filter(is_stage)
            // On a machine with much else to do even these take time, and then they say how long.
            .filter(|line| !line.ends_with("s)"))
            .collect();
        assert_eq!(stages, Vec::<&String>::new(), "{columns}: {shown:#?}");
        assert!(
            shown.iter().any(|line| line.starts_with("dist/hello: ")),
            "{columns}: {shown:#?}"
        );
    }
    let log = workspace.run("build hello.py --no-check");
    assert!(log.contains("\nCollecting files\n"), "{log}");
    assert!(!log.contains('\r') && !log.contains('\u{1b}'), "{log:?}");
    assert_eq!(workspace.run("build -q hello.py"), "exit 0\n");
}
