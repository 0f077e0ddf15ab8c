"""Every way to start worker processes, without freeze_support()."""
import concurrent.futures
import multiprocessing as mp
import sys
import time
from multiprocessing import shared_memory

STARTED = __name__


class Task:
    def __init__(self, number):
        self.number = number

    def __call__(self):
        # The main module is imported again where nothing is inherited.
        return self.number * 2, STARTED


def square(x):
    return x * x


def run(task, queue):
    queue.put((task(), sys.argv[1:], mp.current_process().name))


def touch(name):
    memory = shared_memory.SharedMemory(name)
    memory.buf[0] = 42
    memory.close()


def die():
    sys.exit(5)


def forever():
    time.sleep(60)


def crash():
    raise ValueError("on purpose")


def main():
    for method in sys.argv[1:]:
        context = mp.get_context(method)
        queue = context.Queue()
        process = context.Process(target=run, args=(Task(21), queue))
        process.start()
        answer = queue.get(timeout=60)
        process.join()
        print(method, answer, process.exitcode)
        with context.Pool(2) as pool:
            print(pool.map(square, range(5)))
        with context.Manager() as manager:
            items = manager.list([3, 1, 2])
            items.sort()
            print(list(items))
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as executor:
            print(list(executor.map(square, range(4))))
        memory = shared_memory.SharedMemory(create=True, size=16)
        process = context.Process(target=touch, args=(memory.name,))
        process.start()
        process.join()
        print(memory.buf[0])
        memory.close()
        memory.unlink()
        for target in (die, crash):
            process = context.Process(target=target)
            process.start()
            process.join()
            print(process.exitcode)
    processes = {method: mp.get_context(method).Process(target=forever, daemon=True) for method in sys.argv[1:]}
    for method, process in processes.items():
        process.start()
        process.terminate()
        process.join()
        print(method, process.exitcode)


if __name__ == "__main__":
    main()
