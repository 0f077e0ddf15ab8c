"""Starts `sys.executable` in every way that library code does, and means a Python interpreter."""
import asyncio
import os
import subprocess
import sys

SEEN = "import sys; print(sys.argv, sys.orig_argv[1:], __name__, sys.executable == sys.argv[-1])"


def show(title, *arguments, **options):
    result = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=60, **options
    )
    print(title, result.returncode, result.stdout, result.stderr.replace(sys.executable, "python"))


async def coroutine():
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "print('asyncio')", stdout=subprocess.PIPE
    )
    print(await process.communicate())


def main():
    show("code", "-c", SEEN, "one", "--two", sys.executable)
    show("code in the option", "-cprint(1 + 1)")
    show("options", "-I", "-B", "-W", "ignore", "-Xutf8", "-c", SEEN)
    show("options in one", "-ISc", "import sys; print(sys.flags.isolated, sys.flags.no_site)")
    show("optimized", "-O", "-c", "assert False; print(__debug__)")
    show("module", "-m", "json.tool", "--indent=1", input="[1]")
    show("module in the option", "-mjson.tool", "-h")
    show("missing module", "-m", "no_such_module")
    show("standard input", "-", "x", input=SEEN)
    show("script", "script.py", "-c")
    show("unbuffered script", "-u", "./script.py", "-c")
    show("isolated script", "-I", "script.py")
    show("missing script", "no_such.py")
    show("directory", "tree", "x")
    show("script without a suffix", "tool", "-m", "pip")
    show("version", "-V")
    show("long version", "--version")
    show("syntax error", "-c", "def f(:")
    show("error", "-c", "1 / 0")
    show("exit status", "-c", "import sys; sys.exit(9)")
    show("no environment", "-c", "import os; print('FASTICE_CHILD' in os.environ)", env={})
    show("from a child", "-c", "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(3)'])")
    show("by another name", "-c", SEEN, executable=sys.executable)
    many = {f"VARIABLE_{number}": "x" for number in range(2000)}
    show("many variables", "-c", "import os; print(len(os.environ))", env=many)
    asyncio.run(coroutine())

    def output(command, **options):
        result = subprocess.run(command, capture_output=True, text=True, timeout=60, **options)
        print(result.returncode, result.stdout, result.stderr)

    output(f"'{sys.executable}' -c 'print(5)'; echo status $?", shell=True)
    output(["env", sys.executable, "-c", "print(6)"])
    output(["nice", sys.executable, "-m", "json.tool"], input="[6]")
    sys.stdout.flush()
    print(os.system(f"{sys.executable} -c 'print(7)'"))
    sys.stdout.flush()
    spawned = os.posix_spawn(sys.executable, [sys.executable, "-c", "print(8)"], os.environ)
    print(os.waitpid(spawned, 0)[1])
    sys.stdout.flush()
    spawned = os.posix_spawnp(sys.executable, ["python", "-c", "print(9)"], {})
    print(os.waitpid(spawned, 0)[1])
    sys.stdout.flush()
    print(os.spawnl(os.P_WAIT, sys.executable, sys.executable, "-c", "print(10)"))
    sys.stdout.flush()
    descriptor = os.open(sys.executable, os.O_RDONLY)
    if os.fork() == 0:
        os.execve(descriptor, ["python", "-c", "import sys; print(11, sys.argv)"], os.environ)
    print(os.wait()[1])
    sys.stdout.flush()
    os.execl(sys.executable, "python", "-c", "print(12)")


if __name__ == "__main__":
    main()
