# /// script
# requires-python = ">=3.13"
# dependencies = ["loguru", "structlog"]
#
# [tool.application]
# does = "Logs with tracebacks and colours"
# ///
import sys

import structlog
from loguru import logger

logger.remove()
logger.add(sys.stdout, format="{level} {name}:{line} {message}", colorize=False, backtrace=True, diagnose=True)
logger.info("hello {}", 1)
try:
    1 / 0
except ZeroDivisionError:
    logger.exception("no")
structlog.configure(processors=[structlog.processors.add_log_level, structlog.processors.KeyValueRenderer()])
structlog.get_logger().warning("event", a=1)
