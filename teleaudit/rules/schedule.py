"""When an audit is carried out by itself, and who is told of it: ``schedule`` and ``notify`` of
audit.yaml.

What is due is told from the file, in the local time that it names: a run that did not take place
can then be missed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Every = Literal["day", "week", "month", "quarter"]
EVERY: tuple[Every, ...] = get_args(Every)
Event = Literal["changed", "failure", "silence", "complete"]
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
QUARTERS = (1, 4, 7, 10)  # the months that one begins in
_LAST_DAY = {"week": 7, "month": 28, "quarter": 28}  # that each of them has
_PATIENCE = dt.timedelta(hours=1)  # for the start, beside the time that a run may take
Text = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _zone(value: str) -> str:
    """The name of a time zone. Raises: ValueError."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        msg = "not a time zone: write it as Europe/Copenhagen"
        raise ValueError(msg) from None
    return value


class Schedule(_Strict):
    """When an audit is due."""

    every: Every
    day: Annotated[int, Field(ge=1, le=28)] = 1  # of the week (1: Monday), month or quarter
    at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "03:15"
    timezone: Annotated[str, AfterValidator(_zone)] = "Europe/Copenhagen"
    starts_on: dt.date  # nothing was due before
    max_hours: Annotated[int, Field(ge=1, le=72)] = 6  # a run that takes longer is ended

    @model_validator(mode="after")
    def _is_once_a_day_and_every_time(self) -> Schedule:
        """Raises: ValueError."""
        if self.every == "day" and self.day != 1:
            msg = "day is of the week, month or quarter: leave it out where every is day"
            raise ValueError(msg)
        if self.every == "week" and self.day > _LAST_DAY["week"]:
            msg = "day of the week is 1 (Monday) to 7 (Sunday)"
            raise ValueError(msg)
        if any(
            self._moment(dt.date(self.starts_on.year, 1, 1) + dt.timedelta(days=day)) is None
            for day in range(366)
        ):
            msg = (
                f"{self.at} is not there, or there twice, on a night when the clock of"
                f" {self.timezone} changes: choose another time, such as 03:15"
            )
            raise ValueError(msg)
        return self

    @property
    def hour_and_minute(self) -> tuple[int, int]:
        """The time of day."""
        hour, _, minute = self.at.partition(":")
        return int(hour), int(minute)

    @property
    def max_duration(self) -> dt.timedelta:
        """How long a run may take."""
        return dt.timedelta(hours=self.max_hours)

    def is_late(self, due_at: dt.datetime, now: dt.datetime) -> bool:
        """Whether a run that was due then should have ended by now."""
        return now > due_at + self.max_duration + _PATIENCE

    def due(self, after: dt.datetime | None, until: dt.datetime) -> Iterator[dt.datetime]:
        """The moments, in UTC, at which a run was or is due: later than ``after`` (None: from the
        beginning), not later than ``until``.
        """
        one_day = dt.timedelta(days=1)
        day = self.starts_on if after is None else max(self.starts_on, after.date() - one_day)
        while day <= until.date() + one_day:
            moment = self._moment(day) if self._is_due_on(day) else None
            if moment and (after is None or moment > after) and moment <= until:
                yield moment
            day += one_day

    def next_due(self, now: dt.datetime) -> dt.datetime:
        """The first moment after now at which a run is due."""
        begin = max(now, dt.datetime.combine(self.starts_on, dt.time(), dt.UTC))
        return next(self.due(now, begin + dt.timedelta(days=100)))

    def _is_due_on(self, day: dt.date) -> bool:
        match self.every:
            case "day":
                return True
            case "week":
                return day.isoweekday() == self.day
            case "month":
                return day.day == self.day
            case "quarter":
                return day.day == self.day and day.month in QUARTERS

    def _moment(self, day: dt.date) -> dt.datetime | None:
        """The time of that day in UTC; None where the clock passes over it, or passes it twice."""
        zone = ZoneInfo(self.timezone)
        first, second = (
            dt.datetime.combine(day, dt.time(*self.hour_and_minute, fold=fold), zone)
            for fold in (0, 1)
        )
        return first.astimezone(dt.UTC) if first.utcoffset() == second.utcoffset() else None


class Secret(_Strict):
    """Where a secret is found: never in audit.yaml itself."""

    env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    file: Text | None = None  # its first line; seen from the audit file

    @model_validator(mode="after")
    def _is_in_one_place(self) -> Secret:
        """Raises: ValueError."""
        if (self.env is None) is (self.file is None):
            msg = "name env (a variable) or file, one of them"
            raise ValueError(msg)
        return self


class Mail(_Strict):
    """A mail to people."""

    host: Text
    port: Annotated[int, Field(ge=1, le=65_535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: Annotated[str, Field(pattern=r"^[^@\s<>]+@[^@\s<>]+$")]
    to: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[^@\s<>]+@[^@\s<>]+$")], ...], Field(min_length=1)
    ]
    user: Text | None = None
    password: Secret | None = None

    @model_validator(mode="after")
    def _no_password_goes_in_the_clear(self) -> Mail:
        """Raises: ValueError."""
        if (self.user is None) is not (self.password is None):
            msg = "user and password belong together"
            raise ValueError(msg)
        if self.security == "none" and self.host not in LOCAL_HOSTS:
            msg = "security: none is for a mail server on this machine (localhost)"
            raise ValueError(msg)
        return self


class Webhook(_Strict):
    """A request to a service, whose address is often a secret of its own."""

    url: Annotated[str, Field(pattern=r"^https://[^\s]+$")] | Secret


LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
Channel = Literal["command", "mail", "webhook"]


class Notify(_Strict):
    """Who is told of what, and how. Nothing goes to the network but by what stands here."""

    on: tuple[Event, ...] = ("changed", "failure", "silence")
    # gets the notice as JSON on stdin; a program and its words, no shell
    command: Annotated[tuple[Text, ...], Field(min_length=1)] | None = None
    mail: Mail | None = None
    webhook: Webhook | None = None

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Those that are set up."""
        names: tuple[Channel, ...] = get_args(Channel)
        return tuple(name for name in names if getattr(self, name) is not None)

    @property
    def leaves_the_machine(self) -> bool:
        """Whether we send a notice over the network; what a command does is its own affair."""
        is_mail_elsewhere = self.mail is not None and self.mail.host not in LOCAL_HOSTS
        return is_mail_elsewhere or self.webhook is not None

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What is read from elsewhere."""
        url = self.webhook.url if self.webhook else None
        found = (self.mail.password if self.mail else None, url)
        return tuple(one for one in found if isinstance(one, Secret))


def secret_file(secret: Secret, audit: Path) -> Path | None:
    """The file of a secret, seen from the audit file."""
    return None if secret.file is None else audit.parent / secret.file
