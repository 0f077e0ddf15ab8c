import multiprocessing, os, threading

PID = os.getpid()
USER = os.getuid()
IDENT = threading.get_ident()
MAIN = threading.main_thread()
LOCAL = threading.local()
LOCAL.value = 5
LOCK = threading.RLock()


def facts():
    with LOCK:
        return [PID == os.getpid(), USER == os.getuid(), IDENT == threading.get_ident(), MAIN is threading.current_thread(),
                MAIN.ident == IDENT, MAIN.native_id == PID, threading.enumerate() == [MAIN], LOCAL.value, MAIN.is_alive(),
                len(multiprocessing.current_process().authkey), multiprocessing.parent_process()]
