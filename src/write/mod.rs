//! From a [`Layout`] to an executable on the disk.

pub(crate) mod bootstrap;
mod image;
mod layout;
pub(crate) mod standard;
mod target;

pub(crate) use image::{Frozen, write_image};
pub(crate) use layout::{CodeEntry, Contents, Entry, FileEntry, Layout, Module, Share, code_path};
pub(crate) use target::{Draft, Target};
