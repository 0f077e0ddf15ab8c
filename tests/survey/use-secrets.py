# /// script
# requires-python = ">=3.13"
# dependencies = ["SecretStorage", "jeepney", "keyring", "jaraco.classes", "jaraco.functools", "jaraco.context", "jaraco.text", "jaraco.collections", "keyrings.cryptfile"]
#
# [tool.application]
# does = "Namespace packages, a bus that is not there"
# ///
import jaraco.classes.properties
import jaraco.collections
import jaraco.context
import jaraco.functools
import jaraco.text
import jeepney
import keyring
import secretstorage

print(jaraco.text.drop_comment("a # b"), len(jaraco.text.lorem_ipsum), jaraco.functools.compose(str, abs)(-3))
print(jaraco.collections.KeyTransformingDict(a=1))
try:
    secretstorage.dbus_init()
except Exception as error:
    print(type(error).__name__)
print(jeepney.DBusAddress("/x", "org.x"), sorted(type(one).__name__ for one in keyring.backend.get_all_keyring()))
