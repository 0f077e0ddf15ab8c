import asyncio
import os
import signal
import subprocess
import sys
import time


async def communicate(*command, input=None):
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate(input)
    return process.returncode, out, err


async def main():
    print(await communicate(sys.executable, "-c", "import sys; print(sys.stdin.read().upper())", input=b"text"))
    results = await asyncio.gather(*(communicate(sys.executable, "-c", f"raise SystemExit({n})") for n in range(3)))
    print([status for status, _, _ in results])
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "import time; time.sleep(60)")
    process.terminate()
    print(await process.wait())
    try:
        await asyncio.create_subprocess_exec("/nothing")
    except FileNotFoundError as error:
        print(error)
    loop, got = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGUSR1, got.set)
    os.kill(os.getpid(), signal.SIGUSR1)
    await asyncio.wait_for(got.wait(), 10)
    print("SIGUSR1")
    print(await loop.run_in_executor(None, sum, [1, 2]), type(loop).__name__)
    try:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(10)
    except TimeoutError:
        print("timeout")


def loop():
    asyncio.run(main())


SLEEPER = """
import signal, sys, time
{setup}
try:
    print("ready", flush=True)
    time.sleep(60)
finally:
    print("finally", flush=True)
"""


def signals():
    setups = ("", "signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))", "signal.signal(signal.SIGINT, signal.SIG_IGN)")
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL, signal.SIGHUP):
        for setup in setups:
            if number == signal.SIGINT and "SIG_IGN" in setup:
                continue
            process = subprocess.Popen(
                [sys.executable, "-c", SLEEPER.format(setup=setup)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            process.stdout.readline()
            process.send_signal(number)
            out, err = process.communicate()
            print(number.name, process.returncode, out.split(), err.splitlines()[-1:])
    reader = subprocess.Popen(
        [sys.executable, "-c", "import signal, sys\nsignal.signal(signal.SIGPIPE, signal.SIG_DFL)\nwhile True: print('x' * 1000)"],
        stdout=subprocess.PIPE,
    )
    reader.stdout.read(10)
    reader.stdout.close()
    print("SIGPIPE", reader.wait())
    child = os.fork()
    if child == 0:
        os.abort()
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    signal.signal(signal.SIGALRM, lambda *_: print("SIGALRM"))
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    time.sleep(0.2)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
    os.kill(os.getpid(), signal.SIGUSR2)
    print(signal.sigwait({signal.SIGUSR2}))


def interpreters():
    """What the program starts by `sys.executable`."""
    environment = "import os; print(sorted(name for name in os.environ if not name.startswith(('PYTHON', 'LC_CTYPE'))))"
    with open("/var/tmp/script.py", "w") as script:
        script.write("import sys, around; print(sys.argv, __name__, around.__doc__)\n")
    with open("/var/tmp/alone.py", "w") as script:
        script.write("import sys; print(sys.argv, sys.flags.isolated)\n")
    commands = (
        ["-c", "import sys; print(sys.argv)", "-c", "x"],
        ["-c", environment],
        ["-m", "json.tool", "--help"],
        ["-m", "base64", "-t"],
        ["/var/tmp/script.py", "a", "-m"],
        ["-I", "/var/tmp/alone.py", "-c"],
        ["-c", "raise SystemExit('message')"],
        ["-c", "1/0"],
        ["-m", "around", "nothing"],
        ["-m", "no_such_module"],
        ["/var/tmp/missing.py"],
        ["-V"],
        ["-W", "error", "-c", "import warnings; warnings.warn('x')"],
        ["-X", "utf8=0", "-O", "-c", "assert False; import sys; print(sys.flags.optimize)"],
    )
    for command in commands:
        result = subprocess.run([sys.executable, *command], capture_output=True, text=True)
        print(command[:2], result.returncode, result.stdout, result.stderr)
    result = subprocess.run([sys.executable, "-"], input="print('from stdin')", capture_output=True, text=True)
    print(result.stdout, result.stderr)
