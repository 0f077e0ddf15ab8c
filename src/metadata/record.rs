//! `RECORD`: the files of an installed distribution (the specification "Recording installed projects").

use std::fmt::Write;

/// Paths in the text of a `RECORD`, relative to the directory that holds the distribution's metadata directory.
pub(crate) fn paths(text: &str) -> impl Iterator<Item = String> {
    text.lines()
        .filter(|line| !line.is_empty())
        .map(first_field)
}

/// The first field of a line of comma-separated values.
fn first_field(line: &str) -> String {
    let Some(quoted) = line.strip_prefix('"') else {
        return line.split(',').next().unwrap_or_default().to_owned();
    };
    let mut field = String::new();
    let mut rest = quoted;
    while let Some((before, after)) = rest.split_once('"') {
        field.push_str(before);
        match after.strip_prefix('"') {
            Some(after) => {
                field.push('"');
                rest = after;
            }
            None => break,
        }
    }
    field
}

/// Writes a `RECORD`: `rows` are path, hash (`sha256=…`) and size, in the order given; the `RECORD` itself comes last without either.
pub(crate) fn write(rows: &[(String, String, u64)], own_path: &str) -> String {
    let mut text = String::new();
    for (path, hash, size) in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{},{hash},{size}", quote(path));
    }
    let _ = writeln!(text, "{},,", quote(own_path));
    text
}

fn quote(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

/// The hash column for these contents: URL-safe base64 of SHA-256, without padding.
pub(crate) fn hash(contents: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::from("sha256=");
    for chunk in Sha256::digest(contents).chunks(3) {
        let mut bits = [0; 4];
        bits[1..=chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes(bits);
        for digit in 0..=chunk.len() {
            text.push(char::from(
                ALPHABET[(bits >> (18 - 6 * digit)) as usize & 63],
            ));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_paths() {
        let text = "a/b.py,sha256=x,3\r\n\"c,\"\"d\"\".py\",,\n../../bin/e,,\n\n";
        assert_eq!(
            paths(text).collect::<Vec<_>>(),
            ["a/b.py", "c,\"d\".py", "../../bin/e"]
        );
    }

    #[test]
    fn writes_what_it_reads() {
        let rows = vec![("a,\"b\".py".to_owned(), hash(b""), 0)];
        let text = write(&rows, "x.dist-info/RECORD");
        assert_eq!(
            text,
            "\"a,\"\"b\"\".py\",sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\nx.dist-info/RECORD,,\n"
        );
        assert_eq!(
            paths(&text).collect::<Vec<_>>(),
            ["a,\"b\".py", "x.dist-info/RECORD"]
        );
    }
}
