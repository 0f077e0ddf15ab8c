"""Days of weather and the (very) simple model that continues them."""

from __future__ import annotations

import csv
import datetime
import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TextIO


class NotADay(ValueError):
    """A line of the input is no day of weather."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")


@dataclass(frozen=True)
class Day:
    """One day: temperatures in °C, rain in mm."""

    date: datetime.date
    high: float
    low: float
    rain: float


def read_days(file: TextIO) -> list[Day]:
    """Reads days from CSV with the columns day, high, low and rain."""
    days = []
    rows = csv.DictReader(file)
    for row in rows:
        try:
            days.append(
                Day(
                    datetime.date.fromisoformat(row["day"]),
                    float(row["high"]),
                    float(row["low"]),
                    float(row["rain"]),
                )
            )
        except KeyError as error:
            raise NotADay(rows.line_num, f"there is no column {error}") from error
        except (TypeError, ValueError) as error:
            raise NotADay(rows.line_num, str(error)) from error
    return days


def tomorrow(days: Iterable[Day]) -> Day:
    """Continues the trend of the last three days."""
    last = list(days)[-3:]
    if len(last) < 3:
        raise ValueError("three days are needed for a forecast")

    def trend(values: list[float]) -> float:
        slope = statistics.linear_regression(range(len(values)), values).slope
        return values[-1] + slope

    return Day(
        last[-1].date + datetime.timedelta(days=1),
        round(trend([day.high for day in last]), 1),
        round(trend([day.low for day in last]), 1),
        round(max(0.0, statistics.fmean(day.rain for day in last)), 1),
    )
