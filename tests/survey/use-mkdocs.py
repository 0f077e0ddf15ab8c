# /// script
# requires-python = ">=3.13"
# dependencies = ["mkdocs"]
#
# [tool.application]
# does = "A site from Markdown, with a theme found by entry point"
# [tool.application.root]
# writable = ["/data"]
# ///
import pathlib

from mkdocs.commands.build import build
from mkdocs.config import load_config

docs = pathlib.Path("/data/docs")
docs.mkdir()
(docs / "index.md").write_text("# Hello\n\nText.\n")
pathlib.Path("/data/mkdocs.yml").write_text("site_name: Site\nsite_url: http://example.org\n")
for theme in ("mkdocs", "readthedocs"):
    config = load_config("/data/mkdocs.yml", theme={"name": theme}, site_dir=f"/data/{theme}")
    config.plugins.on_startup(command="build", dirty=False)
    build(config)
    site = pathlib.Path(f"/data/{theme}")
    print(theme, len([path for path in site.rglob("*") if path.is_file()]), "Hello" in (site / "index.html").read_text())
