# /// script
# requires-python = ">=3.13"
# dependencies = ["phonenumbers"]
#
# [tool.application]
# does = "Numbers with carriers, places and time zones, each a module of data"
# ///
import phonenumbers
from phonenumbers import carrier, geocoder, timezone

for text in ("+442083661177", "+4930901820", "+16502530000", "+8613812345678"):
    number = phonenumbers.parse(text)
    print(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL), geocoder.description_for_number(number, "de"), carrier.name_for_number(number, "en"), timezone.time_zones_for_number(number))
