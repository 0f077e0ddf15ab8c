# /// script
# requires-python = ">=3.13"
# dependencies = ["dateparser"]
#
# [tool.application]
# does = "Dates in many languages"
# ///
import datetime

import dateparser

settings = {"RELATIVE_BASE": datetime.datetime(2026, 5, 11), "TIMEZONE": "UTC"}
for text in ("yesterday", "vor 3 Tagen", "12 février 2015", "1 de enero", "13 августа 2014", "2 weeks ago"):
    print(text, dateparser.parse(text, settings=settings))
