# /// script
# requires-python = ">=3.13"
# dependencies = ["pyzmq", "ipykernel", "jupyter-client"]
#
# [tool.application]
# does = "A kernel started as a process of its own, and asked"
# [tool.application.root]
# writable = ["/home"]
#
# [[tool.application.call]]
# environment = { HOME = "/home" }
# ///
import sys

from jupyter_client.manager import KernelManager

manager = KernelManager()
manager.kernel_spec.argv[0] = sys.executable
manager.start_kernel()
client = manager.client()
client.start_channels()
client.wait_for_ready(timeout=60)
print(client.execute_interactive("1 + 1", timeout=60, output_hook=lambda message: print(message["msg_type"]))["content"]["status"])
client.stop_channels()
manager.shutdown_kernel(now=True)
