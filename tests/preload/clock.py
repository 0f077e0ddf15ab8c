import datetime, logging, time

START = time.time()
TODAY = datetime.date.today()
NOW = datetime.datetime.now()
TICK = time.monotonic()


def facts():
    record = logging.makeLogRecord({})
    relative = logging.LogRecord("n", 20, "p", 1, "m", (), None).relativeCreated
    return [
        abs(time.time() - START) < 60,
        abs((datetime.date.today() - TODAY).days) < 2,
        abs((datetime.datetime.now() - NOW).total_seconds()) < 60,
        0 <= time.monotonic() - TICK < 60,
        -1 < relative < 60000,
        record.created > START - 60,
    ]
