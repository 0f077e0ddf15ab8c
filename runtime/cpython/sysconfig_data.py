"""Rewrites the build-time variables of sysconfig for a place where CPython was not built.

Usage: python sysconfig_data.py GENERATED.py > OUT.py

What is left is what sysconfig, pip and setuptools ask for: they compile extension modules for this
interpreter with these flags. Paths of the build and flags of a program that is not position-independent
would be wrong there.
"""

import pprint
import runpy
import shlex
import sys

PREFIX = "/fastice"

# Flags of the interpreter's own objects, never of an extension module's; and where a release finds the C library.
OWN_FLAGS = {
    "-fno-pie",
    "-fno-pic",
    "-no-pie",
    "-static-libgcc",
    "-O0",
    "-L../libraries",
    "-I../include",
    "--sysroot=../sysroot",
    "-B../sysroot/usr/lib",
    "-L../sysroot/usr/lib",
}

# What compiles and links an extension module.
REPLACED = {
    "CCSHARED": "-fPIC",
    "LDSHARED": "gcc -shared",
    "BLDSHARED": "gcc -shared",
    "LDCXXSHARED": "g++ -shared",
    "LDFLAGS": "",
    "CPPFLAGS": "",
    # The build tree; sysconfig only uses it while running from one.
    "abs_builddir": PREFIX,
    "abs_srcdir": PREFIX,
    "srcdir": PREFIX,
    "VPATH": "",
}


def rewritten(name, value):
    if name in REPLACED:
        return REPLACED[name]
    if name == "CONFIG_ARGS":
        return shlex.join(word for word in shlex.split(value) if word.startswith("--"))
    if isinstance(value, str):
        return " ".join(word for word in value.split() if word not in OWN_FLAGS)
    return value


def main(generated):
    variables = runpy.run_path(generated)["build_time_vars"]
    # The build tree, paths relative to it, and lists of what lies in it.
    unfit = (variables["abs_builddir"], "../", "Modules/")
    kept = {
        name: value
        for name, value in ((name, rewritten(name, value)) for name, value in variables.items())
        if not (isinstance(value, str) and any(part in value for part in unfit))
    }
    print("# system configuration generated and used by the sysconfig module")
    print("build_time_vars = ", end="")
    pprint.pprint(kept, stream=sys.stdout)


main(sys.argv[1])
