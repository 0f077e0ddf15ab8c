//! Console scripts: what an installer writes to `bin` for an entry point.

/// First line of every script in `/fastice/bin`.
pub(super) const SHEBANG: &str = "#!/fastice/bin/python\n";

/// The script that calls `attribute` of `module` and exits with what it returns (the entry points specification).
pub(crate) fn console_script(module: &str, attribute: &str) -> String {
    let imported = attribute.split('.').next().unwrap_or(attribute);
    format!(
        "{SHEBANG}# -*- coding: utf-8 -*-\n\
         import sys\n\
         from {module} import {imported}\n\
         if __name__ == \"__main__\":\n    sys.exit({attribute}())\n"
    )
}

/// Name, module and attribute of the scripts in the text of an `entry_points.txt`.
pub(super) fn entry_points(text: &str) -> Vec<(String, String, String)> {
    let mut in_scripts = false;
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(section) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            in_scripts = matches!(section.trim(), "console_scripts" | "gui_scripts");
        } else if let Some((name, object)) = line
            .split_once('=')
            .filter(|_| in_scripts && !line.starts_with(['#', ';']))
        {
            // Extras after the object, `pkg:main [color]`, have no meaning for running it.
            let object = object.split('[').next().unwrap_or_default();
            if let Some((module, attribute)) = object.split_once(':') {
                found.push((
                    name.trim().to_owned(),
                    module.trim().to_owned(),
                    attribute.trim().to_owned(),
                ));
            }
        }
    }
    found
}

/// `contents` of a script with its first line made independent of where it was installed; `None` if it is not a Python script.
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
    fn reads_entry_points() {
        let text = "[console_scripts]\na = p.q:main\nb= r:X.y [extra]\n# c = d:e\n[gui_scripts]\ng=h:i\n[other]\nz=z:z\n";
        let found = entry_points(text);
        let names: Vec<&str> = found.iter().map(|(name, ..)| name.as_str()).collect();
        assert_eq!(names, ["a", "b", "g"]);
        assert_eq!(found[1].2, "X.y");
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
