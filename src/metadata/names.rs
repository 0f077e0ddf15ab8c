//! Names of distributions and of what is built from them.

/// The normalized form of a distribution's name (PEP 503): `Flask_Login` is `flask-login`.
pub(crate) fn normalize(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for character in name.chars() {
        if matches!(character, '-' | '_' | '.') {
            if !out.ends_with('-') {
                out.push('-');
            }
        } else {
            out.extend(character.to_lowercase());
        }
    }
    out
}

/// The name at the beginning of a requirement, normalized: `httpie` of `httpie[socks]>=3`. `None` if it is a path or an address.
pub(crate) fn of_requirement(requirement: &str) -> Option<String> {
    let requirement = requirement.trim();
    let end = requirement
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .unwrap_or(requirement.len());
    let (name, rest) = requirement.split_at(end);
    let named = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric());
    let rest = rest.trim_start();
    let continued =
        rest.is_empty() || rest.starts_with(['[', '=', '<', '>', '!', '~', ';', '@', '(']);
    let path = std::path::Path::new(name)
        .extension()
        .is_some_and(|extension| extension == "whl" || extension == "gz" || extension == "zip");
    (named && continued && !path).then(|| normalize(name))
}

/// Can `name` name an executable: one component of a path, and not a flag?
pub(crate) fn is_file_name(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\0'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_separators_become_one_hyphen() {
        assert_eq!(normalize("Foo__Bar.-baz"), "foo-bar-baz");
        assert_eq!(normalize("Zope.Interface"), "zope-interface");
    }

    #[test]
    fn the_name_ends_where_a_requirement_goes_on() {
        assert_eq!(of_requirement("httpie").as_deref(), Some("httpie"));
        assert_eq!(
            of_requirement("HTTPie [socks] >=3; python_version>'3'").as_deref(),
            Some("httpie")
        );
        assert_eq!(
            of_requirement("zope.interface==6").as_deref(),
            Some("zope-interface")
        );
        assert_eq!(
            of_requirement("x @ https://example.org/x.whl").as_deref(),
            Some("x")
        );
        assert_eq!(of_requirement("./x"), None);
        assert_eq!(of_requirement("x-1.0-py3-none-any.whl"), None);
        assert_eq!(of_requirement("dist/x"), None);
    }
}
