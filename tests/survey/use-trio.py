# /// script
# requires-python = ">=3.13"
# dependencies = ["trio", "anyio"]
#
# [tool.application]
# does = "Tasks, subprocesses and signals"
# ///
import sys

import anyio
import trio


async def child(name, seconds):
    await trio.sleep(seconds)
    print(name)


async def main():
    async with trio.open_nursery() as nursery:
        nursery.start_soon(child, "slow", 0.2)
        nursery.start_soon(child, "fast", 0)
    result = await trio.run_process([sys.executable, "-c", "print(6 * 7)"], capture_stdout=True)
    print(result.stdout)


trio.run(main)


def double(number):
    return 2 * number


async def other():
    print((await anyio.run_process([sys.executable, "-c", "print('any')"])).stdout)
    print(await anyio.to_process.run_sync(double, 4))


if __name__ == "__main__":
    anyio.run(other)
