# /// script
# requires-python = ">=3.13"
# dependencies = ["tqdm"]
#
# [tool.application]
# does = "A bar"
# ///
import sys

from tqdm import tqdm
from tqdm.auto import trange

print(sum(tqdm(range(5), file=sys.stdout, bar_format="{l_bar}{bar}|{n_fmt}", ncols=40)), sum(trange(3, disable=True)))
