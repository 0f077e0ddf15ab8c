import os
from multiprocessing import shared_memory


def square(number):
    return number * number


def fail(number):
    raise ValueError(f"no {number}")


def own_process(_):
    return os.getpid() != os.getppid()


def produce(queue, numbers):
    for number in numbers:
        queue.put(number * 10)
    queue.put(None)


def fill(name, value):
    memory = shared_memory.SharedMemory(name)
    memory.buf[:4] = bytes([value] * 4)
    memory.close()


def count(counter, lock, event):
    event.wait()
    for _ in range(100):
        with lock:
            counter.value += 1


def talk(connection):
    connection.send(connection.recv().upper())
    connection.close()
