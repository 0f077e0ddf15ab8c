"""Puts a day into words; the phrases are package data."""

import json
from importlib.resources import files

from forecast.model import Day


def phrases() -> dict[str, str]:
    return json.loads(files("forecast").joinpath("data/phrases.json").read_text("utf-8"))


def describe(day: Day) -> str:
    text = phrases()
    sky = text["dry"] if day.rain < 0.5 else text["showers"] if day.rain < 5 else text["rain"]
    air = text["warm"] if day.high >= 22 else text["mild"] if day.high >= 15 else text["cold"]
    return text["sentence"].format(date=day.date.isoformat(), sky=sky, air=air, high=day.high, low=day.low)
