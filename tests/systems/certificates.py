"""Tells which certificates of authorities there are, and whether a child would hear of them."""

import os
import ssl

paths = ssl.get_default_verify_paths()
print(paths.openssl_cafile, paths.openssl_capath)
print(len(ssl.create_default_context().get_ca_certs()) > 50)
print(sorted(name for name in os.environ if "SSL" in name))
