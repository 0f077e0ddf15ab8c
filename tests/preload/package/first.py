import time

from package import ORDER

ORDER.append("first")
time.sleep(0)
