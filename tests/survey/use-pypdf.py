# /// script
# requires-python = ">=3.13"
# dependencies = ["pypdf", "reportlab", "fpdf2"]
#
# [tool.application]
# does = "Documents written and read, with fonts of the package"
# ///
import io

import fpdf
import pypdf
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

stream = io.BytesIO()
page = canvas.Canvas(stream, pagesize=A4, invariant=1)
pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
page.setFont("Vera", 12)
page.drawString(100, 100, "Some text")
page.save()
print(pypdf.PdfReader(stream).pages[0].extract_text())
document = fpdf.FPDF()
document.add_page()
document.set_font("helvetica", size=12)
document.cell(text="Other text")
print(pypdf.PdfReader(io.BytesIO(document.output())).pages[0].extract_text())
