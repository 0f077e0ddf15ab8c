//! One command per file.

mod bench;
mod build;
mod cpython_tests;
mod demo;
mod dist;
mod reproduce;
mod runtime;
mod survey;
mod test;

use clap::Subcommand;

/// What can be done.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Build the CPython runtime pack and print its path
    Runtime(runtime::Command),
    /// Build the runtime pack and the builder that carries it: target/release/fastice
    Build(runtime::Options),
    /// Build what is distributed into dist: the wheel, with a runtime that runs everywhere
    Dist(dist::Options),
    /// Build the runtime of a release twice, in different directories, and compare the bytes
    Reproduce(reproduce::Options),
    /// Build everything, freeze examples/forecast into one file, and run that file in an empty root
    Demo(runtime::Options),
    /// Check formatting and lints, build everything, run all tests
    Test(test::Options),
    /// Freeze a small use of each of many packages, and compare it with plain Python
    Survey(survey::Survey),
    /// Run CPython's own tests in a frozen interpreter and in the same one unfrozen, and compare
    CpythonTests(cpython_tests::Options),
    /// Measure
    Bench(bench::Options),
}

impl Command {
    pub(crate) fn run(self) -> miette::Result<()> {
        match self {
            Self::Runtime(options) => runtime::run(&options),
            Self::Build(options) => build::run(&options),
            Self::Dist(options) => dist::run(&options),
            Self::Reproduce(options) => reproduce::run(&options),
            Self::Demo(options) => demo::run(&options),
            Self::Test(options) => test::run(&options),
            Self::Survey(options) => survey::run(&options),
            Self::CpythonTests(options) => cpython_tests::run(&options),
            Self::Bench(options) => bench::run(&options),
        }
    }
}
