# /// script
# requires-python = ">=3.13"
# dependencies = ["PySide6-Essentials"]
#
# [tool.application]
# does = "Windows without a screen, with plugins of the package"
# [[tool.application.call]]
# environment = { QT_QPA_PLATFORM = "offscreen", XDG_RUNTIME_DIR = "/dev/shm" }
# ///
import sys

from PySide6 import QtCore

print(QtCore.QLibraryInfo.version().majorVersion())
from PySide6 import QtGui, QtWidgets, QtSql, QtNetwork

app = QtWidgets.QApplication(sys.argv)
button = QtWidgets.QPushButton("press")
pressed = []
button.clicked.connect(lambda: pressed.append(1))
button.show()
button.click()
print(pressed, app.platformName(), button.grab().size().isEmpty())
print(sorted(QtSql.QSqlDatabase.drivers())[:2], b"png" in [bytes(one) for one in QtGui.QImageReader.supportedImageFormats()], b"svg" in [bytes(one) for one in QtGui.QImageReader.supportedImageFormats()])
QtCore.QTimer.singleShot(10, app.quit)
print(app.exec())
