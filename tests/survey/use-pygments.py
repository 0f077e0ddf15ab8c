# /// script
# requires-python = ">=3.13"
# dependencies = ["Pygments"]
#
# [tool.application]
# does = "All lexers, styles and formatters, which are found by name"
# ///
import pygments
from pygments.formatters import HtmlFormatter, TerminalFormatter, get_formatter_by_name
from pygments.lexers import get_all_lexers, get_lexer_by_name, guess_lexer
from pygments.styles import get_all_styles, get_style_by_name

code = "def f(x):\n    return x\n"
for name in ("python", "rust", "css", "jinja"):
    print(name, pygments.highlight(code, get_lexer_by_name(name), HtmlFormatter(style="monokai"))[:60])
print(pygments.highlight(code, guess_lexer("#!/usr/bin/python\n" + code), get_formatter_by_name("terminal256")))
print(len(list(get_all_lexers())), [get_style_by_name(style).__name__ for style in sorted(get_all_styles())][:3])
