# /// script
# requires-python = ">=3.13"
# dependencies = ["Markdown", "mistune", "markdown-it-py"]
#
# [tool.application]
# does = "Markdown, with extensions found by entry points"
# ///
import markdown
import markdown_it
import mistune

text = "# Title\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n~~~python\nx = 1\n~~~\n\n[^1]\n\n[^1]: note\n"
print(markdown.markdown(text, extensions=["tables", "fenced_code", "toc", "footnotes", "markdown.extensions.admonition"]))
print(mistune.create_markdown(plugins=["table", "footnotes"])(text))
print(markdown_it.MarkdownIt("commonmark").enable("table").render(text))
