//! Console scripts: what an installer writes to `bin` for an entry point.

/// First line of every script in `/fastice/bin`.
pub(super) const SHEBANG: &str = "#!/fastice/bin/python\n";

/// The script that calls `attribute` of `module` and exits with what it returns (the entry points
/// specification).
pub(crate) fn console_script(module: &str, attribute: &str) -> String {
    let imported = attribute.split('.').next().unwrap_or(attribute);
    format!(
        "{SHEBANG}# -*- coding: utf-8 -*-\n\
         import sys\n\
         from {module} import {imported}\n\
         if __name__ == \"__main__\":\n    sys.exit({attribute}())\n"
    )
}

/// `contents` of a script with its first line made independent of where it was installed; `None` if
/// it is not a Python script.
pub(super) fn relocated(contents: &[u8]) -> Option<Vec<u8>> {
    let end = contents.iter().position(|&byte| byte == b'\n')? + 1;
    let (first, rest) = contents.split_at(end);
    let first = String::from_utf8_lossy(first);
    let command = first.strip_prefix("#!")?;
    if command.trim().rsplit('/').next()?.starts_with("python") {
        return Some([SHEBANG.as_bytes(), rest].concat());
    }
    // Installers write three lines for a long path: sh runs the second, Python sees a string.
    let text = str::from_utf8(rest).ok()?;
    let after = text
        .strip_prefix("'''exec' ")
        .filter(|_| command.trim() == "/bin/sh")?;
    let (_, after) = after.split_once("\n' '''\n")?;
    Some([SHEBANG, after].concat().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_the_first_name_and_calls_the_whole() {
        let script = console_script("pkg.mod", "App.run");
        assert!(script.contains("\nfrom pkg.mod import App\n"));
        assert!(script.ends_with("    sys.exit(App.run())\n"));
    }

    #[test]
    fn relocates_python_scripts_only() {
        let expected = Some(b"#!/fastice/bin/python\npass\n".to_vec());
        assert_eq!(relocated(b"#!/tmp/x/bin/python3.13\npass\n"), expected);
        assert_eq!(
            relocated(b"#!/bin/sh\n'''exec' \"/a b/python\" \"$0\" \"$@\"\n' '''\npass\n"),
            expected
        );
        assert_eq!(relocated(b"#!/bin/bash\necho\n"), None);
        assert_eq!(relocated(b"\x7fELF\n"), None);
    }
}
