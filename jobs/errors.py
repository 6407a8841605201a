"""Errors of the jobs package; each message names the thing, the value and what to do."""

from __future__ import annotations


class JobError(Exception):
    """Base of all errors raised by this package."""


class BusyError(JobError):
    """Another run of the same job holds the lock."""
