# /// script
# requires-python = ">=3.13"
# dependencies = ["docutils", "pygments"]
#
# [tool.application]
# does = "reStructuredText to HTML, LaTeX, man pages, with its style sheets"
# [tool.application.root]
# writable = ["/var/tmp"]
# ///
import docutils.core

text = """
Title
=====

Some *text* and `a link <https://example.org>`_.

.. code:: python

   print(1)

.. unknown::
"""
for writer in ("html5", "html4", "latex", "manpage", "odt", "xml", "s5"):
    result = docutils.core.publish_string(text, writer=writer, settings_overrides={"report_level": 5})
    print(writer, len(result) > 100, b"print" in result or writer == "odt")
print(docutils.core.publish_parts(text, writer="html", settings_overrides={"report_level": 5})["body"])
