"""Working days in Italy: Monday to Friday but for national public holidays. The day of a town's patron is not known.

Legge 27 maggio 1949, n. 260, as changed by legge 5 marzo 1977, n. 54, d.P.R. 28 dicembre 1985, n. 792 (Epiphany),
legge 20 novembre 2000, n. 336 (2 June) and legge 8 ottobre 2025, n. 151 (4 October, from 2026 on).
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Final

from dateutil.easter import easter

_EVERY_YEAR: Final = (
    (1, 1),
    (1, 6),
    (4, 25),
    (5, 1),
    (6, 2),
    (8, 15),
    (11, 1),
    (12, 8),
    (12, 25),
    (12, 26),
)
_SAINT_FRANCIS: Final = (10, 4)
_SAINT_FRANCIS_SINCE: Final = 2026
_SATURDAY: Final = 5


@cache
def public_holidays(year: int) -> frozenset[date]:
    """The national public holidays of a year; Easter itself is a Sunday anyway."""
    days = _EVERY_YEAR if year < _SAINT_FRANCIS_SINCE else (*_EVERY_YEAR, _SAINT_FRANCIS)
    return frozenset({*(date(year, month, day) for month, day in days), easter(year) + timedelta(days=1)})


def is_working_day(day: date) -> bool:
    """Whether public offices work on a day."""
    return day.weekday() < _SATURDAY and day not in public_holidays(day.year)


def add_working_days(day: date, number: int) -> date:
    """The day `number` working days (1 or more) after a day; what begins on a free day begins with the next one."""
    while number > 0:
        day += timedelta(days=1)
        number -= is_working_day(day)
    return day
