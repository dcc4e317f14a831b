"""Units for systemd: the run and its timer, and the check of it and its timer.

The sandbox: nothing can be written but the folder of the reports, nothing gains a right, and no
address but this machine's is reached unless audit.yaml names a webhook or a mail server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from teleaudit.rules.schedule import QUARTERS, WEEKDAYS, Schedule
from teleaudit.scheduling.plans import CHECKED_AT, Plan

_PRIVATE = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108 (named, not used)
_CHECK_MINUTES = 10
_ENDING_MINUTES = 10  # for a run whose time is over to clear up
# what a run never needs; the answers do not depend on it
_SANDBOX = """\
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=read-only
PrivateDevices=yes
ProtectProc=invisible
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
LockPersonality=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=@system-service
UMask=0007
"""


def units(plan: Plan) -> Mapping[str, str]:
    """The units, by the name of their file."""
    run, check = plan.label, f"{plan.label}-check"
    minutes = plan.schedule.max_hours * 60 + _ENDING_MINUTES
    zone = plan.schedule.timezone
    return {
        f"{run}.service": _service(
            plan,
            f"Scheduled audit of {plan.name}",
            [*plan.run, "--log", "text"],
            minutes,
            # deviations (1) and what could not be judged (2) are results, not failures
            more_unit=f"OnFailure={check}.service\n",
            more="SuccessExitStatus=1 2\n",
        ),
        f"{run}.timer": _timer(
            f"Scheduled audit of {plan.name}",
            on_calendar(plan.schedule),
            "RandomizedDelaySec=15min\n",
        ),
        f"{check}.service": _service(
            plan,
            f"Did the scheduled audit of {plan.name} run?",
            plan.check,
            _CHECK_MINUTES,
        ),
        f"{check}.timer": _timer(
            f"Did the scheduled audit of {plan.name} run?",
            f"*-*-* {CHECKED_AT}:00 {zone}",
            "RandomizedDelaySec=5min\n",
        ),
    }


def on_calendar(schedule: Schedule) -> str:
    """When, as systemd writes it: local time with its zone."""
    time = f"{schedule.at}:00 {schedule.timezone}"
    match schedule.every:
        case "day":
            return f"*-*-* {time}"
        case "week":
            return f"{WEEKDAYS[schedule.day - 1]} *-*-* {time}"
        case "month":
            return f"*-*-{schedule.day:02} {time}"
        case "quarter":
            months = ",".join(f"{month:02}" for month in QUARTERS)
            return f"*-{months}-{schedule.day:02} {time}"


def environment_file(plan: Plan) -> Path:
    """Where the variables stand that audit.yaml names for secrets."""
    return Path("/etc/teleaudit") / f"{plan.name}.env"


def _service(
    plan: Plan,
    description: str,
    words: Sequence[str],
    minutes: int,
    *,
    more_unit: str = "",
    more: str = "",
) -> str:
    secrets = any(secret.env for secret in plan.notify.secrets)
    return f"""\
[Unit]
Description={_escaped(description)}
{more_unit}
[Service]
Type=oneshot
User={plan.user}
WorkingDirectory={_escaped(str(plan.folder))}
ExecStart={" ".join(map(_quoted, words))}
{more}TimeoutStartSec={minutes}min
CacheDirectory={plan.label}
Environment=XDG_CACHE_HOME=%C/{plan.label} MPLCONFIGDIR=%C/{plan.label} IPYTHONDIR=%C/{plan.label}
{f"EnvironmentFile=-{environment_file(plan)}{chr(10)}" if secrets else ""}\
ReadWritePaths={_quoted(str(plan.out))}
PrivateTmp={"no" if _lies_in_private(plan) else "yes"}
{_network(plan)}{_SANDBOX}"""


def _network(plan: Plan) -> str:
    if plan.notify.leaves_the_machine:
        return "# audit.yaml names a webhook or a mail server: addresses are open\n"
    return "IPAddressDeny=any\nIPAddressAllow=localhost\n"


def _lies_in_private(plan: Plan) -> bool:
    """Whether something is needed that a private /tmp would hide."""
    return any(
        path.is_relative_to(hidden)
        for path in (plan.audit, plan.folder, plan.out)
        for hidden in _PRIVATE
    )


def _timer(description: str, calendar: str, delay: str) -> str:
    return f"""\
[Unit]
Description={_escaped(description)}

[Timer]
OnCalendar={calendar}
{delay}AccuracySec=1min
Persistent=true

[Install]
WantedBy=timers.target
"""


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "%%")


def _quoted(word: str) -> str:
    """A word of a command as systemd reads it."""
    escaped = _escaped(word).replace('"', '\\"').replace("$", "$$")
    return f'"{escaped}"'
