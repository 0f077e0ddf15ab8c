# /// script
# requires-python = ">=3.13"
# dependencies = ["sentry-sdk"]
#
# [tool.application]
# does = "Events with frames and source lines, to a transport here"
# ///
import sentry_sdk

events = []
sentry_sdk.init("http://key@127.0.0.1:9/1", transport=lambda event: events.append(event), default_integrations=True, before_send=lambda event, hint: events.append(event))
try:
    1 / 0
except ZeroDivisionError:
    sentry_sdk.capture_exception()
frame = events[0]["exception"]["values"][0]["stacktrace"]["frames"][-1]
print(frame["filename"], frame["lineno"], frame["context_line"], frame["in_app"])
