# /// script
# requires-python = ">=3.13"
# dependencies = ["jsonschema[format]"]
#
# [tool.application]
# does = "Schemas and meta-schemas of every draft, with formats"
# ///
import jsonschema
from jsonschema.validators import validator_for

schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": {"a": {"type": "integer"}, "b": {"format": "email"}}}
validator = validator_for(schema)(schema, format_checker=jsonschema.FormatChecker())
for error in sorted(validator.iter_errors({"a": "x", "b": "y"}), key=str):
    print(error.message)
for name in ("Draft3Validator", "Draft4Validator", "Draft6Validator", "Draft7Validator", "Draft201909Validator"):
    getattr(jsonschema, name).check_schema({"type": "string"})
try:
    jsonschema.validate({"a": 1}, {"$ref": "http://json-schema.org/draft-07/schema#", "minimum": 1})
    print("valid")
except Exception as error:
    print(type(error).__name__)
