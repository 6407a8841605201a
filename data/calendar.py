"""Days of moments and due dates, reckoned by the database itself, alike on SQLite and PostgreSQL. All days are UTC's.

Working days are Monday to Friday: public holidays differ from town to town (the patron's day) and are not known here.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

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


def working_days_later(moment: Column, number: int) -> ColumnElement[date]:
    """The day `number` working days (1 or more) after a moment."""
    # Not a bound value: the number shapes the statement, so that it must be part of what statements are cached by.
    return working_days_after(moment, literal_column(str(number)))


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
    moment, number = _parts(element)
    said = compiler.process(moment, **given)
    cases = _cases(number, "'+{} days'")
    return f"date({said}, CASE strftime('%w', {said}) {cases} END)"


@compiles(working_days_after, "postgresql")
def _working_on_postgresql(element: working_days_after, compiler: SQLCompiler, **given: Any) -> str:
    moment, number = _parts(element)
    day = f"timezone('UTC', ({compiler.process(moment, **given)})::timestamptz)::date"
    return f"({day} + CASE extract(dow FROM {day})::text {_cases(number, '{}')} END)"


@compiles(days_after, "sqlite")
def _later_on_sqlite(element: days_after, compiler: SQLCompiler, **given: Any) -> str:
    day, number = _parts(element)
    return f"date({compiler.process(day, **given)}, '{number:+d} days')"


@compiles(days_after, "postgresql")
def _later_on_postgresql(element: days_after, compiler: SQLCompiler, **given: Any) -> str:
    day, number = _parts(element)
    return f"({compiler.process(day, **given)} + ({number}))"


def _parts(element: working_days_after | days_after) -> tuple[Any, int]:
    moment, number = element.clauses
    return moment, int(number.name)


def _cases(number: int, form: str) -> str:
    """For each day of the week, Sunday being 0 on both databases, how many days later it is."""
    week = [_A_SUNDAY + timedelta(days=place) for place in range(7)]
    return " ".join(
        f"WHEN '{place}' THEN {form.format((add_working_days(day, number) - day).days)}"
        for place, day in enumerate(week)
    )


def add_working_days(day: date, number: int) -> date:
    """The day `number` working days (1 or more) after a day; a weekend counts as the Friday before it."""
    weekday = day.weekday()
    start = day if weekday < _SATURDAY else day - timedelta(days=weekday - _SATURDAY + 1)
    weeks, rest = divmod(start.weekday() + number, _WEEK)
    return start - timedelta(days=start.weekday()) + timedelta(weeks=weeks, days=rest)
