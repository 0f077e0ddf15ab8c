import threading

READY = threading.Event()
GO = threading.Event()


def work():
    READY.set()
    GO.wait()


WORKER = threading.Thread(target=work, daemon=True)
WORKER.start()
READY.wait()


def facts():
    alive = WORKER.is_alive()
    GO.set()
    WORKER.join()
    return [alive, WORKER.is_alive(), threading.active_count()]
