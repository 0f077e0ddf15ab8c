# /// script
# requires-python = ">=3.13"
# dependencies = ["jieba", "pyphen", "langdetect", "sacremoses", "textdistance", "rapidfuzz", "Levenshtein", "wordcloud", "vaderSentiment", "snowballstemmer", "pypinyin", "simplemma", "rjieba", "num2words"]
#
# [tool.application]
# does = "Languages, with dictionaries in the packages"
# [tool.application.root]
# writable = ["/home"]
# [[tool.application.call]]
# environment = { HOME = "/home", TMPDIR = "/home" }
# ///
import warnings

warnings.simplefilter("ignore")
import logging

logging.disable(logging.CRITICAL)
import jieba
import langdetect
import Levenshtein
import pyphen
import pypinyin
import rapidfuzz
import sacremoses
import simplemma
import snowballstemmer
import textdistance
import vaderSentiment.vaderSentiment
import wordcloud

langdetect.DetectorFactory.seed = 0
print(langdetect.detect("Das ist ein deutscher Satz"), pyphen.Pyphen(lang="de_DE").inserted("Donaudampfschiff"))
print(sacremoses.MosesTokenizer("en").tokenize("It's a test."), textdistance.hamming("abc", "abd"))
print(rapidfuzz.fuzz.ratio("abc", "abd"), Levenshtein.distance("abc", "abd"), simplemma.lemmatize("houses", lang="en"))
print(snowballstemmer.stemmer("english").stemWord("running"), pypinyin.lazy_pinyin("中心"))
print(vaderSentiment.vaderSentiment.SentimentIntensityAnalyzer().polarity_scores("great")["pos"])
print(wordcloud.WordCloud(width=80, height=40).generate("some words some more").to_array().shape)
