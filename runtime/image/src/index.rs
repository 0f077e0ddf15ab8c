//! The table behind the header: a hash table of paths and modules, read without decoding it whole.
