//! Executables and runtimes that are damaged or none, as the builder and the programs themselves answer.

use insta::assert_snapshot;

use crate::support::{Workspace, in_namespace};

/// Length of the footer, the last line of an executable (docs/reference/format.md).
const FOOTER: usize = 150;

#[test]
fn damaged_executables() {
    let workspace = Workspace::new();
    workspace.file("script.py", "print('whole')\n");
    workspace.run("build -q script.py -o whole");
    let whole = fs_err::read(workspace.path("whole")).expect("it was built");
    let end = whole.len();

    workspace.file("short", &whole[..end / 2]);
    workspace.file("longer", [&whole[..], b"more"].concat());
    let mut stub = whole.clone();
    stub[100_000] ^= 1;
    workspace.file("stub", stub);
    assert_snapshot!(workspace.run("inspect short"), @r"
    exit 1
    --- stderr
    error[E0040]: `short` cannot be used
      cause: it does not end with an image (not a fastice executable, or truncated)
    hint: `fastice build` makes executables that can be inspected
    ");
    let longer = workspace.run("inspect longer");
    let lengths = format!("it has {} bytes where {end} were written", end + 4);
    assert!(
        longer.starts_with("exit 1\n--- stderr\nerror[E0041]: "),
        "{longer}"
    );
    assert!(longer.contains(&lengths), "{longer}");
    let stub = workspace.run("inspect stub");
    assert!(stub.contains("\nstub      damaged\n"), "{stub}");
    assert!(!workspace.run("inspect whole").contains("damaged"));

    // Header and index lie before the ZIP directory, at the place that the footer names; the footer itself is the last line.
    let footer = String::from_utf8_lossy(&whole[end - FOOTER..]).into_owned();
    let field = |name: &str, digits: usize| {
        let start = footer.find(name).expect("the footer has the field") + name.len();
        usize::from_str_radix(&footer[start..start + digits], 16).expect("it is hexadecimal")
    };
    let header = field(" index=", 16);
    for place in [
        header,
        header + field("+", 16) - 1,
        end - FOOTER + 20,
        end - 2,
    ] {
        let mut flipped = whole.clone();
        flipped[place] ^= 1;
        workspace.file("flipped", &flipped);
        let answer = workspace.run("inspect flipped");
        assert!(
            answer.starts_with("exit 1\n--- stderr\nerror[E0042]: "),
            "{place}: {answer}"
        );
    }

    let (fields, _) = footer
        .split_once(" check=")
        .expect("the footer ends with its checksum");
    let version = format!("fastice-image {:04x}", fastice_image::FORMAT_VERSION);
    let fields = fields.replace(&version, "fastice-image 00ff");
    let other = format!(
        "{fields} check={:016x}\n",
        xxhash_rust::xxh3::xxh3_64(fields.as_bytes())
    );
    workspace.file("other", [&whole[..end - FOOTER], other.as_bytes()].concat());
    assert_snapshot!(workspace.run("inspect other"), @r"
    exit 1
    --- stderr
    error[E0043]: `other` cannot be used
      cause: its image has format 255, and this program reads format 3
    hint: use the fastice that made it, or build it again
    ");
}

#[test]
fn a_runtime_that_is_none() {
    let workspace = Workspace::new();
    workspace.file("script.py", "");
    let run = |runtime: &str| {
        let mut command = workspace.fastice();
        command
            .args(["build", "script.py"])
            .env("FASTICE_RUNTIME", runtime);
        workspace.text(&command.output().expect("fastice starts"))
    };
    assert_snapshot!(run("/bin/true"), @r"
    exit 2
    --- stderr
    error[E0021]: the runtime pack /bin/true cannot be used: it does not end with an image (not a fastice executable, or truncated)
    hint: build it again with `cargo xtask runtime`
    ");
    assert_snapshot!(run("/nosuch"), @r"
    exit 2
    --- stderr
    error[E0020]: the runtime pack /nosuch cannot be read
      cause: failed to open file `/nosuch`: No such file or directory (os error 2)
    ");
}

#[test]
fn files_that_are_no_executables_of_ours() {
    let workspace = Workspace::new();
    workspace.file("empty", "");
    workspace.file("text", "hello\n");
    assert_snapshot!(workspace.run("inspect nosuch"), @r"
    exit 1
    --- stderr
    error[E0001]: `nosuch` does not exist
    ");
    assert_snapshot!(workspace.run("inspect empty"), @r"
    exit 1
    --- stderr
    error[E0044]: `empty` is empty
    hint: build it again, or copy it again
    ");
    assert_snapshot!(workspace.run("list text"), @r"
    exit 1
    --- stderr
    error[E0040]: `text` cannot be used
      cause: it does not end with an image (not a fastice executable, or truncated)
    hint: `fastice build` makes executables that can be inspected
    ");
    assert_snapshot!(workspace.run("inspect ."), @r"
    exit 1
    --- stderr
    error[E0040]: `.` is a directory
    ");
}

#[test]
fn an_index_that_cannot_be_reached() {
    let workspace = Workspace::new();
    workspace.file("script.py", "");
    let mut command = workspace.fastice();
    command
        .args([
            "build",
            "-q",
            "script.py",
            "--installer",
            "pip",
            "--with",
            "nosuch",
        ])
        .env_remove("PIP_NO_INDEX")
        .env("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
        .env("PIP_RETRIES", "1");
    let answer = workspace.text(&command.output().expect("fastice starts"));
    assert!(
        answer.starts_with("exit 2\n--- stderr\nerror[E0018]: "),
        "{answer}"
    );
    assert!(answer.contains("Connection refused"), "{answer}");
}

#[test]
fn programs_that_may_not_be_executed() {
    let workspace = Workspace::new();
    // A source that no earlier test compiled, so that the cache of code objects does not know it.
    workspace.file("script.py", format!("# {}\n", workspace.path("").display()));
    workspace.file("mounted/file", "");
    // The runtime must lie where it can be executed, and only the program where it cannot; then the other way round.
    let runtime = workspace.runtime();
    let runtime = runtime.display();
    let mount = "mount -t tmpfs -o noexec none mounted";
    let run = format!(
        "{mount} && FASTICE_CACHE_DIR=mounted FASTICE_RUNTIME={runtime} exec \"$0\" run -q --snapshot off script.py"
    );
    let answer = in_namespace(&workspace, &run);
    assert!(
        answer.starts_with("exit 2\n--- stderr\nerror[E0050]: "),
        "{answer}"
    );
    assert!(answer.contains("Permission denied"), "{answer}");
    // For its snapshot, a program runs where it will be, else in the cache.
    let snapshot = format!(
        "{mount} && FASTICE_CACHE_DIR=mounted FASTICE_RUNTIME={runtime} exec \"$0\" build -q --snapshot base script.py -o mounted/out"
    );
    let answer = in_namespace(&workspace, &snapshot);
    assert!(
        answer.starts_with("exit 2\n--- stderr\nerror[E0051]: "),
        "{answer}"
    );
    assert!(answer.contains("Permission denied"), "{answer}");
    let default = format!(
        "{mount} && FASTICE_CACHE_DIR=mounted FASTICE_RUNTIME={runtime} \"$0\" build --no-check script.py -o mounted/out && cp mounted/out out && exec ./out"
    );
    let answer = in_namespace(&workspace, &default);
    assert!(answer.contains("warning[W0040]: "), "{answer}");
    assert!(answer.starts_with("exit 0\n"), "{answer}");
    let elsewhere = format!(
        "{mount} && FASTICE_CACHE_DIR=own FASTICE_RUNTIME={runtime} exec \"$0\" build -q --snapshot base script.py -o mounted/out"
    );
    assert_eq!(in_namespace(&workspace, &elsewhere), "exit 0\n");
    let build = format!(
        "{mount} && cp {runtime} mounted/python && FASTICE_RUNTIME=mounted/python exec \"$0\" build -q script.py"
    );
    let answer = in_namespace(&workspace, &build);
    assert!(
        answer.starts_with("exit 2\n--- stderr\nerror[E0024]: "),
        "{answer}"
    );
    assert!(answer.contains("Permission denied"), "{answer}");
}
