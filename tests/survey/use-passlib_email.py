# /// script
# requires-python = ">=3.13"
# dependencies = ["Unidecode", "python-slugify", "text-unidecode", "ftfy", "emoji", "num2words", "langcodes"]
#
# [tool.application]
# does = "Texts, with tables that are modules by computed name"
# ///
import emoji
import ftfy
import langcodes
import num2words
import slugify
import unidecode

print(unidecode.unidecode("北京 Ελλάδα"), slugify.slugify("Ein schöner Tag"), ftfy.fix_text("sÃ³"))
print(emoji.emojize(":thumbs_up:"), [num2words.num2words(42, lang=lang) for lang in ("en", "de", "ja", "fr_BE")])
print(langcodes.standardize_tag("eng-latn-us"))
