//! What an installer says when it fails, shortened and sorted into our codes.

use super::Tool;
use crate::{Code, Error};

/// Lines of the tool's own words that are shown.
const SHOWN: usize = 16;

/// The error for a failed run that wrote `stderr` and `stdout`.
pub(super) fn explain(tool: Tool, stderr: &str, stdout: &str) -> Error {
    let said = if stderr.trim().is_empty() {
        stdout
    } else {
        stderr
    };
    let mut words = shorten(tool, said);
    let lower = said.to_lowercase();
    let has = |patterns: &[&str]| patterns.iter().any(|pattern| lower.contains(pattern));
    if tool == Tool::Pip && has(&NETWORK) {
        // pip warns of every failed attempt and in the end only misses the distribution.
        let mut warnings = said
            .lines()
            .filter(|line| line.trim_start().starts_with("WARNING: "));
        words = warnings.next_back().map_or(words, |line| {
            undecorate(line.trim_start_matches("WARNING: "))
        });
    }
    let (code, sentence, hint) = if has(&NETWORK) {
        (
            Code::Installer,
            "the package index cannot be reached",
            "check the network, proxies and index settings (`PIP_*` or `UV_*` variables), or use `--site` with an installed tree",
        )
    } else if has(&[
        "is not a supported wheel on this platform",
        "not compatible with the current",
        "no wheels with a matching",
        "has no usable wheels",
    ]) {
        (
            Code::UnfitWheel,
            "a wheel does not fit this Python or platform",
            "use a release that has a wheel for CPython 3.13 on Linux, or its sources",
        )
    } else if has(&BUILD) {
        (
            Code::BuildFailed,
            "a distribution cannot be built from its sources",
            "what its build needs (a compiler, headers) must be installed here; or choose a release that has a wheel",
        )
    } else if has(&["must have a hash", "hashes are required in"]) {
        (
            Code::LockMissing,
            "not every requirement has a hash",
            "write hashes for all of them, as `uv pip compile --generate-hashes` does, or leave the flag away",
        )
    } else if has(&["hash mismatch", "do not match the hashes"]) {
        (
            Code::Unresolvable,
            "a download is not what its hash says",
            "make the lock file or the hashes anew if the change is meant",
        )
    } else if has(&["network was disabled", "network connectivity is disabled"]) {
        (
            Code::Installer,
            "not everything is in uv's cache, and `--offline` forbids the network",
            "build once without `--offline`",
        )
    } else if has(&["requires a different python", "requires-python"]) {
        (
            Code::RequiresPython,
            "a distribution needs another version of Python",
            "choose a release that supports this Python",
        )
    } else if has(&[
        "invalid requirement",
        "failed to parse",
        "couldn't parse requirement",
        "expected package name",
        "hint: it looks like a path",
    ]) {
        (
            Code::Requirement,
            "a requirement is not valid",
            "write a name with an optional version, `rich>=13`, a path or an address",
        )
    } else if has(&[
        "no solution found",
        "no matching distribution",
        "could not find a version",
        "resolutionimpossible",
        "conflicting dependencies",
        "not found in the package registry",
        "was not found",
    ]) {
        (
            Code::Unresolvable,
            "the requirements cannot be satisfied",
            "check the names and versions of the requirements",
        )
    } else {
        (
            Code::Installer,
            "the installer failed",
            "run again with `-v` to see its command line",
        )
    };
    let cause = if words.is_empty() {
        format!("{} said nothing", tool.name())
    } else {
        words
    };
    Error::new(code, sentence).caused_by(cause).hint(hint)
}

/// Signs that the index or a download could not be reached.
const NETWORK: [&str; 8] = [
    "connection refused",
    "name resolution",
    "dns error",
    "failed to establish a new connection",
    "network is unreachable",
    "error sending request",
    "timed out",
    "certificate verify failed",
];

