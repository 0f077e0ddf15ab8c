//! Libraries that need each other in a circle, as a font library and its shaping engine do. They can only be loaded at once.

use std::collections::BTreeMap;

use fastice_image::FileNode;

use super::elf::Library;
use super::{bundled, search, tier};
use crate::vfs::tree;

/// A library of the tree that is to be loaded.
pub(crate) struct Member {
    /// Its path below the root.
    pub(crate) path: String,
    /// Its absolute path.
    pub(crate) absolute: String,
    /// What the index says about it.
    pub(crate) file: FileNode,
    /// The directories where the libraries that it needs are searched.
    pub(crate) directories: Vec<String>,
    /// Those libraries that are in the tree.
    pub(crate) needed: Vec<Need>,
}

/// A library of the tree that another needs.
#[derive(Clone)]
pub(crate) struct Need {
    /// The name that the other knows it by.
    pub(crate) name: String,
    /// Its path below the root.
    pub(crate) path: String,
    /// What the index says about it.
    pub(crate) file: FileNode,
}

impl Member {
    /// `inherited`: directories that the libraries above this one want to be searched.
    fn new(path: &str, file: &FileNode, inherited: &[String]) -> Result<Self, String> {
        let absolute = tree::absolute(path);
        let (directories, needed) = tier::with_bytes(path, file, |bytes| {
            let library = Library::parse(bytes)
                .map_err(|malformed| format!("{absolute}: {}", malformed.0))?;
            let mut directories = search::directories(&library, path);
            directories.extend_from_slice(inherited);
            let needed = library
                .needed()
                .filter_map(|name| {
                    let (path, file) =
                        search::find(&directories, name).or_else(|| bundled::find(name))?;
                    let name = name.to_owned();
                    Some(Need { name, path, file })
                })
                .collect();
            Ok((directories, needed))
        })?;
        Ok(Self {
            path: path.to_owned(),
            absolute,
            file: file.clone(),
            directories,
            needed,
        })
    }
}

/// The library at `path`, and after it those that need it and that it needs, if there are any.
///
/// # Errors
/// When it is no library.
pub(crate) fn of(path: &str, file: &FileNode, inherited: &[String]) -> Result<Vec<Member>, String> {
    let mut members = BTreeMap::new();
    explore(Member::new(path, file, inherited)?, &mut members);
    let mut circle: Vec<Member> = Vec::from_iter(members.remove(path));
    let others: Vec<String> = members
        .keys()
        .filter(|other| reaches(other, path, &members, &mut Vec::new()))
        .cloned()
        .collect();
    circle.extend(others.iter().filter_map(|other| members.remove(other)));
    Ok(circle)
}

/// Collects a library and all that it needs, directly and indirectly.
fn explore(member: Member, members: &mut BTreeMap<String, Member>) {
    let (needed, directories) = (member.needed.clone(), member.directories.clone());
    members.insert(member.path.clone(), member);
    for need in needed {
        if members.contains_key(&need.path) {
            continue;
        }
        // What is no library fails when it is loaded.
        if let Ok(next) = Member::new(&need.path, &need.file, &directories) {
            explore(next, members);
        }
    }
}

/// Does the library at `from` need the one at `to`, directly or indirectly?
fn reaches<'a>(
    from: &'a str,
    to: &str,
    members: &'a BTreeMap<String, Member>,
    seen: &mut Vec<&'a str>,
) -> bool {
    if seen.contains(&from) {
        return false;
    }
    seen.push(from);
    members.get(from).is_some_and(|member| {
        member
            .needed
            .iter()
            .any(|need| need.path == to || reaches(&need.path, to, members, seen))
    })
}
