# /// script
# requires-python = ">=3.13"
# dependencies = ["celery"]
#
# [tool.application]
# does = "Tasks, run at once and by a worker, with a broker in memory"
# ///
import celery
from celery.contrib.testing.worker import start_worker

app = celery.Celery("app", broker="memory://", backend="cache+memory://")
app.conf.worker_hijack_root_logger = False


@app.task
def add(one, other):
    return one + other


app.loader.import_module("celery.contrib.testing.tasks")
if __name__ == "__main__":
    print(add.apply((1, 2)).get())
    with start_worker(app, pool="solo", perform_ping_check=False):
        print(add.delay(3, 4).get(timeout=20))
    print(sorted(app.tasks)[:3])
