//! Archives and compiled files that cannot become a program, and modes that an input does not have.

use std::io::{Cursor, Write as _};

use insta::assert_snapshot;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::Workspace;

#[test]
fn an_archive_that_is_damaged() {
    let workspace = Workspace::new();
    workspace.file("text.pyz", "no archive at all");
    assert_snapshot!(workspace.run("build text.pyz"), @r"
    exit 1
    --- stderr
    error[E0070]: the archive `text.pyz` cannot be read
      cause: invalid Zip archive: Could not find EOCD
    hint: make it again, or copy it again
    ");
    let path = workspace.archive("whole.pyz", &[("__main__.py", "print('here')\n")]);
    let mut bytes = fs_err::read(&path).unwrap();
    let at = bytes.len() / 2;
    workspace.file("half.pyz", &bytes[..at]);
    assert_snapshot!(workspace.run("build half.pyz"), @r"
    exit 1
    --- stderr
    error[E0070]: the archive `half.pyz` cannot be read
      cause: invalid Zip archive: Could not find EOCD
    hint: make it again, or copy it again
    ");
    // The stored contents begin behind the name in the first local header.
    let name = bytes
        .windows(11)
        .position(|part| part == b"__main__.py")
        .unwrap();
    bytes[name + 13] ^= 0x55;
    workspace.file("flipped.pyz", &bytes);
    let answer = workspace.run("build flipped.pyz");
    assert!(
        answer.starts_with(
            "exit 1\n--- stderr\nerror[E0070]: the archive `flipped.pyz` cannot be read\n"
        ),
        "{answer}"
    );
    assert_eq!(workspace.listing().len(), 4, "{:?}", workspace.listing());
}

#[test]
fn an_archive_that_is_encrypted() {
    let workspace = Workspace::new();
    let path = workspace.archive("app.pyz", &[("__main__.py", "print('here')\n")]);
    let mut bytes = fs_err::read(&path).unwrap();
    // The lowest bit of the flags, in the local header and in the central directory.
    let local = bytes
        .windows(4)
        .position(|part| part == b"PK\x03\x04")
        .unwrap();
    bytes[local + 6] |= 1;
    let central = bytes
        .windows(4)
        .position(|part| part == b"PK\x01\x02")
        .unwrap();
    bytes[central + 8] |= 1;
    workspace.file("app.pyz", &bytes);
    assert_snapshot!(workspace.run("build app.pyz"), @r"
    exit 1
    --- stderr
    error[E0071]: `__main__.py` in the archive `app.pyz` is encrypted
    hint: make the archive without a password: Python cannot import from it either
    ");
    assert_eq!(workspace.listing(), ["app.pyz"]);
}

#[test]
fn an_archive_that_leads_out_of_itself() {
    let workspace = Workspace::new();
    let main = ("__main__.py", "print('here')\n");
    workspace.archive("climbs.pyz", &[main, ("../evil.py", "")]);
    assert_snapshot!(workspace.run("build climbs.pyz"), @r"
    exit 1
    --- stderr
    error[E0072]: the archive `climbs.pyz` has a name that leads out of it: `../evil.py`
    hint: make the archive with relative names that have no `..` in them
    ");
    workspace.archive("absolute.pyz", &[main, ("/etc/evil.py", "")]);
    assert_snapshot!(workspace.run("build absolute.pyz"), @r"
    exit 1
    --- stderr
    error[E0072]: the archive `absolute.pyz` has a name that leads out of it: `/etc/evil.py`
    hint: make the archive with relative names that have no `..` in them
    ");
    assert_eq!(workspace.listing(), ["absolute.pyz", "climbs.pyz"]);
}

#[test]
fn an_archive_that_is_a_bomb() {
    let workspace = Workspace::new();
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_level(Some(1));
    archive.start_file("__main__.py", options).unwrap();
    archive.write_all(b"print('here')\n").unwrap();
    archive.start_file("zeros.bin", options).unwrap();
    archive.write_all(&vec![0; 80 << 20]).unwrap();
    let bytes = archive.finish().unwrap().into_inner();
    workspace.file("bomb.pyz", &bytes);
    let answer = workspace.run("build bomb.pyz");
    assert!(
        answer.starts_with(
            "exit 1\n--- stderr\nerror[E0072]: the archive `bomb.pyz` would be more than 100 times as large unpacked: "
        ),
        "{answer}"
    );
    assert_eq!(workspace.listing(), ["bomb.pyz"]);
}

#[test]
fn compiled_code_that_is_unfit() {
    let workspace = Workspace::new();
    // 3.12's magic number.
    workspace.file(
        "old.pyc",
        [&[0xcb, 0x0d, b'\r', b'\n'][..], &[0; 20]].concat(),
    );
    assert_snapshot!(workspace.run("build old.pyc"), @r"
    exit 1
    --- stderr
    error[E0073]: `old.pyc` is for another Python: its magic number is 3531, and that of Python 3.13.5 is 3571
    hint: name the source instead, or compile it with the Python that goes into the executable
    ");
    workspace.file("short.pyc", [0xf3, 0x0d, b'\r', b'\n']);
    assert_snapshot!(workspace.run("build short.pyc"), @r"
    exit 1
    --- stderr
    error[E0073]: `short.pyc` is no whole `.pyc` file
    hint: name the source instead, or compile it with the Python that goes into the executable
    ");
    workspace.file(
        "empty.pyc",
        [&[0xf3, 0x0d, b'\r', b'\n'][..], &[0; 20]].concat(),
    );
    assert_snapshot!(workspace.run("build empty.pyc"), @r"
    exit 1
    --- stderr
    error[E0073]: `empty.pyc` holds no code object
    hint: name the source instead, or compile it with the Python that goes into the executable
    ");
    assert_eq!(workspace.listing(), ["empty.pyc", "old.pyc", "short.pyc"]);
}

#[test]
fn a_mode_that_the_input_does_not_have() {
    let workspace = Workspace::new();
    workspace.file("app.py", "print('here')\n");
    assert_snapshot!(workspace.run("build app.py --mode archive"), @r"
    exit 1
    --- stderr
    error[E0074]: the program cannot run as `archive`: it runs as `script`
    hint: leave `--mode` away, or name another input
    ");
    assert_snapshot!(workspace.run("build app.py --mode scirpt"), @r"
    exit 2
    --- stderr
    error: invalid value 'scirpt' for '--mode <MODE>'
      [possible values: auto, script, module, entry, bytecode, directory, archive, command, stdin, interactive, interpreter]

      tip: a similar value exists: 'script'

    For more information, try '--help'.
    ");
    assert_snapshot!(workspace.run("build app.py --interpreter"), @r"
    exit 1
    --- stderr
    error[E0010]: `--interpreter` chooses within a project, and `app.py` is a script
    hint: leave the flag away, or name the project's directory
    ");
    assert_snapshot!(workspace.run("build --mode command"), @r"
    exit 1
    --- stderr
    error[E0062]: `mode` is `command`, and `command` is not set
    ");
    assert_snapshot!(workspace.run("build --interpreter -m x"), @r"
    exit 2
    --- stderr
    error: the argument '--interpreter' cannot be used with:
      --script <NAME>
      --entry <PKG.MOD:FUNC>
      --module <PKG.MOD>
      --command <CODE>

    Usage: fastice build --interpreter [INPUT]

    For more information, try '--help'.
    ");
    assert_eq!(workspace.listing(), ["app.py"]);
}
