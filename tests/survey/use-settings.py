# /// script
# requires-python = ">=3.13"
# dependencies = ["hydra-core", "omegaconf", "dynaconf", "python-decouple", "environs", "configobj", "great-expectations", "pandera"]
#
# [tool.application]
# does = "Settings and checks, with data of the packages"
# [tool.application.root]
# writable = ["/home"]
# [[tool.application.call]]
# environment = { HOME = "/home", TMPDIR = "/home", GX_ANALYTICS_ENABLED = "false", TQDM_DISABLE = "1" }
# [[tool.application.varies]]
# pattern = "Calculating Metrics[^\\n]*"
# becomes = "…"
# ///
import logging
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
import dynaconf
import hydra
import pandas
from omegaconf import OmegaConf

print(OmegaConf.to_yaml(OmegaConf.create({"a": "${b}", "b": 1})), dynaconf.Dynaconf(A=1).A)
with hydra.initialize_config_module("hydra.test_utils.configs" if False else "hydra.conf", version_base=None):
    print(sorted(hydra.compose(overrides=["+x=3"]).items()))
import great_expectations

context = great_expectations.get_context(mode="ephemeral")
batch = context.data_sources.pandas_default.read_dataframe(pandas.DataFrame({"a": [1, 2]}))
print(batch.validate(great_expectations.expectations.ExpectColumnMaxToBeBetween(column="a", max_value=3)).success)
import pandera.pandas

print(pandera.pandas.DataFrameSchema({"a": pandera.pandas.Column(int)}).validate(pandas.DataFrame({"a": [1]})).shape)
