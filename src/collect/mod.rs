//! From an installed tree to the files of an image.

pub(crate) mod modules;
