# /// script
# requires-python = ">=3.13"
# dependencies = ["virtualenv", "filelock", "platformdirs", "distlib"]
#
# [tool.application]
# does = "Wheels of pip in the package, and places of the user"
# [tool.application.root]
# writable = ["/home"]
#
# [[tool.application.call]]
# environment = { HOME = "/home" }
# ///
import filelock
import platformdirs
import virtualenv
from virtualenv.seed.wheels.embed import get_embed_wheel

print(get_embed_wheel("pip", "3.13").path.name[:3], platformdirs.user_config_dir("tool"))
with filelock.FileLock("/home/lock"):
    print("locked")
