//! The runtime pack: the stub and the standard library that every frozen executable is made of.
//!
//! A pack is itself a frozen executable: stub and image, with the whole standard library, pip,
//! licences and a manifest inside, whose program is the interpreter. So the builder reads stub,
//! sources and code objects out of it with the image reader, and runs it as `python` for whatever
//! must be done in Python: compiling, pip, build back ends.

mod create;
pub(crate) mod encodings;
pub mod flavour;
pub mod layout;
mod pack;
mod stdlib;
mod terminals;
mod time_zones;

pub use create::{Ingredients, Variant, create};
pub(crate) use create::{header_directory, library_directory, search_paths};
pub(crate) use pack::MANIFEST;
pub use pack::{PACK_VARIABLE, Pack};
pub(crate) use stdlib::prefixes;
pub use stdlib::{StandardLibrary, StandardModule};
