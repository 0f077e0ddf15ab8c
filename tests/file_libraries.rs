//! Libraries of wheels that open files by themselves, each with the files that it lives on.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use fastice_sandbox::EmptyRoot;
use support::{Workspace, stderr, stdout};

/// Opens files of the tree by their paths, through five libraries.
const PROGRAM: &str = r#"
import os, sqlite3, ssl

import certifi, lxml.etree, pyproj, pyproj.datadir
from font_roboto import Roboto
from PIL import Image, ImageDraw, ImageFont

HERE = os.path.dirname(__file__)
context = ssl.create_default_context(cafile=certifi.where())
print("ssl", certifi.where().startswith("/fastice/"), len(context.get_ca_certs()) > 100)

print("proj", pyproj.datadir.get_data_dir().startswith("/fastice/"), pyproj.CRS.from_epsg(2056).name)
swiss = pyproj.Transformer.from_crs(4326, 2056, always_xy=True)
print([round(x) for x in swiss.transform(7.44, 46.95)])

parser = lxml.etree.XMLParser(load_dtd=True, resolve_entities=True, no_network=True)
tree = lxml.etree.parse(HERE + "/note.xml", parser)
print("dtd", tree.getroot().text, lxml.etree.DTD(HERE + "/note.dtd").validate(tree))
schema = lxml.etree.XMLSchema(file=HERE + "/outer.xsd")
print("schema", [schema.validate(lxml.etree.XML(f"<n>{text}</n>")) for text in "7x"])
style = lxml.etree.XSLT(lxml.etree.parse(HERE + "/style.xsl"))
print("style", str(style(lxml.etree.XML("<a/>"))).strip())
included = lxml.etree.parse(HERE + "/include.xml")
included.xinclude()
print("include", included.getroot()[0].text)
try:
    lxml.etree.parse(HERE + "/none.xml")
except OSError as error:
    print(error)

image = Image.new("L", (100, 60))
ImageDraw.Draw(image).text((5, 5), "Hi", font=ImageFont.truetype(Roboto, 40), fill=255)
print("font", Roboto.startswith("/fastice/"), max(image.tobytes()))

for options in "mode=ro", "mode=ro&immutable=1", "mode=rw", "":
    base = sqlite3.connect(f"file:{HERE}/base.sqlite?{options}", uri=True)
    try:
        print("sqlite", base.execute("select x from t").fetchall())
        base.execute("insert into t values (1)")
    except sqlite3.OperationalError as error:
        print(error)
"#;

const EXPECTED: &str = "ssl True True
proj True CH1903+ / LV95
[2600104, 1199880]
dtd entity of a file True
schema [True, False]
style imported
include included
Error reading file '/fastice/app/none.xml': failed to load \"/fastice/app/none.xml\": No such file or directory
font True 255
";

#[test]
fn libraries_find_the_files_that_they_live_on() {
    fastice_sandbox::permitted().unwrap();
    let workspace = Workspace::new();
    let style = |contents: &str| {
        format!(
            "<xsl:stylesheet version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform'>{contents}</xsl:stylesheet>"
        )
    };
    let schema = |contents: &str| {
        format!("<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'>{contents}</xs:schema>")
    };
    workspace
        .file("app/__main__.py", PROGRAM)
        .file(
            "app/note.xml",
            "<!DOCTYPE note SYSTEM 'note.dtd'><note>&who;</note>",
        )
        .file(
            "app/note.dtd",
            "<!ELEMENT note (#PCDATA)><!ENTITY who 'entity of a file'>",
        )
        .file(
            "app/outer.xsd",
            &schema(
                "<xs:include schemaLocation='deep/inner.xsd'/><xs:element name='n' type='number'/>",
            ),
        )
        .file(
            "app/deep/inner.xsd",
            &schema(
                "<xs:simpleType name='number'><xs:restriction base='xs:integer'/></xs:simpleType>",
            ),
        )
        .file(
            "app/style.xsl",
            &style("<xsl:import href='deep/base.xsl'/><xsl:output method='text'/>"),
        )
        .file(
            "app/deep/base.xsl",
            &style("<xsl:template match='/'>imported</xsl:template>"),
        )
        .file(
            "app/include.xml",
            "<x xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='deep/part.xml'/></x>",
        )
        .file("app/deep/part.xml", "<p>included</p>");
    let create = "import sqlite3; c = sqlite3.connect('app/base.sqlite'); c.execute('create table t (x)'); \
                  c.execute('insert into t values (42)'); c.commit()";
    let made = workspace
        .command(&support::python())
        .args(["-c", create])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", stderr(&made));
    let mut arguments = vec!["app"];
    for requirement in [
        "certifi==2025.4.26",
        "font-roboto==0.0.1",
        "lxml==5.4.0",
        "pillow==13.0.0",
        "pyproj==3.7.1",
    ] {
        arguments.extend(["--with", requirement]);
    }
    let program = workspace.freeze(&arguments);
    let root = EmptyRoot::new().unwrap();
    root.add(&program, "app").unwrap();
    let output = root.command("/app").output().unwrap();
    let database = "sqlite [(42,)]\nattempt to write a readonly database\n".repeat(4);
    assert_eq!(
        (stdout(&output), stderr(&output)),
        (format!("{EXPECTED}{database}"), String::new())
    );
}
