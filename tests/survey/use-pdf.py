# /// script
# requires-python = ">=3.13"
# dependencies = ["PyMuPDF", "pypdfium2", "pdfminer.six", "pdfplumber", "pikepdf"]
#
# [tool.application]
# does = "PDF by libraries of the wheels"
# [[tool.application.varies]]
# pattern = "(?m)^.*telemetry.*$"
# becomes = "…"
# ///
import io

import pdfplumber
import pikepdf
import pymupdf
import pypdfium2
from pdfminer.high_level import extract_text

document = pymupdf.open()
document.new_page().insert_text((72, 72), "Hello page", fontname="helv")
data = document.tobytes()
print(extract_text(io.BytesIO(data)).strip(), pypdfium2.PdfDocument(data)[0].get_textpage().get_text_range().strip())
with pdfplumber.open(io.BytesIO(data)) as pdf:
    print(pdf.pages[0].extract_words()[0]["text"])
print(len(pikepdf.open(io.BytesIO(data)).pages), document[0].get_pixmap(dpi=20).tobytes()[:4])
from pdfminer.cmapdb import CMapDB

print(type(CMapDB.get_cmap("H")).__name__)
