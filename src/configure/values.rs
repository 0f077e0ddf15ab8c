//! Values of fields that CPython would refuse when a process starts, or not take for what they are.

use fastice_image::PythonConfig;

use super::Configuration;
use super::check::Check;
use crate::Result;

/// Error handlers that the codec of file names can have (`Python/codecs.c`, `_Py_GetErrorHandler`).
const FILE_NAME_ERRORS: [&str; 8] = [
    "strict",
    "ignore",
    "replace",
    "surrogateescape",
    "surrogatepass",
    "backslashreplace",
    "xmlcharrefreplace",
    "namereplace",
];

/// `-X` options that set a field, with the field (`Python/initconfig.c`, `Python/preconfig.c`). As an entry of `xoptions` they would set it at
/// the start, over what the configuration says.
const OPTIONS: [(&str, &str); 14] = [
    ("dev", "dev_mode"),
    ("utf8", "utf8_mode"),
    ("faulthandler", "faulthandler"),
    ("importtime", "import_time"),
    ("tracemalloc", "tracemalloc"),
    ("showrefcount", "show_ref_count"),
    ("pycache_prefix", "pycache_prefix"),
    ("frozen_modules", "use_frozen_modules"),
    ("no_debug_ranges", "code_debug_ranges"),
    ("int_max_str_digits", "int_max_str_digits"),
    ("warn_default_encoding", "warn_default_encoding"),
    ("perf", "perf_profiling"),
    ("perf_jit", "perf_profiling"),
    ("cpu_count", "cpu_count"),
];

/// What `warnings` does with a warning.
const ACTIONS: [&str; 7] = [
    "default", "always", "all", "ignore", "module", "once", "error",
];

/// Checks each value alone.
///
/// # Errors
/// [`Code::ConfigurationValue`](crate::Code::ConfigurationValue).
pub(super) fn check(configuration: &Configuration, check: &Check) -> Result<()> {
    let python = &configuration.python;
    no_null_bytes(python, check)?;
    if let Some(errors) = &python.filesystem_errors
        && !FILE_NAME_ERRORS.contains(&errors.as_str())
    {
        let known = FILE_NAME_ERRORS.join("`, `");
        return Err(check
            .value(
                "python.filesystem_errors",
                &format!("cannot be `{errors}`: file names have no such error handler"),
            )
            .hint(format!("it is one of `{known}`")));
    }
    for option in python.xoptions.iter().flatten() {
        let name = option.split('=').next().unwrap_or_default();
        if name.is_empty() {
            return Err(check.value(
                "python.xoptions",
                &format!("cannot hold `{option}`: an option is `NAME` or `NAME=VALUE`"),
            ));
        }
        if let Some((_, field)) = OPTIONS.iter().find(|(known, _)| *known == name) {
            return Err(check
                .value(
                    "python.xoptions",
                    &format!("cannot hold `{option}`: it is a field of its own"),
                )
                .hint(format!("set `python.{field}`")));
        }
    }
    for option in python.warnoptions.iter().flatten() {
        if let Some(why) = refused(option) {
            return Err(check
                .value(
                    "python.warnoptions",
                    &format!("cannot hold `{option}`: {why}"),
                )
                .hint("write it as after `-W`: `ACTION:MESSAGE:CATEGORY:MODULE:LINE`"));
        }
    }
    Ok(())
}

/// What `warnings._processoptions` has against an option, as far as it does not depend on modules.
fn refused(option: &str) -> Option<String> {
    let parts: Vec<&str> = option.split(':').map(str::trim).collect();
    let action = parts[0];
    if parts.len() > 5 {
        return Some("it has more than five parts".to_owned());
    }
    // Any beginning of the word will do.
    if !ACTIONS.iter().any(|known| known.starts_with(action)) {
        return Some(format!("there is no action `{action}`"));
    }
    let line = parts.get(4).copied().unwrap_or_default();
    (!line.is_empty() && line.parse::<u32>().is_err())
        .then(|| format!("`{line}` is no number of a line"))
}

/// A C string ends at its first null byte.
fn no_null_bytes(python: &PythonConfig, check: &Check) -> Result<()> {
    let Ok(toml::Value::Table(fields)) = toml::Value::try_from(python) else {
        return Ok(());
    };
    let holds = |value: &toml::Value| value.as_str().is_some_and(|text| text.contains('\0'));
    let found = fields.iter().find(|(_, value)| match value {
        toml::Value::Array(list) => list.iter().any(holds),
        value => holds(value),
    });
    match found {
        None => Ok(()),
        Some((name, _)) => {
            Err(check.value(&format!("python.{name}"), "cannot hold a null character"))
        }
    }
}
