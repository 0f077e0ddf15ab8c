# /// script
# requires-python = ">=3.13"
# dependencies = ["pendulum"]
#
# [tool.application]
# does = "Dates with time zones and locales"
# ///
import pendulum

moment = pendulum.datetime(2026, 3, 29, 1, 30, tz="Europe/Paris")
print(moment.add(hours=1), moment.in_timezone("Asia/Tokyo"))
for locale in ("en", "fr", "ko"):
    print(moment.format("dddd D MMMM", locale=locale), moment.diff_for_humans(moment.add(days=3), locale=locale))
print(len(pendulum.timezones()))
