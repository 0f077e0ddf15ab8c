# /// script
# requires-python = ">=3.13"
# dependencies = ["mypy"]
#
# [tool.application]
# does = "Checks a module with its own stubs of the standard library"
# [tool.application.root]
# writable = ["/home"]
#
# [[tool.application.call]]
# environment = { HOME = "/home" }
# ///
import mypy.api

open("/home/x.py", "w").write("import json\ndef f(x: int) -> str:\n    return json.loads(x)\nf('a')\n")
out, err, status = mypy.api.run(["--strict", "--no-incremental", "--cache-dir=/dev/null", "--python-executable=", "/home/x.py"])
print(out, err, status)
