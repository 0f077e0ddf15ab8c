//! The virtual file tree.
