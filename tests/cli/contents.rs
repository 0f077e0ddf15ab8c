//! What an executable is made of: licences, bills of materials, policies, comparisons.

use serde_json::Value;

use crate::inside::{distribution, program};
use crate::support::Workspace;

/// A script that imports a distribution of this licence and version.
fn licensed(license: &str, version: &str) -> Workspace {
    let workspace = Workspace::new();
    workspace.file("tool.py", "import gamma\n");
    distribution(
        &workspace,
        "gamma",
        version,
        license,
        &[],
        &[("gamma.py", "VALUE = 1\n")],
    );
    workspace
}

/// Builds it under a policy.
fn build(workspace: &Workspace, policy: &str) -> String {
    workspace.file("fastice.toml", format!("[policy]\n{policy}\n"));
    workspace.run("build -q tool.py --site site -o tool --config-file fastice.toml")
}

fn component<'a>(document: &'a Value, list: &str, name: &str) -> &'a Value {
    let all = document[list].as_array().expect("a list");
    all.iter()
        .find(|one| one["name"] == name)
        .unwrap_or_else(|| panic!("{name} is not in {document:#}"))
}

#[test]
fn licenses_are_those_of_the_metadata_and_of_the_runtime() {
    let program = program();
    let document = program.json("licenses app");
    assert_eq!(document["schema"], 1);
    let alpha = component(&document, "components", "alpha");
    assert_eq!(
        (&alpha["license"], &alpha["version"], &alpha["kind"]),
        (&"MIT".into(), &"1.0".into(), &"distribution".into())
    );
    assert_eq!(alpha["requires"], serde_json::json!(["beta"]));
    for (name, license) in [
        ("cpython", "PSF-2.0"),
        ("openssl", "Apache-2.0"),
        ("expat", "MIT"),
        ("bincode", "MIT"),
    ] {
        let one = component(&document, "components", name);
        assert_eq!(one["license"], license, "{one}");
        assert!(
            one["version"].is_string() && !one["texts"].as_array().unwrap().is_empty(),
            "{one}"
        );
    }
    let table = program.workspace.run("licenses app");
    assert!(
        table.contains("\nalpha 1.0") && table.contains("  GPL-3.0-only\n"),
        "{table}"
    );
    let texts = program.workspace.run("licenses app --texts");
    for text in [
        "The licence of alpha.",
        "PYTHON SOFTWARE FOUNDATION LICENSE",
        "Apache License",
    ] {
        assert!(texts.contains(text), "{text}");
    }
}

/// All libraries and crates of the runtime say their licence, so that a policy can rely on it.
#[test]
fn every_part_of_the_runtime_has_a_licence() {
    let document = program().json("licenses app");
    for one in document["components"].as_array().unwrap() {
        assert!(one["license"].is_string(), "{one}");
    }
}

#[test]
fn bills_of_materials_are_embedded_and_name_everything() {
    let program = program();
    let read = |arguments: &str| -> Value {
        let output = program.output(arguments);
        serde_json::from_slice(&output.stdout).expect("it is JSON")
    };
    let cyclonedx = read("sbom app");
    assert_eq!(
        (&cyclonedx["bomFormat"], &cyclonedx["specVersion"]),
        (&"CycloneDX".into(), &"1.6".into())
    );
    let alpha = component(&cyclonedx, "components", "alpha");
    assert_eq!(alpha["purl"], "pkg:pypi/alpha@1.0");
    assert_eq!(
        alpha["licenses"],
        serde_json::json!([{"expression": "MIT"}])
    );
    let dependencies = cyclonedx["dependencies"].as_array().unwrap();
    assert!(dependencies.contains(
        &serde_json::json!({"ref": "pkg:pypi/alpha@1.0", "dependsOn": ["pkg:pypi/beta@2.5"]})
    ));
    component(&cyclonedx, "components", "cpython");
    // What beta says of itself (PEP 770).
    let beta = component(&cyclonedx, "components", "beta");
    assert_eq!(component(beta, "components", "libinner")["version"], "3.1");
    let spdx = read("sbom app --format spdx");
    assert_eq!(spdx["spdxVersion"], "SPDX-2.3");
    assert_eq!(
        component(&spdx, "packages", "beta")["licenseDeclared"],
        "GPL-3.0-only"
    );
    assert_eq!(
        program.output("cat app share/sbom/app.cdx.json").stdout,
        program.output("sbom app").stdout
    );
    let pack = program.workspace.runtime();
    let none = program.workspace.run(&format!("sbom {}", pack.display()));
    assert!(
        none.starts_with("exit 1\n--- stderr\nerror[E0046]: "),
        "{none}"
    );
}

#[test]
fn a_policy_denies_licences() {
    let workspace = licensed("GPL-3.0-or-later", "1.0");
    let denied = build(&workspace, "deny-licenses = ['GPL-3.0*']");
    assert_eq!(
        denied,
        "exit 1\n--- stderr\nerror[E0082]: the policy denies the licences of gamma (GPL-3.0-or-later)\n\
         hint: do without them, or name what may stay in `policy.exempt`\n"
    );
    assert!(!workspace.path("tool").exists());
    assert_eq!(
        build(
            &workspace,
            "deny-licenses = ['GPL-3.0*']\nexempt = ['Gamma']"
        ),
        "exit 0\n"
    );
    assert_eq!(
        build(&workspace, "deny-licenses = ['AGPL*', 'unknown']"),
        "exit 0\n"
    );
    assert_eq!(
        build(
            &licensed("MIT OR GPL-3.0-only", "1.0"),
            "deny-licenses = ['GPL*']"
        ),
        "exit 0\n"
    );
}

