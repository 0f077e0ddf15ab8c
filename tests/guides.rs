//! The documentation, followed word by word: every file that a page shows is written, every command is run, and every line of output
//! that it shows is printed.

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

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

fn follow(page: &str) {
    let directory = tempfile::tempdir().unwrap();
    follow_in(&docs().join(page), directory.path());
}

fn follow_in(page: &Path, directory: &Path) {
    let mut commands = 0;
    for block in blocks(&fs_err::read_to_string(page).unwrap()) {
        match block {
            Block::File { name, text } => {
                let file = directory.join(name);
                fs_err::create_dir_all(file.parent().unwrap()).unwrap();
                fs_err::write(file, text).unwrap();
            }
            Block::Console(text) => {
                for dialogue in format!("\n{text}").split("\n$ ").skip(1) {
                    commands += 1;
                    let (command, shown) = dialogue.split_once('\n').unwrap_or((dialogue, ""));
                    say(directory, command, shown);
                }
            }
        }
    }
    assert!(commands > 0, "{} has no commands", page.display());
}

/// Types a command and looks for what the guide shows. `# exit N` behind it is the status; `…` stands for anything.
fn say(directory: &Path, command: &str, shown: &str) {
    let expected = command
        .split_once("# exit ")
        .map_or(0, |(_, status)| status.parse().unwrap());
    let fastice = PathBuf::from(env!("CARGO_BIN_EXE_fastice"));
    let output = Command::new("bash")
        .args(["-o", "pipefail", "-c", command])
        .env_remove("VIRTUAL_ENV")
        .env_remove("FASTICE_CACHE_DIR")
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

/// Pages with commands, and the tests that follow them. Concepts with a few commands are one test.
const FOLLOWED: [&str; 12] = [
    "concepts/reproducibility.md",
    "concepts/security.md",
    "concepts/snapshot.md",
    "guides/ci.md",
    "guides/containers.md",
    "guides/first-steps.md",
    "guides/inputs.md",
    "guides/moving.md",
    "guides/numpy.md",
    "guides/plugins.md",
    "guides/report.md",
    "guides/web-service.md",
];

#[test]
fn concepts() {
    for page in FOLLOWED {
        if page.starts_with("concepts/") {
            follow(page);
        }
    }
}

#[test]
fn ci() {
    follow("guides/ci.md");
}

#[test]
fn containers() {
    follow("guides/containers.md");
}

#[test]
fn first_steps() {
    follow("guides/first-steps.md");
}

#[test]
fn inputs() {
    follow("guides/inputs.md");
}

#[test]
fn moving() {
    follow("guides/moving.md");
}

#[test]
fn numpy() {
    follow("guides/numpy.md");
}

#[test]
fn plugins() {
    follow("guides/plugins.md");
}

#[test]
fn report() {
    follow("guides/report.md");
}

#[test]
fn web_service() {
    follow("guides/web-service.md");
}

/// The pages beside the examples, from the top of the repository as they say.
#[test]
fn pages_of_examples() {
    let repository = docs().join("..");
    let directory = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(
        repository.join("examples"),
        directory.path().join("examples"),
    )
    .unwrap();
    for name in ["forecast", "hello", "notes"] {
        let page = repository.join("examples").join(name).join("README.md");
        follow_in(&page, directory.path());
    }
}

/// A page that has commands and is not followed would grow old unseen. Left out are those that are generated from what other tests run, and
/// what `cargo xtask` does.
#[test]
fn every_page_with_commands_is_followed() {
    let mut with_commands: Vec<String> = pages()
        .into_iter()
        .filter(|page| {
            let text = fs_err::read_to_string(docs().join(page)).unwrap();
            let consoles = text.split("```console\n").skip(1);
            consoles
                .flat_map(|block| block.split("```").next().unwrap().lines())
                .any(|line| line.starts_with("$ ") && !line.starts_with("$ cargo xtask "))
        })
        .filter(|page| !["reference/cli.md", "reference/errors.md"].contains(&page.as_str()))
        .collect();
    with_commands.sort();
    assert_eq!(with_commands, FOLLOWED);
}

/// Every page, by its path below `docs`.
fn pages() -> Vec<String> {
    walkdir::WalkDir::new(docs())
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| {
            let below = path.strip_prefix(docs()).unwrap();
            below.to_str().unwrap().to_owned()
        })
        .collect()
}

/// The contents of the site name every page, and every link leads somewhere: to a page, and to a heading on it.
#[test]
fn every_page_is_in_the_contents_and_every_link_leads_somewhere() {
    let summary = fs_err::read_to_string(docs().join("SUMMARY.md")).unwrap();
    let readmes = ["../README.md", "../examples/bazel/README.md"].map(str::to_owned);
    for page in pages().into_iter().chain(readmes) {
        let is_listed = summary.contains(&format!("]({page})"));
        assert!(
            is_listed || page == "SUMMARY.md" || page.starts_with("../"),
            "{page}"
        );
        let path = docs().join(&page);
        let text = fs_err::read_to_string(&path).unwrap();
        let mut in_code = false;
        let prose: Vec<&str> = text
            .lines()
            .filter(|line| {
                let fence = line.starts_with("```");
                in_code ^= fence;
                !in_code && !fence
            })
            .collect();
        for link in prose.join("\n").split("](").skip(1) {
            let link = link.split(')').next().unwrap();
            if link.starts_with("https://") || link.starts_with("http://") {
                continue;
            }
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() {
                path.clone()
            } else {
                path.parent().unwrap().join(file)
            };
            assert!(target.exists(), "{page}: {link}");
            if !heading.is_empty() {
                let text = fs_err::read_to_string(&target).unwrap();
                let found = text
                    .lines()
                    .filter(|line| line.starts_with('#'))
                    .any(|line| anchor(line) == heading);
                assert!(found, "{page}: {link}");
            }
        }
    }
}

/// What GitHub and mdBook call a heading.
fn anchor(heading: &str) -> String {
    heading
        .trim_start_matches('#')
        .trim()
        .to_lowercase()
        .chars()
        .filter_map(|letter| match letter {
            ' ' => Some('-'),
            _ if letter.is_alphanumeric() || letter == '-' || letter == '_' => Some(letter),
            _ => None,
        })
        .collect()
}

/// Flags that a table names exist.
#[test]
fn flags_in_tables_exist() {
    let text = fs_err::read_to_string(docs().join("guides/moving.md")).unwrap();
    let reference = fs_err::read_to_string(docs().join("reference/cli.md")).unwrap();
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
