//! The guides, followed word by word: every file they show is written, every command is run, and every line of output that they
//! show is printed.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// A block of a guide.
enum Block {
    /// A file that the reader writes.
    File { name: String, text: String },
    /// A dialogue with a shell.
    Console(String),
}

/// The blocks of a guide, in their order. A file's block comes after a line with nothing but its name.
fn blocks(guide: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut name = None;
    let mut lines = guide.lines();
    while let Some(line) = lines.next() {
        if let Some(file) = line
            .strip_prefix('`')
            .and_then(|rest| rest.strip_suffix("`:"))
        {
            name = Some(file.to_owned());
        }
        let Some(kind) = line.strip_prefix("```") else {
            continue;
        };
        let inside: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let text = inside.join("\n") + "\n";
        if kind == "console" {
            blocks.push(Block::Console(text));
        } else if let Some(name) = name.take() {
            blocks.push(Block::File { name, text });
        }
    }
    blocks
}

fn follow(guide: &str) {
    let directory = tempfile::tempdir().unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs/guides")
        .join(guide);
    let mut commands = 0;
    for block in blocks(&fs_err::read_to_string(path).unwrap()) {
        match block {
            Block::File { name, text } => fs_err::write(directory.path().join(name), text).unwrap(),
            Block::Console(text) => {
                for dialogue in text.split("$ ").filter(|dialogue| !dialogue.is_empty()) {
                    commands += 1;
                    let (command, shown) = dialogue.split_once('\n').unwrap();
                    say(directory.path(), command, shown);
                }
            }
        }
    }
    assert!(commands > 3, "{guide} has no commands");
}

/// Types a command and looks for what the guide shows. `# exit N` behind it is the status; `…` stands for anything.
fn say(directory: &Path, command: &str, shown: &str) {
    let expected = command
        .split_once("# exit ")
        .map_or(0, |(_, status)| status.parse().unwrap());
    let fastice = PathBuf::from(env!("CARGO_BIN_EXE_fastice"));
    let output = Command::new("bash")
        .args(["-c", command])
        .current_dir(directory)
        .env(
            "PATH",
            format!("{}:/usr/bin:/bin", fastice.parent().unwrap().display()),
        )
        .output()
        .unwrap();
    let said = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    let said = said.concat();
    assert_eq!(output.status.code(), Some(expected), "{command}\n{said}");
    for line in shown.lines().filter(|line| !line.is_empty()) {
        let (start, end) = line.split_once('…').unwrap_or((line, ""));
        let found = said
            .lines()
            .any(|line| line.starts_with(start) && line.ends_with(end));
        assert!(found, "{command} does not print {line:?} but\n{said}");
    }
}

#[test]
fn first_steps() {
    follow("first-steps.md");
}

#[test]
fn moving() {
    follow("moving.md");
}

/// Flags that a table names exist.
#[test]
fn flags_in_tables_exist() {
    let guides = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guides");
    let text = fs_err::read_to_string(guides.join("moving.md")).unwrap();
    let reference = fs_err::read_to_string(guides.join("../reference/cli.md")).unwrap();
    let mut seen = 0;
    for row in text.lines().filter(|line| line.starts_with("| ")) {
        let ours = row.split('|').nth(2).unwrap();
        for code in ours.split('`').skip(1).step_by(2) {
            for word in code.split(' ').filter(|word| word.starts_with('-')) {
                seen += 1;
                let is_known = reference.contains(&format!("`{word}`"))
                    || reference.contains(&format!("`{word} "))
                    || reference.contains(&format!("{word} "));
                assert!(is_known, "{word} in {row}");
            }
        }
    }
    assert!(seen > 10, "{seen}");
}
