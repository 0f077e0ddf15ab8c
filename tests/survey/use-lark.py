# /// script
# requires-python = ">=3.13"
# dependencies = ["lark", "ply", "pyparsing", "parsimonious", "textX"]
#
# [tool.application]
# does = "Grammars, one from a file of the package"
# ///
import lark
import pyparsing
from parsimonious.grammar import Grammar

parser = lark.Lark("start: NUMBER (\"+\" NUMBER)*\n%import common.NUMBER\n%ignore \" \"\n", parser="lalr")
print(parser.parse("1 + 2").pretty())
print(lark.Lark.open_from_package("lark", "grammars/python.lark", parser="lalr", start="eval_input") if False else "")
print(pyparsing.delimited_list(pyparsing.Word(pyparsing.nums)).parse_string("1,2").as_list())
print(Grammar("a = 'x'+").parse("xx").text)
