//! Pages that are generated from the program are as the program is. `UPDATE_REFERENCE=1 cargo test --test cli` writes them.

use std::collections::BTreeSet;
use std::env;
use std::path::PathBuf;

use clap::{CommandFactory as _, Parser as _};
use fastice::cli::Cli;
use fastice::configure;
use fastice::error::{Code, explanation};

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn check(page: &str, generated: &str) {
    let path = repository().join("docs/reference").join(page);
    if env::var_os("UPDATE_REFERENCE").is_some() {
        fs_err::write(&path, generated).expect("the page can be written");
    }
    let written = fs_err::read_to_string(&path).unwrap_or_default();
    assert!(
        written == generated,
        "{page} is out of date; write it with UPDATE_REFERENCE=1 cargo test --test cli"
    );
}

#[test]
fn the_command_line_page_is_current() {
    check("cli.md", &fastice::cli::reference::page());
}

#[test]
fn the_configuration_page_and_schema_are_current() {
    check("configuration.md", &configure::reference::page());
    let schema = serde_json::to_string_pretty(configure::reference::schema());
    let schema = schema.expect("it is JSON already");
    check("fastice.schema.json", &format!("{schema}\n"));
}

#[test]
fn the_errors_page_is_current() {
    check("errors.md", &explanation::reference());
}

#[test]
fn every_code_is_explained_and_nothing_else() {
    let codes: BTreeSet<String> = Code::ALL
        .iter()
        .map(|code| format!("{}.md", code.as_str()))
        .collect();
    let files: BTreeSet<String> = fs_err::read_dir(repository().join("templates/errors"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(codes, files);
    assert_eq!(codes.len(), Code::ALL.len(), "two codes are written alike");
    for &code in Code::ALL {
        let text = explanation::text(code);
        let heading = format!("# {}: ", code.as_str());
        assert!(text.starts_with(&heading), "{heading}");
        for part in ["\n**Cause.** ", "\n**Remedy.** ", "\n```"] {
            assert!(text.contains(part), "{} lacks {part:?}", code.as_str());
        }
    }
}

/// A code that no test provokes may not exist at all: each one stands, as users see it, in the source of a test.
#[test]
fn every_code_is_provoked_by_a_test() {
    let mut tests = String::new();
    for entry in walkdir::WalkDir::new(repository().join("tests")) {
        let entry = entry.unwrap();
        let is_source = entry
            .path()
            .extension()
            .is_some_and(|extension| extension == "rs");
        if is_source && entry.file_name() != "reference.rs" {
            tests += &fs_err::read_to_string(entry.path()).unwrap();
        }
    }
    let missing: Vec<&str> = Code::ALL
        .iter()
        .map(|code| code.as_str())
        .filter(|code| !tests.contains(&format!("[{code}]")))
        .collect();
    assert_eq!(missing, [""; 0], "no test shows these");
}

/// Every command has examples in its help, and each of them is accepted.
#[test]
fn examples_in_help_are_command_lines() {
    let root = Cli::command();
    for command in root.get_subcommands() {
        let name = command.get_name();
        let text = command
            .get_after_help()
            .unwrap_or_else(|| panic!("{name} has no examples"))
            .to_string();
        let examples = text.strip_prefix("Examples:\n").unwrap();
        for line in examples.lines() {
            let line = line.split(" # ").next().unwrap();
            let line = line.split(['>', '|']).next().unwrap();
            let accepted = Cli::try_parse_from(line.split_whitespace());
            assert!(accepted.is_ok(), "{line}: {}", accepted.unwrap_err());
        }
    }
}
