# /// script
# requires-python = ">=3.13"
# dependencies = ["zstandard", "lz4", "python-snappy", "brotli", "py7zr", "rarfile", "pyzipper"]
#
# [tool.application]
# does = "Archives and compressors"
# ///
import io

import brotli
import lz4.frame
import py7zr
import pyzipper
import snappy
import zstandard

data = b"abc" * 1000
print(zstandard.decompress(zstandard.compress(data)) == data, lz4.frame.decompress(lz4.frame.compress(data)) == data)
print(snappy.uncompress(snappy.compress(data)) == data, brotli.decompress(brotli.compress(data)) == data)
target = io.BytesIO()
with py7zr.SevenZipFile(target, "w") as archive:
    archive.writestr(data, "a.txt")
target.seek(0)
with py7zr.SevenZipFile(target) as archive:
    print(archive.getnames())
target = io.BytesIO()
with pyzipper.AESZipFile(target, "w", encryption=pyzipper.WZ_AES) as archive:
    archive.setpassword(b"p")
    archive.writestr("x", data)
with pyzipper.AESZipFile(target) as archive:
    archive.setpassword(b"p")
    print(len(archive.read("x")))
