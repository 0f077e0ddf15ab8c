//! What contradicts itself.

use std::collections::BTreeSet;

use fastice_image::PythonConfig;

use super::bin::{Bin, choices};
use super::layers::Layers;
use super::{Configuration, Mode, Policy, audit_hook, values};
use crate::metadata::names;
use crate::{Code, Error, Result};

/// Checks what the types cannot say.
///
/// # Errors
/// [`Code::ConfigurationConflict`], [`Code::ConfigurationValue`].
pub(super) fn check(configuration: &Configuration, layers: &Layers) -> Result<()> {
    let environment = &configuration.environment;
    let check = Check { layers, bin: None };
    fields(configuration, &check)?;
    for (name, value) in &environment.variables {
        if name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
            return Err(check.value(
                "environment.variables",
                &format!("cannot hold `{}`", name.escape_debug()),
            ));
        }
    }
    if let Some(hook) = configuration
        .audit_hooks
        .iter()
        .find(|hook| audit_hook(hook).is_none())
    {
        let text = format!(
            "cannot hold `{}`: a hook is `FILE:FUNCTION`",
            hook.escape_debug()
        );
        return Err(check.value("audit-hooks", &text));
    }
    if let Some(argument) = configuration
        .arguments
        .iter()
        .find(|text| text.contains('\0'))
    {
        let text = format!("cannot hold `{}`", argument.escape_debug());
        return Err(check.value("arguments", &text));
    }
    modes(configuration, &check)?;
    bins(configuration, &check)
}

/// What the fields of CPython's configuration contradict, each other among them.
fn fields(configuration: &Configuration, check: &Check) -> Result<()> {
    let Configuration {
        python,
        environment,
        ..
    } = configuration;
    let policy = environment.policy.unwrap_or_default();
    let isolated = python.isolated == Some(true);

    check.never(
        isolated && python.use_environment == Some(true),
        ["python.isolated", "python.use_environment"],
        "an isolated Python reads no variables",
        "leave one of them away",
    )?;
    check.never(
        isolated && policy != Policy::None,
        ["python.isolated", "environment.policy"],
        "an isolated Python reads no variables",
        "leave `python.isolated` away: what else it does is the default",
    )?;
    check.never(
        isolated && python.user_site_directory == Some(true),
        ["python.isolated", "python.user_site_directory"],
        "an isolated Python has no user site",
        "set `python.isolated` to false",
    )?;
    check.never(
        isolated && python.safe_path == Some(false),
        ["python.isolated", "python.safe_path"],
        "an isolated Python has a safe path",
        "set `python.isolated` to false",
    )?;
    check.never(
        python.use_environment == Some(false) && policy != Policy::None,
        ["python.use_environment", "environment.policy"],
        "the policy lets variables through that CPython is told not to read",
        "leave `python.use_environment` away: the policy decides it",
    )?;
    check.never(
        python.use_environment == Some(true) && environment.policy == Some(Policy::None),
        ["python.use_environment", "environment.policy"],
        "the policy lets no variable through that CPython is told to read",
        "set `environment.policy` to \"all\" or \"listed\"",
    )?;
    check.never(
        policy != Policy::Listed && !environment.allow.is_empty(),
        ["environment.allow", "environment.policy"],
        "only the policy \"listed\" looks at the list",
        "set `environment.policy` to \"listed\"",
    )?;
    check.never(
        policy == Policy::Listed && environment.allow.is_empty(),
        ["environment.policy", "environment.allow"],
        "the policy is \"listed\", and nothing is listed",
        "name variables in `environment.allow`, or set the policy to \"none\"",
    )?;
    check.never(
        python.site_import != Some(true) && python.user_site_directory == Some(true),
        ["python.user_site_directory", "python.site_import"],
        "the user's site is added by `site`, which is not imported",
        "set `python.site_import` to true",
    )?;
    check.never(
        python.use_hash_seed == Some(false) && python.hash_seed.is_some(),
        ["python.use_hash_seed", "python.hash_seed"],
        "the seed is set and not used",
        "leave one of them away",
    )?;
    check.never(
        python.configure_locale == Some(false) && python.coerce_c_locale.is_some_and(|n| n > 0),
        ["python.configure_locale", "python.coerce_c_locale"],
        "a locale that is not configured is not coerced",
        "leave one of them away",
    )?;
    let is_utf8 = |name: &str| matches!(name.to_ascii_lowercase().as_str(), "utf-8" | "utf8");
    check.never(
        python.utf8_mode == Some(true)
            && python
                .filesystem_encoding
                .as_deref()
                .is_some_and(|name| !is_utf8(name)),
        ["python.utf8_mode", "python.filesystem_encoding"],
        "in the UTF-8 mode file names are UTF-8",
        "leave one of them away",
    )?;
    check.never(
        configuration.optimize.is_some()
            && python.optimization_level.is_some()
            && configuration.optimize != python.optimization_level,
        ["optimize", "python.optimization_level"],
        "they are the same thing under two names",
        "leave one of them away",
    )?;
    check.never(
        python.dump_refs_file.is_some() && python.dump_refs == Some(false),
        ["python.dump_refs_file", "python.dump_refs"],
        "there is a file for what is not dumped",
        "leave one of them away",
    )?;
    if python
        .int_max_str_digits
        .is_some_and(|n| (1..640).contains(&n))
    {
        return Err(check.value(
            "python.int_max_str_digits",
            "must be 0, which is no limit, or at least 640",
        ));
    }
    values::check(configuration, check)
}

