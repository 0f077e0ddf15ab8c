# /// script
# requires-python = ">=3.13"
# dependencies = ["ipykernel", "jupyter_client"]
#
# [tool.application]
# does = "A kernel in a process of its own"
# [tool.application.root]
# writable = ["/home"]
# [[tool.application.call]]
# environment = { HOME = "/home", TMPDIR = "/home", JUPYTER_RUNTIME_DIR = "/home/run", IPYTHONDIR = "/home/ipython", PYDEVD_DISABLE_FILE_VALIDATION = "1" }
# ///
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import start_new_kernel

if __name__ == "__main__":
    print(sorted(KernelSpecManager().find_kernel_specs()))
    manager, client = start_new_kernel(kernel_name="python3", startup_timeout=120)
    try:
        shown = []

        def output(message):
            if message["msg_type"] in ("stream", "execute_result", "error"):
                shown.append(message["content"].get("text") or message["content"].get("data") or message["content"].get("evalue"))

        for cell in "print(6 * 7)", "sum(range(5))", "import json; json.dumps([1])", "1 / 0":
            reply = client.execute_interactive(cell, output_hook=output, timeout=60)
            print(reply["content"]["status"])
        print(shown)
        client.complete("impor")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
