# /// script
# requires-python = ">=3.13"
# dependencies = ["tinycss2", "cssselect2", "webencodings"]
#
# [tool.application]
# does = "Style sheets; these look at sys.frozen"
# ///
import cssselect2
import tinycss2
import xml.etree.ElementTree as etree

rules = tinycss2.parse_stylesheet("p.a > b { color: red }", skip_whitespace=True)
matcher = cssselect2.Matcher()
for selector in cssselect2.compile_selector_list(rules[0].prelude):
    matcher.add_selector(selector, tinycss2.serialize(rules[0].content))
root = cssselect2.ElementWrapper.from_xml_root(etree.fromstring("<x><p class='a'><b/></p></x>"))
for element in root.iter_subtree():
    print(element.local_name, matcher.match(element))
print(tinycss2.VERSION > "1", cssselect2.VERSION > "0")