/// Only one thing can run.
fn modes(configuration: &Configuration, check: &Check) -> Result<()> {
    let chosen = choices([
        ("script", configuration.script.is_some()),
        ("entry", configuration.entry.is_some()),
        ("module", configuration.module.is_some()),
        ("command", configuration.command.is_some()),
    ]);
    if let [first, second, ..] = chosen[..] {
        check.never(
            true,
            [first, second],
            "only one thing can run",
            "leave one of them away",
        )?;
    }
    let Some(mode) = configuration.mode.filter(|mode| *mode != Mode::Auto) else {
        return Ok(());
    };
    if let [choice] = chosen[..] {
        let fits = match choice {
            // What a console script says is a function.
            "script" | "entry" => mode == Mode::Entry,
            "module" => mode == Mode::Module,
            _ => mode == Mode::Command,
        };
        check.never(
            !fits,
            ["mode", choice],
            &format!("a `{choice}` does not run as `{}`", mode.name()),
            "leave one of them away",
        )?;
    } else if matches!(mode, Mode::Command | Mode::Module) {
        return Err(check.value(
            "mode",
            &format!("is `{}`, and `{}` is not set", mode.name(), mode.name()),
        ));
    }
    check.never(
        mode == Mode::Interpreter && !configuration.bin.is_empty(),
        ["mode", "bin"],
        "the whole command line of an interpreter is Python's",
        "make the programs one executable and the interpreter another",
    )?;
    check.never(
        mode == Mode::Interpreter && !configuration.arguments.is_empty(),
        ["mode", "arguments"],
        "the whole command line of an interpreter is Python's",
        "set fields of `python` instead",
    )
}

/// Each further program has a name of its own and one thing to run.
fn bins(configuration: &Configuration, check: &Check) -> Result<()> {
    let mut seen = BTreeSet::new();
    for bin in &configuration.bin {
        let name = &bin.name;
        if !names::is_file_name(name) {
            return Err(check.value(
                "bin",
                &format!("has a program without a usable name: `{name}`"),
            ));
        }
        if !seen.insert(name) {
            return Err(check.value("bin", &format!("has two programs called `{name}`")));
        }
        if bin.python != PythonConfig::default() {
            bin_fields(configuration, bin, check)?;
        }
        match bin.choices()[..] {
            [_] => {}
            [] => {
                return Err(check
                    .value("bin", &format!("does not say what `{name}` runs"))
                    .hint("set its `script`, `entry`, `module` or `command`"));
            }
            [first, second, ..] => {
                let text = format!("has for `{name}` both `{first}` and `{second}`");
                return Err(check.value("bin", &text));
            }
        }
    }
    Ok(())
}

/// A further program may be set up in any way that the code objects allow, which were compiled once.
fn bin_fields(configuration: &Configuration, bin: &Bin, check: &Check) -> Result<()> {
    let check = Check {
        bin: Some(&bin.name),
        ..*check
    };
    let level = bin.python.optimization_level;
    if level.is_some_and(|level| level != configuration.optimization_level()) {
        return Err(check
            .value(
                "python.optimization_level",
                "is not that of the main program: the code objects are the same",
            )
            .hint("set `optimize` for all of them, or build two executables"));
    }
    fields(&configuration.of_bin(bin), &check)
}

/// What is wrong, in which place.
#[derive(Clone, Copy)]
pub(super) struct Check<'a> {
    layers: &'a Layers,
    /// The further program whose configuration this is.
    bin: Option<&'a str>,
}

impl Check<'_> {
    /// Fails if `contradiction`, which is between these two keys.
    fn never(&self, contradiction: bool, keys: [&str; 2], why: &str, remedy: &str) -> Result<()> {
        if !contradiction {
            return Ok(());
        }
        let message = format!(
            "{}`{}` and `{}` contradict each other: {why}",
            self.whose(),
            keys[0],
            keys[1]
        );
        let error = Error::new(Code::ConfigurationConflict, message).hint(remedy);
        let place = keys.iter().find_map(|key| self.place(key, "this one"));
        Err(match place {
            Some(place) => error.at(place),
            None => error,
        })
    }

    /// The error for a value.
    pub(super) fn value(&self, key: &str, what: &str) -> Error {
        let message = format!("{}`{key}` {what}", self.whose());
        let error = Error::new(Code::ConfigurationValue, message);
        match self.place(key, "this value") {
            Some(place) => error.at(place),
            None => error,
        }
    }

    /// Says of which program the keys are, unless it is the main one.
    fn whose(&self) -> String {
        self.bin
            .map_or_else(String::new, |name| format!("of the program `{name}`: "))
    }

    fn place(&self, key: &str, label: &str) -> Option<crate::error::Place> {
        if self.bin.is_some() {
            return self.layers.place(&["bin"], "one of these");
        }
        let path: Vec<&str> = key.split('.').collect();
        self.layers.place(&path, label)
    }
}
