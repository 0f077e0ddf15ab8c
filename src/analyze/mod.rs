//! From the sources of a program to the standard modules it needs.

pub(crate) mod imports;
