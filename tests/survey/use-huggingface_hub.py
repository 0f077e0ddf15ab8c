# /// script
# requires-python = ">=3.13"
# dependencies = ["huggingface_hub", "tokenizers"]
#
# [tool.application]
# does = "Lazy modules, and a tokenizer made here"
# [tool.application.root]
# writable = ["/home"]
#
# [[tool.application.call]]
# environment = { HOME = "/home" }
# ///
import huggingface_hub
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

print(huggingface_hub.hf_hub_url("a/b", "c"), huggingface_hub.HfApi.__module__)
tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
tokenizer.train_from_iterator(["low lower lowest"] * 5, trainers.BpeTrainer(vocab_size=30, show_progress=False))
print(tokenizer.encode("low lowest").tokens)
