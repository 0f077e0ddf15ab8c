import concurrent.futures
import functools
import multiprocessing
import traceback
from multiprocessing import shared_memory

from joblib import Parallel, delayed

from . import work


def queues(context):
    queue = context.Queue()
    process = context.Process(target=work.produce, args=(queue, [1, 2, 3]))
    process.start()
    print(list(iter(queue.get, None)))
    process.join()
    print(process.exitcode)


def pools(context):
    with context.Pool(2) as pool:
        print(pool.map(work.square, range(5)), sum(pool.imap_unordered(functools.partial(pow, 2), range(4))))
        print(pool.apply_async(work.own_process, (0,)).get(), pool.starmap(max, [(1, 2), (4, 3)]))
        try:
            pool.apply(work.fail, (7,))
        except ValueError as error:
            print(error, "".join(traceback.format_exception(error)).count("RemoteTraceback"))


def managers(context):
    with context.Manager() as manager:
        shared, items = manager.dict(a=1), manager.list([1])
        process = context.Process(target=shared.update, kwargs={"b": 2})
        process.start()
        process.join()
        items.append(5)
        print(dict(shared), list(items), manager.Namespace(x=3).x)


def memory(context):
    block = shared_memory.SharedMemory(create=True, size=16)
    process = context.Process(target=work.fill, args=(block.name, 7))
    process.start()
    process.join()
    print(bytes(block.buf[:5]))
    block.close()
    block.unlink()


def locks(context):
    counter, lock, event = context.Value("i", 0, lock=False), context.Lock(), context.Event()
    processes = [context.Process(target=work.count, args=(counter, lock, event)) for _ in range(2)]
    for process in processes:
        process.start()
    event.set()
    for process in processes:
        process.join()
    ours, theirs = context.Pipe()
    process = context.Process(target=work.talk, args=(theirs,))
    process.start()
    ours.send("pipe")
    print(counter.value, ours.recv())
    process.join()


def executors(context):
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as executor:
        print(list(executor.map(work.square, range(4))), executor.submit(work.own_process, 0).result())
        try:
            executor.submit(work.fail, 1).result()
        except ValueError as error:
            print(error)


if __name__ == "__main__":
    for method in multiprocessing.get_all_start_methods():
        print("--", method)
        context = multiprocessing.get_context(method)
        for part in (queues, pools, managers, memory, locks, executors):
            part(context)
    print("-- joblib")
    for backend in ("loky", "multiprocessing", "threading"):
        print(backend, Parallel(n_jobs=2, backend=backend)(delayed(work.square)(number) for number in range(4)))
    print(Parallel(n_jobs=2)(delayed(lambda number: number + 1)(number) for number in range(3)))
