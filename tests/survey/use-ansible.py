# /// script
# requires-python = ">=3.13"
# dependencies = ["ansible-core"]
#
# [tool.application]
# does = "Plugins and modules by name, run on this machine"
# [tool.application.root]
# writable = ["/home"]
# files = { "/usr/lib/locale/C.utf8" = "/usr/lib/locale/C.utf8" }
# [[tool.application.call]]
# environment = { HOME = "/home", TMPDIR = "/home", ANSIBLE_LOCAL_TEMP = "/home/t", LC_ALL = "C.UTF-8", ANSIBLE_NOCOLOR = "1" }
# ///
import sys

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible.plugins.loader import connection_loader, filter_loader, init_plugin_loader, lookup_loader, module_loader

init_plugin_loader([])
loader = DataLoader()
print(loader.load("a: [1, 2]"), lookup_loader.get("env") is not None, connection_loader.get("local", class_only=True).__name__)
path = module_loader.find_plugin("ping")
print(path.rsplit("/", 2)[1:], len(open(path).read()) > 100)
from ansible.cli.doc import DocCLI

DocCLI.cli_executor(["ansible-doc", "-s", "ping"])
