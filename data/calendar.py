"""Days of moments and due dates, reckoned by the database itself, alike on SQLite and PostgreSQL. All days are UTC's.

Working days are those of `data.public_holidays`: a statement counts weekdays, and names the days of this year and the
last from which a public holiday makes it later. What began before is long overdue, whatever its day.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Date, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from data.public_holidays import add_working_days
from data.text_search import Column

_SATURDAY = 5
_WEEK = 5
"""Working days of a week."""
_A_SUNDAY = date(2024, 1, 7)


class utc_day(GenericFunction[date]):
    """The day of a moment."""

    type = Date()
    inherit_cache = True


class working_days_after(GenericFunction[date]):
    """The day a number of working days after a moment; made by `working_days_later`."""

    type = Date()
    inherit_cache = True


class days_after(GenericFunction[date]):
    """The day a number of days after a day; made by `days_later`."""

    type = Date()
    inherit_cache = True


def working_days_later(moment: Column, number: int, today: date) -> ColumnElement[date]:
    """The day `number` working days (1 or more) after a moment of the year of `today`, or of the year before."""
    # No bound values: they shape the statement, so that they must be part of what statements are cached by.
    return working_days_after(moment, literal_column(str(number)), literal_column(str(today.year)))


def days_later(day: Column, number: int) -> ColumnElement[date]:
    """The day `number` days after a day, before it where that is negative."""
    return days_after(day, literal_column(str(number)))


@compiles(utc_day, "sqlite")
def _day_on_sqlite(element: utc_day, compiler: SQLCompiler, **given: Any) -> str:
    return f"date({compiler.process(element.clauses, **given)})"


@compiles(utc_day, "postgresql")
def _day_on_postgresql(element: utc_day, compiler: SQLCompiler, **given: Any) -> str:
    return f"timezone('UTC', ({compiler.process(element.clauses, **given)})::timestamptz)::date"


@compiles(working_days_after, "sqlite")
def _working_on_sqlite(element: working_days_after, compiler: SQLCompiler, **given: Any) -> str:
    moment, number, year = element.clauses
    said = compiler.process(moment, **given)
    cases = _cases(int(number.name), "'+{} days'")
    usual = f"date({said}, CASE strftime('%w', {said}) {cases} END)"
    return _around_holidays(int(number.name), int(year.name), said, f"date({said})", "'{}'".format, usual)


@compiles(working_days_after, "postgresql")
def _working_on_postgresql(element: working_days_after, compiler: SQLCompiler, **given: Any) -> str:
    moment, number, year = element.clauses
    day = f"timezone('UTC', ({compiler.process(moment, **given)})::timestamptz)::date"
    usual = f"{day} + CASE extract(dow FROM {day})::text {_cases(int(number.name), '{}')} END"
    return _around_holidays(int(number.name), int(year.name), day, day, "DATE '{}'".format, usual)


@compiles(days_after, "sqlite")
def _later_on_sqlite(element: days_after, compiler: SQLCompiler, **given: Any) -> str:
    day, number = element.clauses
    return f"date({compiler.process(day, **given)}, '{int(number.name):+d} days')"


@compiles(days_after, "postgresql")
def _later_on_postgresql(element: days_after, compiler: SQLCompiler, **given: Any) -> str:
    day, number = element.clauses
    return f"({compiler.process(day, **given)} + ({int(number.name)}))"


def _cases(number: int, form: str) -> str:
    """For each day of the week, Sunday being 0 on both databases, how many days later it is."""
    week = [_A_SUNDAY + timedelta(days=place) for place in range(7)]
    return " ".join(
        f"WHEN '{place}' THEN {form.format((_weekdays_later(day, number) - day).days)}"
        for place, day in enumerate(week)
    )


def _around_holidays(number: int, year: int, moment: str, day: str, written: Callable[[date], str], usual: str) -> str:
    """SQL of the due day: `usual`, but for the days that `_exceptions` names.

    Asked first is whether the moment lies in a run of such days: comparing with each day would take most of the time.
    """
    runs = []
    for run in _exceptions(number, year):
        due = " ".join(f"WHEN {written(start)} THEN {written(end)}" for start, end in run)
        first, after = written(run[0][0]), written(run[-1][0] + timedelta(days=1))
        runs.append(f"WHEN {moment} >= {first} AND {moment} < {after} THEN CASE {day} {due} END")
    return f"(CASE {' '.join(runs)} ELSE {usual} END)"


@cache
def _exceptions(number: int, year: int) -> tuple[tuple[tuple[date, date], ...], ...]:
    """The days of a year and the one before from which public holidays count, in runs, each with its due day."""
    first, last = date(year - 1, 1, 1), date(year, 12, 31)
    every = (first + timedelta(days=place) for place in range((last - first).days + 1))
    found = [(day, add_working_days(day, number)) for day in every]
    late = [(day, due) for day, due in found if due != _weekdays_later(day, number)]
    # Days in a row have the same distance from their place in the list.
    runs = groupby(enumerate(late), key=lambda item: item[1][0].toordinal() - item[0])
    return tuple(tuple(pair for _, pair in run) for _, run in runs)


def _weekdays_later(day: date, number: int) -> date:
    """The day `number` weekdays (1 or more) after a day, by arithmetic; a weekend counts as the Friday before it."""
    weekday = day.weekday()
    start = day if weekday < _SATURDAY else day - timedelta(days=weekday - _SATURDAY + 1)
    weeks, rest = divmod(start.weekday() + number, _WEEK)
    return start - timedelta(days=start.weekday()) + timedelta(weeks=weeks, days=rest)
