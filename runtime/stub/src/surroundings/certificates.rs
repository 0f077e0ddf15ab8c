//! The certificates that a machine trusts.
//!
//! OpenSSL looks in the directory it was configured with, Debian's. Other distributions have other ones.

use std::ffi::{CStr, c_char};

/// All trusted certificates in one file, of OpenSSL's configuration in Fedora and its relatives, of Debian and its relatives, Arch and
/// Gentoo, openSUSE, then of any other.
const FILES: [&CStr; 7] = [
    c"/etc/pki/tls/cert.pem",
    c"/etc/ssl/certs/ca-certificates.crt",
    c"/etc/pki/tls/certs/ca-bundle.crt",
    c"/etc/ssl/ca-bundle.pem",
    c"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    c"/etc/ssl/cert.pem",
    c"/usr/local/share/certs/ca-root-nss.crt",
];

/// Trusted certificates as files that are named by the hash of their subject.
const DIRECTORIES: [&CStr; 3] = [
    c"/etc/pki/tls/certs",
    c"/etc/ssl/certs",
    c"/var/lib/ca-certificates/openssl",
];

unsafe extern "C" {
    fn __real_X509_get_default_cert_file() -> *const c_char;
    fn __real_X509_get_default_cert_dir() -> *const c_char;
}

/// OpenSSL's default file of certificates. The result lives as long as the process.
#[unsafe(no_mangle)]
extern "C" fn __wrap_X509_get_default_cert_file() -> *const c_char {
    // SAFETY: returns a string literal.
    let configured = unsafe { __real_X509_get_default_cert_file() };
    choose(configured, &FILES)
}

/// OpenSSL's default directory of certificates. The result lives as long as the process.
#[unsafe(no_mangle)]
extern "C" fn __wrap_X509_get_default_cert_dir() -> *const c_char {
    // SAFETY: returns a string literal.
    let configured = unsafe { __real_X509_get_default_cert_dir() };
    choose(configured, &DIRECTORIES)
}

/// The configured path if this machine has the configured directory, else the first of `others` that it has.
fn choose(configured: *const c_char, others: &[&CStr]) -> *const c_char {
    // SAFETY: return string literals.
    let own = unsafe {
        [
            __real_X509_get_default_cert_file(),
            __real_X509_get_default_cert_dir(),
        ]
    };
    if own.iter().any(|&path| exists(path)) {
        return configured;
    }
    let found = others
        .iter()
        .map(|path| path.as_ptr())
        .find(|&path| exists(path));
    found.unwrap_or(configured)
}

fn exists(path: *const c_char) -> bool {
    // SAFETY: `path` is a C string.
    unsafe { libc::access(path, libc::F_OK) == 0 }
}
