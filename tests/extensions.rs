//! Extension modules of every kind, of wheels and of the user's own projects.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::Path;

use fastice_sandbox::EmptyRoot;
use support::{Workspace, stderr, stdout};

/// Runs a program in an empty root by each tier.
fn expect_in_every_tier(program: &Path, expected: &str) {
    let mut root = EmptyRoot::new().unwrap();
    root.add(program, "app").unwrap();
    root.furnish();
    for tier in ["inplace", "memfd"] {
        let mut command = root.command("/app");
        command.env("FASTICE_NATIVE", tier);
        let output = command.output().unwrap();
        assert_eq!(
            (stdout(&output).as_str(), stderr(&output).as_str()),
            (expected, ""),
            "{tier}"
        );
    }
}

/// One wheel for each way to write extension modules.
#[test]
fn wheels_of_every_kind_work() {
    fastice_sandbox::permitted().unwrap();
    let workspace = Workspace::new();
    workspace.file("app.py", KINDS);
    let mut arguments = vec!["app.py"];
    for requirement in [
        "argon2-cffi==23.1.0",
        "bcrypt==4.3.0",
        "charset-normalizer==3.4.2",
        "contourpy==1.3.2",
        "cymem==2.0.11",
        "manifold3d==3.1.0",
        "numpy==2.2.6",
    ] {
        arguments.extend(["--with", requirement]);
    }
    let program = workspace.freeze(&arguments);
    expect_in_every_tier(
        &program,
        "nanobind 24.0\npybind11 [[0.0, 0.5], [0.5, 0.0]]\nan exception of C++: chunk_size cannot be negative\n\
         stable ABI, Rust True\nmypyc True utf_8\nCython 0\ncffi 18737c6d9c2f4c52\n",
    );
}

const KINDS: &str = r#"import os

import argon2.low_level, bcrypt, charset_normalizer, charset_normalizer.md, contourpy, cymem.cymem, manifold3d

print("nanobind", manifold3d.Manifold.cube((2.0, 3.0, 4.0)).volume())
grid = [[0, 1], [1, 2]]
print("pybind11", contourpy.contour_generator(z=grid).lines(0.5)[0].tolist())
try:
    contourpy.contour_generator(z=grid, chunk_size=-1)
except ValueError as error:
    print("an exception of C++:", error)
print("stable ABI, Rust", bcrypt.checkpw(b"word", bcrypt.hashpw(b"word", bcrypt.gensalt(4))))
path = charset_normalizer.md.__file__
print("mypyc", path.endswith(".so"), charset_normalizer.from_bytes("naïve café".encode()).best().encoding)
print("Cython", cymem.cymem.Pool().size)
raw = argon2.low_level.hash_secret_raw(b"word", b"some salt", 1, 8, 1, 8, argon2.low_level.Type.ID)
print("cffi", raw.hex())
"#;

/// Two copies of libgomp and two of `OpenBLAS`, which have functions of the same names: each wheel gets its own.
#[test]
fn copies_of_a_library_live_side_by_side() {
    fastice_sandbox::permitted().unwrap();
    let workspace = Workspace::new();
    workspace.file("app.py", COPIES);
    let mut arguments = vec!["app.py"];
    for requirement in ["faiss-cpu==1.15.1", "numpy==2.2.6", "pykdtree==1.4.3"] {
        arguments.extend(["--with", requirement]);
    }
    let program = workspace.freeze(&arguments);
    expect_in_every_tier(&program, "[500 501] [7 8]\n[1.5 2.  2.5] True\n2 2\n2 2\n");
}

const COPIES: &str = r#"import ctypes, os

import faiss, numpy
from pykdtree.kdtree import KDTree

points = numpy.arange(3000, dtype="float32").reshape(1000, 3)
index = faiss.IndexFlatL2(3)
index.add(points)
print(index.search(points[500:502], 1)[1].ravel(), KDTree(points).query(points[7:9], k=1)[1])
components = faiss.PCAMatrix(3, 2)
components.train(points)
print(numpy.linalg.solve(numpy.eye(3) * 2, points[1]), components.is_trained)
names = []


