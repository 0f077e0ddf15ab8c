import datetime
import importlib.resources
import io
import zoneinfo
from decimal import Decimal

import babel.dates
import babel.lists
import babel.localedata
import babel.numbers
import babel.units
from babel.messages import mofile, pofile
from babel.support import Translations
from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateNotFound

MOMENT = datetime.datetime(2026, 3, 29, 2, 30, tzinfo=datetime.UTC)


def catalogue(language):
    source = importlib.resources.files("letters") / "translations" / language / "LC_MESSAGES" / "letters.po"
    compiled = io.BytesIO()
    mofile.write_mo(compiled, pofile.read_po(source.open("rb"), locale=language))
    compiled.seek(0)
    return Translations(compiled)


environment = Environment(loader=PackageLoader("letters"), extensions=["jinja2.ext.i18n", "jinja2.ext.do"], undefined=StrictUndefined)
environment.install_gettext_translations(catalogue("de"), newstyle=True)
print(environment.get_template("letter.txt").render(name="Ann", count=2, lines=["one two three four five", "", "six"]))
print(environment.list_templates())
try:
    environment.get_template("none.txt")
except TemplateNotFound as error:
    print("no", error)
try:
    environment.from_string("{{ missing.name }}").render()
except Exception as error:
    print(type(error).__name__, error)
for name in ("en", "de_AT", "fr", "ar_EG", "ja", "zh_Hant_TW", "hi"):
    locale = babel.Locale.parse(name)
    print(name, locale.display_name, locale.text_direction)
    print(babel.dates.format_datetime(MOMENT, "full", tzinfo=zoneinfo.ZoneInfo("Europe/Vienna"), locale=locale))
    print(babel.dates.format_timedelta(datetime.timedelta(days=40), locale=locale), babel.dates.get_timezone_name("Asia/Tokyo", locale=locale))
    print(babel.numbers.format_currency(Decimal("1234.5"), "EUR", locale=locale), babel.numbers.format_percent(0.34, locale=locale))
    print(babel.units.format_unit(12, "length-meter", locale=locale), babel.lists.format_list(["a", "b", "c"], locale=locale))
print(len(babel.localedata.locale_identifiers()) > 500, len(zoneinfo.available_timezones()) > 400)
