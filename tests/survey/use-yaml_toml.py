# /// script
# requires-python = ">=3.13"
# dependencies = ["PyYAML", "ruamel.yaml", "tomlkit", "toml", "python-dotenv", "msgpack", "xmltodict", "defusedxml", "simplejson"]
#
# [tool.application]
# does = "Formats"
# ///
import io

import dotenv
import msgpack
import ruamel.yaml
import simplejson
import tomlkit
import xmltodict
import yaml

print(yaml.safe_load("a: [1, {b: c}]"), yaml.dump({"x": [1, 2]}), yaml.__with_libyaml__)
stream = io.StringIO()
ruamel.yaml.YAML().dump(ruamel.yaml.YAML().load("# note\na: 1\n"), stream)
print(stream.getvalue(), tomlkit.dumps(tomlkit.parse("a = 1 # note\n")))
print(msgpack.unpackb(msgpack.packb([1, "x"])), xmltodict.parse("<a><b>1</b></a>"), simplejson.dumps([1]), dotenv.dotenv_values(stream=io.StringIO("A=1")))
