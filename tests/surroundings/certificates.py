"""Which certificates a program trusts, and what it tells its children of them."""

import os
import ssl
import subprocess
import sys

paths = ssl.get_default_verify_paths()
print(paths.cafile, paths.capath, paths.openssl_cafile, paths.openssl_capath, flush=True)
context = ssl.create_default_context()
print([dict(part[0] for part in certificate["subject"]) for certificate in context.get_ca_certs()], flush=True)
print(sorted(name for name in os.environ if name.startswith("SSL")), flush=True)
code = "import os; print(sorted(name for name in os.environ if name.startswith(('SSL', 'TERM', 'FASTICE'))))"
subprocess.run([sys.executable, "-c", code], check=True)
