# /// script
# requires-python = ">=3.13"
# dependencies = ["transformers", "sentencepiece", "safetensors"]
#
# [tool.application]
# does = "Lazy modules and a tokenizer made here, without a model"
# [tool.application.root]
# writable = ["/home"]
# [[tool.application.call]]
# environment = { HOME = "/home", HF_HUB_OFFLINE = "1", TRANSFORMERS_VERBOSITY = "error" }
# ///
import json

import numpy
import safetensors.numpy
import sentencepiece
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
tokenizer.train_from_iterator(["the cat sat", "the dog sat"], trainers.WordPieceTrainer(special_tokens=["[UNK]", "[PAD]"], vocab_size=60))
fast = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]")
print(fast(["the cat"])["input_ids"], fast.decode(fast("dog")["input_ids"]))
print(transformers.BertConfig(hidden_size=8).to_dict()["model_type"], transformers.AutoConfig.for_model("gpt2").model_type)
try:
    transformers.AutoModel.from_pretrained("none/none")
except Exception as error:
    print(type(error).__name__)
print(safetensors.numpy.load(safetensors.numpy.save({"w": numpy.ones(2)})))
print(sentencepiece.__version__ > "0.1")
