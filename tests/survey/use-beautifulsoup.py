# /// script
# requires-python = ">=3.13"
# dependencies = ["beautifulsoup4", "lxml", "html5lib"]
#
# [tool.application]
# does = "HTML by three parsers, chosen by name"
# ///
import bs4

for parser in ("html.parser", "lxml", "html5lib"):
    soup = bs4.BeautifulSoup("<p>One<br><b>two</p> <a href='x'>three</a>", parser)
    print(parser, soup.find("a")["href"], soup)
