# /// script
# requires-python = ">=3.13"
# dependencies = ["Faker"]
#
# [tool.application]
# does = "Invented data in other languages"
# ///
from faker import Faker

for locale in ("en_US", "de_DE", "ja_JP"):
    Faker.seed(1)
    fake = Faker(locale)
    print(fake.name(), fake.city(), fake.company(), fake.date(), fake.credit_card_number())
print(len(fake.providers))