@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_void_p), ctypes.c_size_t, ctypes.c_void_p)
def see(info, size, data):
    names.append(os.path.basename(ctypes.cast(info, ctypes.POINTER(ctypes.c_char_p))[1].decode()))
    return 0


ctypes.CDLL(None).dl_iterate_phdr(see, None)
for part in "gomp", "openblas":
    print(sum(part in name for name in names), len({name for name in names if part in name}))
"#;

/// Freezes the project in the workspace and runs it.
fn expect_of_project(workspace: &Workspace, expected: &str) {
    let program = workspace.freeze(&["."]);
    let output = workspace.command(&program).output().unwrap();
    assert_eq!(
        (stdout(&output).as_str(), stderr(&output).as_str()),
        (expected, "")
    );
}

/// The extension imports a standard module, which no Python source in the wheel tells.
#[test]
fn a_project_in_cython_is_compiled() {
    let workspace = Workspace::new();
    workspace
        .file(
            "pyproject.toml",
            r#"[build-system]
requires = ["setuptools==80.9.0", "Cython==3.1.2"]
build-backend = "setuptools.build_meta"
[project]
name = "fastmod"
version = "1"
[project.scripts]
fastmod = "fastmod:main"
[tool.setuptools]
package-dir = {"" = "src"}
packages = ["fastmod"]
ext-modules = [{name = "fastmod._core", sources = ["src/fastmod/_core.pyx"]}]
"#,
        )
        .file(
            "src/fastmod/__init__.py",
            r"from fastmod._core import total, Point
def main():
    print(total(range(10)), Point(1, 2).distance())
",
        )
        .file(
            "src/fastmod/_core.pyx",
            r"# cython: language_level=3
from fractions import Fraction

def total(values):
    cdef long result = 0
    for value in values:
        result += value
    return Fraction(result, 2)

cdef class Point:
    cdef double x, y
    def __init__(self, x, y):
        self.x, self.y = x, y
    def distance(self):
        return (self.x ** 2 + self.y ** 2) ** 0.5
",
        );
    expect_of_project(&workspace, "45/2 2.23606797749979\n");
}

/// As above, in Rust.
#[test]
fn a_project_in_rust_is_compiled() {
    let workspace = Workspace::new();
    workspace
        .file("pyproject.toml", r#"[build-system]
requires = ["maturin==1.9.4"]
build-backend = "maturin"
[project]
name = "rusty"
version = "1"
[project.scripts]
rusty = "rusty:main"
[tool.maturin]
python-source = "python"
module-name = "rusty._rusty"
profile = "dev"
"#)
        .file("python/rusty/__init__.py", r"from rusty._rusty import twice, fails
def main():
    print(twice(21))
    try: fails()
    except ValueError as e: print(e)
")
        .file("Cargo.toml", r#"[package]
name = "rusty"
version = "1.0.0"
edition = "2021"
[lib]
name = "_rusty"
crate-type = ["cdylib"]
[dependencies]
pyo3 = { version = "=0.25.1", features = ["extension-module"] }
"#)
        .file("src/lib.rs", r#"use pyo3::prelude::*;
#[pyfunction]
fn twice(x: u64) -> u64 { x * 2 }
#[pyfunction]
fn fails() -> PyResult<()> {
    let fraction = Python::with_gil(|py| py.import("fractions")?.getattr("Fraction")?.call1((1, 3)).map(|f| f.to_string()))?;
    Err(pyo3::exceptions::PyValueError::new_err(format!("a third is {fraction}")))
}
#[pymodule]
fn _rusty(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(twice, m)?)?;
    m.add_function(wrap_pyfunction!(fails, m)?)
}
"#);
    expect_of_project(&workspace, "42\na third is 1/3\n");
}
