"""Starts itself again, as programs do that reload, serve with workers or escape into a clean process.

The first argument says how often, the second how.
"""
import os
import subprocess
import sys


def main():
    print(os.path.basename(sys.argv[0]), *sys.argv[1:], flush=True)
    if len(sys.argv) < 3 or sys.argv[1] == "0":
        return
    count, way, *rest = sys.argv[1:]
    arguments = [str(int(count) - 1), way, *rest]
    if way == "script":
        # As a script restarts itself under plain python.
        os.execv(sys.executable, [sys.executable, sys.argv[0], *arguments])
    elif way == "options":
        subprocess.run([sys.executable, "-W", "ignore", "-B", sys.argv[0], *arguments], check=True)
    elif way == "path":
        subprocess.run([sys.executable, sys.executable, *arguments], check=True)
    elif way == "arguments":
        # As a program restarts itself that knows that it is frozen.
        sys.exit(subprocess.run([sys.executable, *arguments]).returncode)


if __name__ == "__main__":
    if sys.argv[1:2] == ["-c"]:
        # The very same arguments, whatever they look like.
        print(*sys.argv[1:], flush=True)
        if "RESTARTED" not in os.environ:
            os.environ["RESTARTED"] = "yes"
            os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
    else:
        main()
