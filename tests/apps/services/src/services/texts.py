"""Documents and tables."""

import orjson
import polars
import psutil
import regex
from lxml import etree, html

SHEET = """<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:template match="/list"><xsl:value-of select="count(item)"/></xsl:template></xsl:stylesheet>"""


def work():
    table = polars.DataFrame({"name": ["a", "b", "a"], "size": [1, 2, 3]})
    print(table.lazy().group_by("name").agg(polars.col("size").sum()).sort("name").collect())
    print(polars.read_json(b'[{"x": 1}, {"x": null}]')["x"].to_list())
    print(orjson.dumps({"b": [1.5, None], "a": "ü"}, option=orjson.OPT_SORT_KEYS).decode())
    print(regex.findall(r"(?V1)[\p{L}--[a-z]]+", "aÄÖb"), regex.sub(r"(?r)\d", "#", "1x2", count=1))
    transform = etree.XSLT(etree.XML(SHEET))
    print(str(transform(etree.XML("<list><item/><item/></list>"))).split("\n")[-1])
    try:
        etree.XML("<open>")
    except etree.XMLSyntaxError as error:
        print(error)
    print(html.fromstring("<p>one<b>two</b>").text_content())
    process = psutil.Process()
    print(process.is_running(), psutil.cpu_count() > 0, process.memory_info().rss > 0, process.num_threads() > 0)
