//! `fastice build --from REQ`.

use std::path::Path;

use crate::metadata::names;
use crate::resolve::context::Context;
use crate::resolve::request::Resolved;
use crate::resolve::{distribution, entry, tree};
use crate::{Code, Error, Result};

/// A console script of a distribution that is installed from the index, an address or a path.
pub(super) fn requirement(context: &Context, requirement: &str) -> Result<Resolved> {
    let dependencies = context.dependencies(vec![requirement.to_owned()], None)?;
    let Some(site) = dependencies.directory().map(Path::to_owned) else {
        return Err(Error::new(
            Code::Requirement,
            format!("`{requirement}` installs nothing"),
        ));
    };
    let installed = distribution::installed(&site)?;
    let named = names::of_requirement(requirement);
    let path = tree::absolute(Path::new(requirement)).ok();
    let distribution = installed
        .into_iter()
        .find(|distribution| match &named {
            Some(name) => distribution.name == *name,
            None => distribution
                .local_origin()
                .is_some_and(|origin| Some(origin) == path),
        })
        .ok_or_else(|| {
            Error::new(
                Code::Requirement,
                format!("it cannot be told which distribution `{requirement}` is"),
            )
            .hint("write its name before the address: `NAME @ https://…`")
        })?;
    let whose = format!("`{}`", distribution.name);
    let mut scripts = distribution.scripts();
    if context.request.choice.is_none() && scripts.contains_key(&distribution.name) {
        // Of several, the one called as the distribution is meant, as with `pipx run` and `uvx`.
        scripts.retain(|name, _| *name == distribution.name);
    }
    let (script, entry) = entry::split(context.choose(&scripts, &whose));
    let entry = context.main(entry)?;
    if let Some(entry) = &entry {
        entry::check(entry, &[&site])?;
    }
    let alternatives = context.alternatives(&distribution.scripts(), &whose, &[&site])?;
    let name = context.name(&script.unwrap_or(distribution.name));
    Ok(dependencies.resolved(name, entry, alternatives, None, Vec::new()))
}
