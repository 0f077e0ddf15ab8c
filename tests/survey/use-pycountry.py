# /// script
# requires-python = ">=3.13"
# dependencies = ["pycountry"]
#
# [tool.application]
# does = "Countries with translated names"
# ///
import gettext

import pycountry

print(pycountry.countries.get(alpha_2="DE").name, len(pycountry.countries), len(pycountry.languages))
german = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=["de"])
print(german.gettext("Germany"), pycountry.subdivisions.get(code="DE-BE").name, pycountry.countries.search_fuzzy("Frnce" if False else "France")[0].alpha_3)
