# /// script
# requires-python = ">=3.13"
# dependencies = ["spacy", "srsly"]
#
# [tool.application]
# does = "Languages, with factories found by entry points"
# ///
import spacy
import thinc.api

nlp = spacy.blank("en")
nlp.add_pipe("sentencizer")
ruler = nlp.add_pipe("entity_ruler")
ruler.add_patterns([{"label": "ORG", "pattern": "Acme"}])
doc = nlp("Acme sells things. It does not!")
print([sentence.text for sentence in doc.sents], [(entity.text, entity.label_) for entity in doc.ents])
for language in "de", "fr", "es", "ru" :
    try:
        print(language, [token.text for token in spacy.blank(language)("Das ist z.B. gut, l'eau?")])
    except ImportError as error:
        print(language, str(error).split(":")[0])
print(thinc.api.NumpyOps().alloc2f(2, 2).tolist(), len(nlp.pipe_factories))
