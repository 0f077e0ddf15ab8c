//! Where the configuration of a build comes from.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use super::document::Document;
use super::layers::Layers;
use super::{Configuration, check, variables};
use crate::resolve::inline_metadata;
use crate::ui::format;
use crate::{Code, Error, Result, cli};

/// The file that holds nothing but our table.
const OWN_FILE: &str = "fastice.toml";

/// The configuration for what the command line names, the command line's own choices in it.
///
/// From the weakest to the strongest: `[tool.fastice]` in the project's `pyproject.toml` or in the script's metadata block;
/// `fastice.toml` beside it, or the file of `--config-file`; variables `FASTICE_CONFIG_…`; `--config`; the other flags.
///
/// # Errors
/// When a source is not valid, has an unknown key or a wrong type, or the whole contradicts itself.
pub fn load(source: &cli::Source) -> Result<Configuration> {
    let mut layers = Layers::default();
    let input = match (&source.from, &source.input) {
        (Some(_), _) => None,
        (None, Some(path)) => Some(path.as_path()),
        (None, None) => Some(Path::new(".")),
    };
    let mut own = source.config_file.clone();
    let mut passed_over = None;
    if let Some(input) = input {
        if input.is_dir() {
            add_file(
                &mut layers,
                &input.join("pyproject.toml"),
                &["tool", "fastice"],
            )?;
            let beside = input.join(OWN_FILE);
            own = own.or_else(|| beside.is_file().then_some(beside));
        } else {
            add_script(&mut layers, input)?;
            match beside_file(input) {
                Some(Beside::OfInput(file)) => own = own.or(Some(file)),
                Some(Beside::OfProject(file)) if own.is_none() => passed_over = Some(file),
                _ => {}
            }
        }
    }
    if let Some(file) = &own {
        if !file.is_file() {
            return Err(Error::new(
                Code::ConfigurationFile,
                format!("there is no configuration file `{}`", format::path(file)),
            ));
        }
        let is_project = file
            .file_name()
            .is_some_and(|name| name == "pyproject.toml");
        let table: &[&str] = if is_project {
            &["tool", "fastice"]
        } else {
            &[]
        };
        add_file(&mut layers, file, table)?;
    }
    for document in variables::from_environment()? {
        layers.push(document);
    }
    for text in &source.config {
        layers.push(variables::from_flag(text)?);
    }
    let mut configuration = layers.configuration()?;
    configuration.apply(source);
    check::check(&configuration, &layers)?;
    configuration.passed_over = passed_over;
    Ok(configuration)
}

/// A `fastice.toml` in the directory of a file that is built.
enum Beside {
    /// It is about that file.
    OfInput(PathBuf),
    /// It is about the project whose directory that is.
    OfProject(PathBuf),
}

/// The `fastice.toml` beside a script, an archive or compiled code.
fn beside_file(input: &Path) -> Option<Beside> {
    let beside = input.with_file_name(OWN_FILE);
    if !input.is_file() || !beside.is_file() {
        return None;
    }
    let project = fs_err::read_to_string(input.with_file_name("pyproject.toml"));
    // Tools have tables in that file where there is no project.
    let is_project = project.is_ok_and(|text| {
        toml::Table::from_str(&text).map_or(true, |table| {
            table.contains_key("project") || table.contains_key("build-system")
        })
    }) || input.with_file_name("setup.py").is_file();
    Some(if is_project {
        Beside::OfProject(beside)
    } else {
        Beside::OfInput(beside)
    })
}

/// Adds a file, if there is one.
fn add_file(layers: &mut Layers, path: &Path, table: &[&str]) -> Result<()> {
    if !path.is_file() {
        return Ok(());
    }
    let text = fs_err::read_to_string(path).map_err(|error| {
        let message = format!("`{}` cannot be read", format::path(path));
        Error::new(Code::ConfigurationFile, message).caused_by(error)
    })?;
    if let Some(document) = Document::parse(path, &text, &text, table, None)? {
        let directory = path.parent().unwrap_or(Path::new(""));
        layers.push(document.relative_to(directory));
    }
    Ok(())
}

/// Adds the metadata block of a script, if it is one and has one.
fn add_script(layers: &mut Layers, path: &Path) -> Result<()> {
    // What else is wrong with an input is said where it is read as one.
    if !path.is_file() {
        return Ok(());
    }
    let bytes = fs_err::read(path).map_err(Error::io)?;
    if bytes.contains(&0) {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&bytes);
    let Some(block) = inline_metadata::block(path, &text)? else {
        return Ok(());
    };
    let toml = block.content.clone();
    let spans = Box::new(move |span| block.to_script(span));
    // That the block is valid TOML is checked with its other tables.
    let table = ["tool", "fastice"];
    if let Some(document) = Document::parse(path, &text, &toml, &table, Some(spans))? {
        layers.push(document.relative_to(path.parent().unwrap_or(Path::new(""))));
    }
    Ok(())
}
