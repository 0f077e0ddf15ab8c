//! The small file formats in which distributions say what they are: specifications of the Python Packaging User Guide.

pub(crate) mod core;
pub(crate) mod entry_points;
pub(crate) mod names;
pub(crate) mod record;
