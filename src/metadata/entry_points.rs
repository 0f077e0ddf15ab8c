//! `entry_points.txt`: the scripts of a distribution (the entry points specification).

/// Name, module and attribute of the scripts in the text of an `entry_points.txt`.
pub(crate) fn scripts(text: &str) -> Vec<(String, String, String)> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_groups_of_scripts() {
        let text = "[console_scripts]\na = p.q:main\nb= r:X.y [extra]\n# c = d:e\n[gui_scripts]\ng=h:i\n[other]\nz=z:z\n";
        let found = scripts(text);
        let names: Vec<&str> = found.iter().map(|(name, ..)| name.as_str()).collect();
        assert_eq!(names, ["a", "b", "g"]);
        assert_eq!(found[1].2, "X.y");
    }
}