#[test]
fn a_policy_limits_size_and_glibc() {
    let workspace = licensed("MIT", "1.0");
    fs_err::write(workspace.path("kept"), "").unwrap();
    let denied = build(&workspace, "maximum-size = '1MB'");
    assert!(
        denied.starts_with("exit 1\n--- stderr\nerror[E0082]: the executable would be "),
        "{denied}"
    );
    assert!(!workspace.path("tool").exists());
    let denied = build(&workspace, "maximum-glibc = '2.5'");
    assert!(
        denied.contains("error[E0082]: the runtime needs glibc 2.")
            && denied.contains(", and the policy allows 2.5\n"),
        "{denied}"
    );
    assert_eq!(
        build(
            &workspace,
            "maximum-size = '100 MB'\nmaximum-glibc = '2.99'"
        ),
        "exit 0\n"
    );
    let wrong = build(&workspace, "maximum-size = 'small'");
    assert!(
        wrong.contains("error[E0062]: `policy.maximum-size` is `small`\n"),
        "{wrong}"
    );
}

#[test]
fn diff_shows_what_came_went_and_changed() {
    let old = licensed("MIT", "1.0");
    assert_eq!(build(&old, ""), "exit 0\n");
    let new = licensed("Apache-2.0", "2.0");
    new.file("tool.py", "import gamma, sqlite3\n");
    assert_eq!(build(&new, ""), "exit 0\n");
    let path = old.path("tool");
    let text = new.run(&format!("diff {} tool", path.display()));
    assert!(
        text.contains("\n  gamma 1.0 → 2.0 (MIT → Apache-2.0)\n"),
        "{text}"
    );
    assert!(text.contains("\n+ module sqlite3.dbapi2\n"), "{text}");
    assert!(text.contains("  in all ("), "{text}");
    let output = new
        .fastice()
        .args(["diff", "tool"])
        .arg(&path)
        .args(["--output-format", "json"])
        .output()
        .unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!(document["schema"], 1);
    assert!(
        document["modules"]["removed"]
            .as_array()
            .unwrap()
            .contains(&"sqlite3".into())
    );
    assert_eq!(document["python"], Value::Null);
    let same = new.run("diff tool tool");
    assert!(
        same.starts_with("exit 0\n--- stdout\n      +0 B  in all ("),
        "{same}"
    );
}

#[test]
fn verify_finds_damage_and_other_bytes() {
    let workspace = licensed("MIT", "1.0");
    assert_eq!(build(&workspace, ""), "exit 0\n");
    let answer = workspace.run("verify tool");
    assert!(
        answer.starts_with("exit 0\n--- stdout\ntool: ") && answer.ends_with(" entries intact\n"),
        "{answer}"
    );
    let again = workspace.run("-q verify tool --rebuild tool.py --site site");
    assert!(
        again.contains("a fresh build gives the same bytes"),
        "{again}"
    );
    workspace.file("tool.py", "import gamma, sys\n");
    let other = workspace.run("-q verify tool --rebuild tool.py --site site");
    assert!(
        other.starts_with("exit 1\n")
            && other
                .contains("error[E0083]: a fresh build is not the same as `tool`\n  cause: app/"),
        "{other}"
    );
    let mut bytes = fs_err::read(workspace.path("tool")).unwrap();
    let whole = bytes.clone();
    let text = b"import gamma\n";
    let at = bytes
        .windows(text.len())
        .position(|window| window == text)
        .expect("short files are stored as they are");
    let mut damage = |at: usize, what: &str| {
        bytes[at] ^= 1;
        fs_err::write(workspace.path("tool"), &bytes).unwrap();
        bytes[at] ^= 1;
        let damaged = workspace.run("verify tool");
        assert!(
            damaged.contains(&format!("error[E0042]: `tool` is damaged in {what}\n")),
            "{damaged}"
        );
    };
    damage(at, "app/tool.py");
    // fastice reads none of these, but ZIP tools do: method, checksum, size, number of entries.
    let local = at - "app/tool.py".len() - 30;
    for field in [8, 14, 22] {
        damage(local + field, "the headers of app/tool.py");
    }
    let end = last_of(&whole, b"PK\x05\x06");
    damage(end + 10, "the central directory");
    let name = last_of(&whole, b"app/tool.py");
    damage(name - 46 + 20, "the headers of app/tool.py");
}

/// Where `wanted` is last in `bytes`.
fn last_of(bytes: &[u8], wanted: &[u8]) -> usize {
    let at = bytes
        .windows(wanted.len())
        .rposition(|window| window == wanted);
    at.expect("it is there")
}

#[test]
fn a_configured_check_that_fails_is_an_error() {
    let workspace = Workspace::new();
    workspace.file("tool.py", "import sys\nsys.exit(len(sys.argv) - 1)\n");
    let build = |table: &str| {
        workspace.file("fastice.toml", table);
        workspace.run("build -q tool.py -o tool --config-file fastice.toml")
    };
    assert_eq!(build("check = {commands = [[]]}"), "exit 0\n");
    let failed = build("check = {commands = [[], ['one']], timeout = 30}");
    assert!(
        failed.starts_with(
            "exit 1\n--- stderr\nerror[E0080]: `tool one` ended with status 1 in an empty root"
        ),
        "{failed}"
    );
    assert_eq!(
        build("check = {commands = [['one']], enabled = false}"),
        "exit 0\n"
    );
}
