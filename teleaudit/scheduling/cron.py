"""A file for /etc/cron.d.

cron catches nothing up, and not every cron knows time zones. So it asks every day whether a run is
due, and the run does what is due and nothing else.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from teleaudit.rules.schedule import QUARTERS, Schedule
from teleaudit.scheduling.plans import Plan, checked_at


def cron_file(plan: Plan) -> str:
    """The lines, with the user as /etc/cron.d wants it."""
    schedule = plan.schedule
    hour, minute = schedule.hour_and_minute
    check_hour, check_minute = checked_at()
    return f"""\
# The audit of {plan.name}, every {schedule.every} at {schedule.at} {schedule.timezone}. cron asks every day, and
# what is due is carried out once, also when the machine was off. Where cron does not know CRON_TZ
# (Debian's does not), it asks at that time of the machine's own clock.
CRON_TZ={schedule.timezone}
{minute} {hour} * * * {plan.user} {_line(plan, plan.run)}
{check_minute} {check_hour} * * * {plan.user} {_line(plan, plan.check)}
"""


def expression(schedule: Schedule) -> str:
    """When, as the five fields of cron, for schedulers that know time zones."""
    hour, minute = schedule.hour_and_minute
    match schedule.every:
        case "day":
            days = "* * *"
        case "week":
            days = f"* * {schedule.day % 7}"  # cron's Sunday is 0
        case "month":
            days = f"{schedule.day} * *"
        case "quarter":
            days = f"{schedule.day} {','.join(map(str, QUARTERS))} *"
    return f"{minute} {hour} {days}"


def _line(plan: Plan, words: Sequence[str]) -> str:
    """A command of cron, for which % is the end of the line."""
    return f"cd {shlex.quote(str(plan.folder))} && {shlex.join(words)}".replace("%", r"\%")
