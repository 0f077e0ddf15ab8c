# /// script
# requires-python = ">=3.13"
# dependencies = ["nltk"]
#
# [tool.application]
# does = "Tokens, stems and a grammar without downloaded data"
# [tool.application.root]
# writable = ["/home"]
#
# [[tool.application.call]]
# environment = { HOME = "/home" }
# ///
import nltk
from nltk.stem import PorterStemmer, SnowballStemmer
from nltk.tokenize import RegexpTokenizer, wordpunct_tokenize

print(wordpunct_tokenize("He isn't here."), RegexpTokenizer(r"\w+").tokenize("a b"))
print([PorterStemmer().stem(word) for word in ("running", "flies")], SnowballStemmer("german").stem("Häuser"))
grammar = nltk.CFG.fromstring("S -> N V\nN -> 'he'\nV -> 'runs'")
print(*nltk.ChartParser(grammar).parse(["he", "runs"]))
try:
    nltk.data.find("corpora/wordnet")
except LookupError:
    print("no data")
