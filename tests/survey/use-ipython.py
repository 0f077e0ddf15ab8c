# /// script
# requires-python = ">=3.13"
# dependencies = ["ipython"]
#
# [tool.application]
# does = "Cells, magics, completions and tracebacks"
# [tool.application.root]
# writable = ["/home"]
#
# [[tool.application.call]]
# environment = { HOME = "/home" }
#
# [[tool.application.varies]]
# pattern = "[0-9.]+ .s ± 0 ns|/tmp/[^ ]*"
# becomes = "…"
# ///
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

config = Config()
config.HistoryManager.enabled = False
config.InteractiveShell.colors = "NoColor"
shell = InteractiveShell.instance(config=config)
print(shell.run_cell("a = 6 * 7\na").result)
shell.run_cell("%timeit -n1 -r1 pass", silent=True)
shell.run_cell("%pinfo len")
print(shell.complete("imp", "imp")[1][:1])
shell.run_cell("1/0")
