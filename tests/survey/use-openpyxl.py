# /// script
# requires-python = ">=3.13"
# dependencies = ["openpyxl", "XlsxWriter"]
#
# [tool.application]
# does = "Workbooks, with styles and charts"
# [tool.application.root]
# writable = ["/var/tmp"]
# ///
import io

import openpyxl
import xlsxwriter
from openpyxl.chart import BarChart, Reference

book = openpyxl.Workbook()
sheet = book.active
for row in ([1, 2], [3, 4]):
    sheet.append(row)
chart = BarChart()
chart.add_data(Reference(sheet, min_col=1, min_row=1, max_row=2))
sheet.add_chart(chart, "D1")
stream = io.BytesIO()
book.save(stream)
print([[cell.value for cell in row] for row in openpyxl.load_workbook(stream).active])
stream = io.BytesIO()
with xlsxwriter.Workbook(stream, {"in_memory": True}) as other:
    other.add_worksheet("Named").write("A1", "text")
print(openpyxl.load_workbook(stream)["Named"]["A1"].value)
