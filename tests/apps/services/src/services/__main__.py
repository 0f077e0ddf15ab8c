"""Runs one service after the other."""

import asyncio
import sys

import uvloop

from services import cloud, remote, store, texts


async def measure():
    loop = type(asyncio.get_running_loop()).__module__
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "print('from a child')", stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    return loop, output.decode().strip(), process.returncode


def main():
    remote.call()
    store.query()
    cloud.describe()
    texts.work()
    print(*uvloop.run(measure()))


if __name__ == "__main__":
    main()
