# /// script
# requires-python = ">=3.13"
# dependencies = ["arrow"]
#
# [tool.application]
# does = "Dates, humanized in other languages"
# ///
import arrow

start = arrow.get("2026-05-11T21:23:58+02:00")
for locale in ("en", "de", "ja", "ru"):
    print(start.shift(hours=-3).humanize(start, locale=locale), start.format("dddd, D. MMMM", locale=locale))
print(start.to("US/Pacific"))
