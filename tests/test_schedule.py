"""When a run is due by the local clock, and what is told of one that did not take place."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from teleaudit.doctor import _schedule
from teleaudit.report.document import _not_carried_out
from teleaudit.report.material import Material
from teleaudit.report.schema import validate_results
from teleaudit.report.wording import load_words
from teleaudit.rules.schedule import Schedule
from teleaudit.runs.due import Heart, alone, attendance, last_beat, not_carried_out
from teleaudit.runs.folder import run_folder, unfinished_runs
from teleaudit.runs.ledger import append_entry
from tests.command import call
from tests.report.example import example
from tests.scheduled import AUDIT, a_run, at, killed_run, late_schedule, scheduled_audit

MONTHLY = Schedule(every="month", starts_on=dt.date(2026, 1, 1))


def due(schedule: Schedule, after: str, until: str) -> list[str]:
    return [f"{moment:%Y-%m-%dT%H:%MZ}" for moment in schedule.due(at(after), at(until))]


# The clock


@pytest.mark.parametrize(
    ("words", "after", "until", "moments"),
    [
        # the night to summer time, and the one back: 03:15 in Copenhagen each time, once
        ({"every": "day"}, "2026-03-28T12", "2026-03-30T12", ["2026-03-29T01:15Z", "2026-03-30T01:15Z"]),
        ({"every": "day"}, "2026-10-24T12", "2026-10-26T12", ["2026-10-25T02:15Z", "2026-10-26T02:15Z"]),
        ({"every": "week", "day": 7}, "2026-10-18T12", "2026-10-26T12", ["2026-10-25T02:15Z"]),
        ({"every": "month"}, "2026-03-01T12", "2026-05-02T00", ["2026-04-01T01:15Z", "2026-05-01T01:15Z"]),
        ({"every": "month", "day": 28}, "2027-02-28T12", "2027-03-29T00", ["2027-03-28T01:15Z"]),
        ({"every": "quarter"}, "2026-01-02T00", "2027-01-02T00",
         ["2026-04-01T01:15Z", "2026-07-01T01:15Z", "2026-10-01T01:15Z", "2027-01-01T02:15Z"]),
        ({"every": "month", "at": "00:30"}, "2026-11-15T00", "2026-12-15T00", ["2026-11-30T23:30Z"]),
        ({"every": "day", "timezone": "America/New_York", "at": "20:00"},
         "2026-06-01T00:00", "2026-06-02T00:00", ["2026-06-02T00:00Z"]),
        ({"every": "month"}, "2025-01-01T00", "2026-01-01T12", ["2026-01-01T02:15Z"]),  # not before it starts
    ],
)  # fmt: skip
def test_a_run_is_due_at_its_local_time_once(
    words: dict[str, Any], after: str, until: str, moments: list[str]
) -> None:
    schedule = Schedule(starts_on=dt.date(2026, 1, 1), **words)

    assert due(schedule, after, until) == moments


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"every": "day", "at": "02:30"}, "02:30 is not there, or there twice, on a night when the"),
        ({"every": "day", "day": 2}, "leave it out where every is day"),
        ({"every": "week", "day": 8}, r"1 \(Monday\) to 7"),
        ({"every": "month", "day": 31}, "less than or equal to 28"),
        ({"every": "month", "timezone": "Danmark"}, "not a time zone: write it as Europe/Copenhagen"),
        ({"every": "month", "at": "3:15"}, "pattern"),
    ],
)  # fmt: skip
def test_a_schedule_that_would_not_run_each_time_is_refused(
    words: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        Schedule(starts_on=dt.date(2026, 1, 1), **words)


# What took place


def test_what_was_due_and_is_in_no_ledger_was_missed(tmp_path: Path) -> None:
    a_run(tmp_path, scheduled_for="2026-02-01T02:15:00Z")

    found = attendance(MONTHLY, tmp_path / AUDIT, at("2026-05-01T02:00"))

    assert found.due_at == at("2026-05-01T01:15")
    assert found.missed == (at("2026-03-01T02:15"), at("2026-04-01T01:15"))
    assert found.is_open
    assert not found.is_late  # it may yet come: max_hours and an hour
    assert attendance(MONTHLY, tmp_path / AUDIT, at("2026-05-01T08:16")).is_late


def test_a_run_that_a_person_begins_is_not_the_one_that_was_due(tmp_path: Path) -> None:
    a_run(tmp_path)
    home, now = tmp_path / AUDIT, at("2026-01-01T12")
    assert attendance(MONTHLY, home, now).is_open

    a_run(tmp_path, scheduled_for="2026-01-01T02:15:00Z")

    assert not attendance(MONTHLY, home, now).is_open
    assert not attendance(MONTHLY, home, now).is_late


@pytest.mark.parametrize("is_killed", [True, False], ids=["killed", "refused"])
def test_a_run_without_a_result_is_interrupted_until_there_is_one(
    tmp_path: Path,
    *,
    is_killed: bool,
) -> None:
    home = tmp_path / AUDIT
    if is_killed:
        killed_run(tmp_path)
    else:
        with run_folder(tmp_path, AUDIT):
            pass
    (begun,) = unfinished_runs(home)
    told = not_carried_out(None, home, run_id="", scheduled_for=None, now=at("2026-01-01T12"))

    assert not begun.goes_on
    assert told == {"not_carried_out": {"interrupted": {"count": 1, "run_ids": [begun.run_id]}}}


def test_a_run_that_goes_on_is_not_interrupted(tmp_path: Path) -> None:
    with run_folder(tmp_path, AUDIT) as folder:
        assert [run.goes_on for run in unfinished_runs(folder.path.parent)] == [True]
        args: dict[str, Any] = {"run_id": "", "scheduled_for": None, "now": at("2026-01-01T12")}
        assert not_carried_out(None, folder.path.parent, **args) == {}


def test_the_next_results_and_its_report_name_what_did_not_take_place(tmp_path: Path) -> None:
    a_run(tmp_path, scheduled_for="2026-02-01T02:15:00Z", run_id="20260201T021500Z-000000")
    killed = killed_run(tmp_path)

    told = not_carried_out(
        MONTHLY,
        tmp_path / AUDIT,
        run_id="20260501T011600Z-aaaaaa",
        scheduled_for=at("2026-05-01T01:15"),
        now=at("2026-05-01T01:16"),
    )

    assert told["not_carried_out"] == {
        "missed": {"count": 2, "first": "2026-03-01T02:15:00Z", "last": "2026-04-01T01:15:00Z"},
        "interrupted": {"count": 1, "run_ids": [killed]},
    }
    validate_results(example() | told)
    material = Material(results=example() | told, words=load_words("da"))
    (sentence,) = _not_carried_out(material)
    assert sentence == (
        "2 kontroller, der var planlagt fra 1. marts 2026 kl. 03.15 CET til 1. april 2026 kl. 03.15"
        " CEST, blev ikke gennemført. En kontrol blev påbegyndt og afbrudt uden resultat, siden der"
        f" sidst forelå et (kørsel {killed})."
    )
    assert _not_carried_out(Material(results=example(), words=load_words("da"))) == []


def test_history_shows_what_was_missed_and_interrupted_between_the_runs(tmp_path: Path) -> None:
    now = dt.datetime.now(dt.UTC)
    starts_on = (now - dt.timedelta(days=3)).date()
    scheduled_audit(tmp_path, f"schedule: {{every: day, starts_on: {starts_on}}}")
    out = tmp_path / "reports"
    killed = killed_run(out)
    append_entry(
        out / AUDIT, "run", {"run_id": "20990101T000000Z-000000", "finished_at": "2099-01-01T00Z"}
    )

    ended = call("history", tmp_path / "audit.yaml", "--out", out, "--format", "json")

    rows = [(row["state"], row["run_id"]) for row in json.loads(ended.out)]
    assert set(rows[:-2]) == {("did not run", None)}
    assert rows[-2:] == [("interrupted", killed), ("complete", "20990101T000000Z-000000")]


def test_doctor_names_what_was_due_and_did_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    audit = scheduled_audit(tmp_path, late_schedule())
    (need,) = _schedule(audit)

    assert need.what.startswith("the run that was due ")
    assert need.action.startswith("teleaudit run navn --scheduled")
    assert list(_schedule(scheduled_audit(tmp_path))) == []


# Alone, and with a sign of life


def test_a_sign_of_life_tells_a_run_that_goes_on_from_one_that_was_killed(tmp_path: Path) -> None:
    heart = Heart(tmp_path, at("2026-01-01T02:15"), at("2026-01-01T02:16"))
    with alone(tmp_path):
        heart.beat("reading")
        heart.beat("checks")  # too soon after the last
        beat = last_beat(tmp_path)
        assert beat
        assert (beat.is_alive, beat.stage) == (True, "reading")
    left = last_beat(tmp_path)
    assert left
    assert not left.is_alive
    heart.stop()
    assert last_beat(tmp_path) is None


def test_a_full_disk_takes_the_sign_of_life_and_not_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    Heart(tmp_path, at("2026-01-01T02:15"), at("2026-01-01T02:16")).beat("reading")

    assert last_beat(tmp_path) is None
