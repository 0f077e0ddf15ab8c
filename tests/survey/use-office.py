# /// script
# requires-python = ">=3.13"
# dependencies = ["python-docx", "python-pptx", "xlrd", "xlwt", "odfpy", "docxtpl", "pyexcel", "pyexcel-xls", "pyexcel-xlsx", "pyexcel-ods", "PyExcelerate", "msoffcrypto-tool"]
#
# [tool.application]
# does = "Office files from templates of the packages, plugins by name"
# [tool.application.root]
# writable = ["/home"]
# [[tool.application.call]]
# environment = { TMPDIR = "/home" }
# ///
import io

import docx
import pptx
import pyexcel
import pyexcelerate
import xlwt
from odf.opendocument import OpenDocumentText
from odf.text import P

target = io.BytesIO()
document = docx.Document()
document.add_heading("Title")
document.add_table(1, 2, "Table Grid")
document.save(target)
print([paragraph.text for paragraph in docx.Document(target).paragraphs])
slides = pptx.Presentation()
slides.slides.add_slide(slides.slide_layouts[0]).shapes.title.text = "Slide"
slides.save(io.BytesIO())
print(len(slides.slide_layouts))
for kind in "csv", "xls", "xlsx", "ods":
    stream = pyexcel.save_as(array=[[1, 2], [3, 4]], dest_file_type=kind)
    content = stream.getvalue()
    print(kind, pyexcel.get_array(file_type=kind, file_content=content))
book = pyexcelerate.Workbook()
book.new_sheet("s", data=[[1]])
target = io.BytesIO()
book._save(target)
print(target.getvalue()[:2])
text = OpenDocumentText()
text.text.addElement(P(text="hello"))
target = io.BytesIO()
text.write(target)
print(len(target.getvalue()) > 500)
