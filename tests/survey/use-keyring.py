# /// script
# requires-python = ">=3.13"
# dependencies = ["keyring", "keyrings.alt"]
#
# [tool.application]
# does = "Back ends found by entry points"
# [tool.application.root]
# writable = ["/home"]
#
# [[tool.application.call]]
# environment = { HOME = "/home" }
# ///
import keyring
import keyring.backend

print(sorted(backend.name for backend in keyring.backend.get_all_keyring()))
from keyrings.alt.file import PlaintextKeyring

keyring.set_keyring(PlaintextKeyring())
keyring.set_password("service", "ann", "secret")
print(keyring.get_password("service", "ann"))
