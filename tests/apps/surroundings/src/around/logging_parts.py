import logging
import logging.config
import logging.handlers

CONFIGURATION = {
    "version": 1,
    "filters": {"own": {"()": "around.logging_parts.Own", "mark": "*"}},
    "formatters": {
        "short": {"format": "%(levelname)s %(name)s %(mark)s %(message)s", "class": "logging.Formatter"},
        "own": {"()": "around.logging_parts.Shout"},
    },
    "handlers": {
        "out": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "short", "filters": ["own"]},
        "loud": {"class": "around.logging_parts.Loud", "formatter": "own", "level": "ERROR"},
        "memory": {"class": "logging.handlers.MemoryHandler", "capacity": 10, "target": "out"},
        "null": {"class": "logging.NullHandler"},
        "queue": {"class": "logging.handlers.QueueHandler", "handlers": ["out"]},
    },
    "loggers": {"tool": {"handlers": ["out", "loud", "null"], "level": "DEBUG"}, "queued": {"handlers": ["queue"], "level": "INFO"}},
}

INI = """
[loggers]
keys=root
[handlers]
keys=out
[formatters]
keys=plain
[logger_root]
level=INFO
handlers=out
[handler_out]
class=logging.handlers.BufferingHandler
args=(0,)
formatter=plain
[formatter_plain]
format=%(message)s
class=around.logging_parts.Shout
"""


class Own(logging.Filter):
    def __init__(self, mark):
        self.mark = mark

    def filter(self, record):
        record.mark = self.mark
        return True


class Shout(logging.Formatter):
    def format(self, record):
        return record.getMessage().upper()


class Loud(logging.StreamHandler):
    def emit(self, record):
        print("loud", self.format(record))


def logs():
    import io

    logging.config.dictConfig(CONFIGURATION)
    logger = logging.getLogger("tool")
    logger.debug("one")
    logger.error("two")
    handler = logging.getHandlerByName("queue")
    handler.listener.start()
    logging.getLogger("queued").info("three")
    handler.listener.stop()
    logging.config.fileConfig(io.StringIO(INI), disable_existing_loggers=False)
    logging.getLogger().info("four")
    print(logging.getLogger().handlers[0].buffer, logging.getLogger().handlers[0].formatter.__class__.__name__)
    try:
        logging.config.dictConfig({"version": 1, "handlers": {"x": {"class": "around.none.Nothing"}}})
    except ValueError as error:
        print(error, error.__cause__)
    logging.shutdown()
