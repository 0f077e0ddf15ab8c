# /// script
# requires-python = ">=3.13"
# dependencies = ["cookiecutter"]
#
# [tool.application]
# does = "A project made from a template"
# [tool.application.root]
# writable = ["/data"]
# ///
import pathlib

from cookiecutter.main import cookiecutter

template = pathlib.Path("/data/template")
(template / "{{cookiecutter.name}}").mkdir(parents=True)
(template / "cookiecutter.json").write_text('{"name": "none", "slug": "{{ cookiecutter.name|slugify }}"}')
(template / "{{cookiecutter.name}}" / "README").write_text("{{ cookiecutter.slug }} in {{ cookiecutter.name }}\n")
pathlib.Path("/data/config.yaml").write_text("cookiecutters_dir: /data/c\nreplay_dir: /data/r\n")
made = cookiecutter(str(template), no_input=True, extra_context={"name": "A b"}, output_dir="/data/out", config_file="/data/config.yaml")
print(made, (pathlib.Path(made) / "README").read_text())
