//! Native libraries inside the image.
//!
//! `dlopen` of a path in the tree loads the library with glibc's own ld.so, which knows files only by
//! a name that the kernel can open. [`load`] finds the libraries that it needs in the tree and loads those first,
//! then tries one [`tier`] after the other: ways to give ld.so a name for bytes that lie in the executable.
//! `docs/concepts/native-libraries.md` describes them.

mod bundled;
mod circle;
mod dlopen;
mod elf;
mod link_map;
mod load;
mod message;
mod search;
mod thread_exit;
mod tier;
mod trace;
mod under_way;
