//! The reference page of the command line, made from its definition.

use std::fmt::Write as _;

use clap::{Arg, ArgAction, Command, CommandFactory as _};

use super::Cli;

/// `docs/reference/cli.md`.
pub fn page() -> String {
    let mut root = Cli::command();
    root.build();
    let mut page = String::from(
        "# Command line\n\n\
         This page is generated from the definition of the command line; `cargo xtask test` says when it is out of date.\n\n\
         Data goes to stdout, everything for people to stderr. The exit status is 0 when the command did what was asked, 1 when the\n\
         input or the project is at fault, 2 when the command line, fastice itself or the machine is. `fastice run` passes on the\n\
         program's own status. [Error codes](errors.md) are explained by `fastice explain`.\n",
    );
    page.push_str("\n## Options of every command\n\n");
    for argument in root
        .get_arguments()
        .filter(|argument| argument.is_global_set())
    {
        describe(&mut page, argument);
    }
    for command in root
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
    {
        section(&mut page, "fastice", command);
    }
    page
}

fn section(page: &mut String, above: &str, command: &Command) {
    let name = format!("{above} {}", command.get_name());
    let about = command
        .get_about()
        .map(ToString::to_string)
        .unwrap_or_default();
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ");
    let _ = write!(page, "\n## {name}\n\n{about}.\n\n```text\n{usage}\n```\n");
    if let Some(examples) = command.get_after_help().map(ToString::to_string) {
        page.push_str("\n```console\n");
        for line in examples.lines().filter_map(|line| line.strip_prefix("  ")) {
            let _ = writeln!(page, "$ {line}");
        }
        page.push_str("```\n");
    }
    let mut heading = None;
    let own = |argument: &&Arg| !argument.is_global_set() && argument.get_id() != "help";
    let mut arguments: Vec<&Arg> = command.get_arguments().filter(own).collect();
    // As `--help` shows them: what has no heading first.
    arguments.sort_by_key(|argument| argument.get_help_heading().is_some());
    for (number, argument) in arguments.into_iter().enumerate() {
        if number == 0 || argument.get_help_heading() != heading {
            heading = argument.get_help_heading();
            if let Some(heading) = heading {
                let _ = write!(page, "\n### {heading}\n");
            }
            page.push('\n');
        }
        describe(page, argument);
    }
    for inner in command.get_subcommands() {
        section(page, &name, inner);
    }
}

/// One line of a list: how it is written, what it means, its values and default.
fn describe(page: &mut String, argument: &Arg) {
    let value = match argument.get_value_names() {
        Some([name, ..]) if argument.get_action().takes_values() => format!(" {name}"),
        _ => String::new(),
    };
    let written = match (argument.get_short(), argument.get_long()) {
        (Some(short), Some(long)) => format!("`-{short}`, `--{long}{value}`"),
        (Some(short), None) => format!("`-{short}{value}`"),
        (None, Some(long)) => format!("`--{long}{value}`"),
        (None, None) => format!("`{}`", value.trim_start()),
    };
    let help = argument
        .get_help()
        .map(ToString::to_string)
        .unwrap_or_default();
    let _ = write!(page, "- {written}: {}.", help.trim_end_matches('.'));
    if argument.get_action().takes_values() && !matches!(argument.get_action(), ArgAction::Append) {
        let values: Vec<String> = argument
            .get_possible_values()
            .iter()
            .map(|value| format!("`{}`", value.get_name()))
            .collect();
        if !values.is_empty() {
            let _ = write!(page, " One of {}.", values.join(", "));
        }
        if let [default] = argument.get_default_values() {
            let _ = write!(page, " Default: `{}`.", default.to_string_lossy());
        }
    }
    page.push('\n');
}
