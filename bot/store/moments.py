"""Moments in the database: whole seconds since 1970, so that nothing there has a time zone."""

from __future__ import annotations

import datetime as dt
import math

from sqlalchemy import BigInteger, Dialect
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[dt.datetime]):
    """A column with an aware datetime, rounded down to the second; it comes back in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else math.floor(value.timestamp())

    def process_result_value(self, value: int | None, dialect: Dialect) -> dt.datetime | None:
        return None if value is None else dt.datetime.fromtimestamp(value, dt.UTC)


def not_before(moment: dt.datetime) -> dt.datetime:
    """The whole second at or after this moment: waiting is rounded up, never down."""
    return dt.datetime.fromtimestamp(math.ceil(moment.timestamp()), dt.UTC)
