# /// script
# requires-python = ">=3.13"
# dependencies = ["selenium", "pyppeteer", "playwright"]
#
# [tool.application]
# does = "Drivers of browsers that are not there"
# [tool.application.root]
# writable = ["/home"]
# [[tool.application.call]]
# environment = { HOME = "/home", TMPDIR = "/home", SE_OFFLINE = "true" }
# ///
from selenium import webdriver

try:
    webdriver.Chrome()
except Exception as error:
    print(type(error).__name__)
options = webdriver.FirefoxOptions()
options.add_argument("-headless")
print(options.to_capabilities()["browserName"])
import playwright.sync_api

print(playwright.sync_api.Error("x"))
