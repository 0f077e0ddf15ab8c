//! `fastice man`.

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use fs_err as fs;

use super::print;
use crate::cli::{self, Cli};
use crate::error::ExitStatus;
use crate::ui::format;
use crate::{Code, Error, Result};

/// Prints a manual page, or writes all of them.
pub(super) fn man(arguments: &cli::Man) -> Result<ExitStatus> {
    let mut root = Cli::command().disable_help_subcommand(true);
    root.build();
    if let Some(directory) = &arguments.output {
        fs::create_dir_all(directory).map_err(Error::io)?;
        for (name, page) in pages(&root)? {
            fs::write(directory.join(format!("{name}.1")), page).map_err(Error::io)?;
        }
        return Ok(ExitStatus::Success);
    }
    let wanted = match &arguments.command {
        Some(command) => format!("fastice-{command}"),
        None => "fastice".to_owned(),
    };
    let pages = pages(&root)?;
    let Some((_, page)) = pages.iter().find(|(name, _)| *name == wanted) else {
        let command = arguments.command.as_deref().unwrap_or_default();
        let known = root.get_subcommands().map(Command::get_name);
        let error = Error::new(
            Code::UnknownCommand,
            format!("there is no command `{command}`"),
        );
        return Err(match format::closest(command, known) {
            Some(close) => error.hint(format!("did you mean `{close}`?")),
            None => error.hint("`fastice --help` lists them"),
        });
    };
    print::text(page)?;
    Ok(ExitStatus::Success)
}

/// Every page by its name.
fn pages(root: &Command) -> Result<Vec<(String, String)>> {
    let mut pages = vec![("fastice".to_owned(), page(root.clone(), "fastice")?)];
    for command in root
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
    {
        let name = format!("fastice-{}", command.get_name());
        pages.push((name.clone(), page(command.clone(), &name)?));
        for inner in command.get_subcommands() {
            let name = format!("{name}-{}", inner.get_name());
            pages.push((name.clone(), page(inner.clone(), &name)?));
        }
    }
    Ok(pages)
}

fn page(command: Command, name: &str) -> Result<String> {
    let mut out = Vec::new();
    Man::new(command)
        .title(name)
        .source(crate::BUILDER)
        .manual("fastice")
        .render(&mut out)
        .map_err(Error::io)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}