/// Signs that a build back end failed.
const BUILD: [&str; 7] = [
    "failed to build",
    "subprocess-exited-with-error",
    "metadata-generation-failed",
    "build backend returned an error",
    "the build backend",
    "failed building wheel",
    "backendunavailable",
];

/// The lines that tell the cause, without the tool's decoration.
fn shorten(tool: Tool, said: &str) -> String {
    let mut lines: Vec<&str> = match tool {
        Tool::Uv => {
            let begins = |line: &str| {
                let line = line.trim_start();
                line.starts_with("error:") || line.starts_with('×') || line.starts_with('x')
            };
            let all: Vec<&str> = said.lines().collect();
            let start = all.iter().position(|line| begins(line)).unwrap_or(0);
            all[start..].to_vec()
        }
        Tool::Pip => {
            let errors: Vec<&str> = said
                .lines()
                .filter_map(|line| line.trim().strip_prefix("ERROR: "))
                .collect();
            if errors.contains(&"Exception:") {
                // pip itself failed; the last line of its traceback names the error.
                said.lines()
                    .rfind(|line| !line.trim().is_empty())
                    .into_iter()
                    .collect()
            } else if errors.is_empty() || said.contains("[end of output]") {
                pip_build_output(said)
            } else {
                errors
            }
        }
    };
    lines.retain(|line| !line.trim().is_empty() && !line.contains("lines of output]"));
    if lines.len() > SHOWN {
        // The first line names what failed, the last ones say why.
        let first = lines[0];
        lines = lines.split_off(lines.len() - (SHOWN - 2));
        lines.insert(0, "…");
        lines.insert(0, first);
    }
    lines
        .iter()
        .map(|line| undecorate(line))
        .collect::<Vec<_>>()
        .join("\n")
}

/// What a failed build wrote, without what pip says around it.
fn pip_build_output(said: &str) -> Vec<&str> {
    let lines: Vec<&str> = said.lines().collect();
    let start = lines
        .iter()
        .position(|line| line.trim_start().starts_with('×'))
        .unwrap_or(0);
    let end = lines
        .iter()
        .position(|line| line.contains("[end of output]"))
        .unwrap_or(lines.len());
    lines[start.min(end)..end].to_vec()
}

/// A line without the boxes and crosses drawn before it, and without long lists.
fn undecorate(line: &str) -> String {
    let text = line.trim_start_matches(|c: char| c.is_whitespace() || "×│├╰─▶>".contains(c));
    let text = ["error: ", "cause: "]
        .iter()
        .find_map(|word| text.strip_prefix(word))
        .unwrap_or(text)
        .trim_end();
    shorten_versions(text).unwrap_or_else(|| text.to_owned())
}

/// pip lists every version there is; the newest ones say enough.
fn shorten_versions(line: &str) -> Option<String> {
    const KEPT: usize = 5;
    let (before, list) = line.split_once("(from versions: ")?;
    let versions: Vec<&str> = list.trim_end_matches(')').split(", ").collect();
    let kept = versions.get(versions.len().checked_sub(KEPT)?..)?;
    Some(format!("{before}(from versions: …, {})", kept.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_of_versions_are_shortened() {
        let line = "no x==9 (from versions: 1, 2, 3, 4, 5, 6, 7)";
        assert_eq!(
            undecorate(line),
            "no x==9 (from versions: …, 3, 4, 5, 6, 7)"
        );
        assert_eq!(
            undecorate("no x (from versions: none)"),
            "no x (from versions: none)"
        );
    }

    #[test]
    fn a_traceback_is_reduced_to_its_error() {
        let said = "ERROR: Exception:\nTraceback (most recent call last):\n  File \"x\"\nBackendUnavailable: no backend\n";
        assert_eq!(shorten(Tool::Pip, said), "BackendUnavailable: no backend");
    }

    #[test]
    fn decoration_goes_and_words_stay() {
        assert_eq!(undecorate("  ╰─▶ Because x"), "Because x");
        assert_eq!(undecorate("error: Failed to parse"), "Failed to parse");
    }
}
