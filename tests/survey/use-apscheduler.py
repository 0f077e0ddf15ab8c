# /// script
# requires-python = ">=3.13"
# dependencies = ["APScheduler", "tzlocal"]
#
# [tool.application]
# does = "Jobs, with stores and triggers found by entry points"
# ///
import threading

from apscheduler.schedulers.background import BackgroundScheduler

done = threading.Event()
scheduler = BackgroundScheduler({"apscheduler.jobstores.default": {"type": "memory"}}, timezone="Europe/Paris")
scheduler.add_job(done.set, "interval", seconds=0.2)
scheduler.add_job(print, "cron", hour=3, id="never")
scheduler.start()
print(done.wait(10), scheduler.get_job("never").trigger)
scheduler.shutdown()
