//! fastice turns a Python project, a script or a zip archive into one native executable.
//!
//! The builder is a pipeline of typed stages. Each stage is a function from one documented type to the next:
//!
//! [`resolve`] (what the user named → an [`resolve::Application`]) → `collect` → `audit` → `compile` → `analyze` → `write`.
//!
//! [`pipeline`] strings the stages after `resolve` together; [`commands`] holds one command per file.

mod analyze;
pub mod audit;
pub mod bom;
pub mod cache;
pub mod check;
pub mod cli;
mod collect;
pub mod commands;
mod compile;
pub mod configure;
pub mod error;
pub mod inspect;
pub mod interrupt;
mod metadata;
pub mod pipeline;
pub mod provenance;
pub mod report;
pub mod resolve;
mod rules;
pub mod runtime;
pub mod sandbox;
pub mod snapshot;
pub mod trace;
pub mod ui;
mod write;

pub use error::{Code, Error, Result};

/// What an image says it was made by.
pub(crate) const BUILDER: &str = concat!("fastice ", env!("CARGO_PKG_VERSION"));
