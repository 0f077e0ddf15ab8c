# /// script
# requires-python = ">=3.13"
# dependencies = ["pystray", "pyperclip", "qrcode[pil]", "python-barcode", "pytesseract", "easygui"]
#
# [tool.application]
# does = "Screens that are not there, and pictures"
# ///
import io

import pyperclip
import qrcode

code = qrcode.QRCode()
code.add_data("x")
code.make()
code.print_ascii(out=(target := io.StringIO()))
print(len(target.getvalue()) > 50)
for name in ["pystray"]:
    try:
        __import__(name)
        print(name)
    except BaseException as error:
        print(name, type(error).__name__)
try:
    pyperclip.copy("x")
except Exception as error:
    print(type(error).__name__)
import barcode

barcode.get("ean13", "123456789012").write(target := io.BytesIO())
print(b"<svg" in target.getvalue())
