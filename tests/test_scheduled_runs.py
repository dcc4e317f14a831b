"""A scheduled run carries out what is due, once, alone and in its time; whatever ends it, somebody is
told, once, and never of a row.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import socketserver
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from teleaudit.cli.signals import Signals, stop
from teleaudit.errors import ExitCode, ExportError, UserError
from teleaudit.outcome import changed_verdicts
from teleaudit.rules.schedule import Notify
from teleaudit.runs.due import Heart, alone, last_beat
from teleaudit.runs.folder import run_folder
from teleaudit.runs.history import with_history
from teleaudit.runs.ledger import LEDGER_FILE, append_entry, read_ledger
from teleaudit.runs.pipeline import Options, Outcome
from teleaudit.scheduling import carrying_out
from teleaudit.scheduling.carrying_out import NothingDue, carry_out, check
from teleaudit.scheduling.channels import sending
from teleaudit.scheduling.outbox import OUTBOX_FILE, NotSentError, Outbox
from tests.command import call
from tests.report.example import example
from tests.scheduled import AUDIT, at, killed_run, scheduled_audit
from tests.test_history import past

NOW = at("2026-12-01T02:20")
DUE = "2026-12-01T02:15:00Z"
SCHEDULE = "schedule: {every: month, starts_on: 2026-12-01}"
INBOX = "import sys; open('inbox.jsonl', 'ab').write(sys.stdin.buffer.read() + b'\\n')"
TELL = f"notify: {{command: [{sys.executable}, -c, {json.dumps(INBOX)}]}}"
TELL_ALL = TELL[:-1] + ", on: [changed, failure, silence, complete]}"


class Desk:
    """An audit with a schedule, whose runs are made in no time."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
        self.folder, self.out = folder, folder / "reports"
        self.file = scheduled_audit(folder, *(lines or (SCHEDULE, TELL))).path
        self.said: list[str] = []
        self.runs: list[Options] = []
        self.error: BaseException | None = None
        self.results: dict[str, Any] = {}
        self.ended_at = "2026-12-01T02:30:00Z"
        monkeypatch.setattr(carrying_out, "run_audit", self._run)

    def carry_out(self, now: dt.datetime = NOW) -> Outcome | NothingDue:
        return carry_out(self.file, Options(out=self.out), say=self.said.append, now=now)

    def check(self, now: dt.datetime) -> carrying_out.Standing:
        return check(self.file, self.out, say=self.said.append, now=now)

    @property
    def home(self) -> Path:
        return self.out / AUDIT

    @property
    def inbox(self) -> list[dict[str, Any]]:
        file = self.folder / "inbox.jsonl"
        return (
            [json.loads(line) for line in file.read_text("utf-8").splitlines()]
            if file.exists()
            else []
        )

    @property
    def events(self) -> list[tuple[str, str | None]]:
        return [(one["event"], one.get("reason")) for one in self.inbox]

    def _run(self, _file: Path, options: Options, *, say: Any, **_: Any) -> Outcome:
        say("reading the exports")
        self.runs.append(options)
        if self.error:
            raise self.error
        with run_folder(self.out, AUDIT) as folder:
            results = example() | {"audit": AUDIT, "run_id": folder.run_id} | self.results
            folder.seal(
                append_entry(
                    self.home,
                    "run",
                    {
                        "run_id": folder.run_id,
                        "finished_at": self.ended_at,
                        "as_of": "2026-12-01",
                        "manifest_sha256": "",
                        "checks": {"BIZ-ret-3.customer": ["fail", "high", 1, 1, 1, 0, 0]},
                        "basis": {},
                        "scheduled_for": f"{options.scheduled_for:%Y-%m-%dT%H:%M:%SZ}",
                    },
                )
            )
        return Outcome(
            folder=folder.path,
            results=results,
            exit_code=ExitCode.DEVIATIONS,
            failed_notebooks=(),
            timings={"seconds": 1},
        )


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path, monkeypatch)


# What is due


def test_what_is_due_is_carried_out_once_however_often_it_is_asked(desk: Desk) -> None:
    first, again = desk.carry_out(), desk.carry_out(NOW + dt.timedelta(days=1))

    assert isinstance(first, Outcome)
    assert isinstance(again, NothingDue)
    assert again.run_id == first.results["run_id"]
    assert again.exit_code is ExitCode.DEVIATIONS  # a scheduler that asks twice learns the same
    assert again.next_due_at == at("2027-01-01T02:15")
    assert [run.scheduled_for for run in desk.runs] == [at("2026-12-01T02:15")]


@pytest.mark.parametrize(
    ("night", "runs"),
    [
        ("2026-03-28T12:00", ["2026-03-29T01:15", "2026-03-30T01:15"]),
        ("2026-10-24T12:00", ["2026-10-25T02:15", "2026-10-26T02:15"]),
    ],
)
def test_on_the_night_when_the_clock_changes_there_is_one_run_however_often_it_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, night: str, runs: list[str]
) -> None:
    starts_on = at(night).date() + dt.timedelta(days=1)
    desk = Desk(
        tmp_path, monkeypatch, f"schedule: {{every: day, starts_on: {starts_on}}}", TELL_ALL
    )
    for hour in range(46):
        desk.carry_out(at(night) + dt.timedelta(hours=hour))

    assert [run.scheduled_for for run in desk.runs] == list(map(at, runs))
    assert desk.events == [("complete", None)] * 2


def test_nothing_is_carried_out_before_it_is_due(desk: Desk) -> None:
    ended = desk.carry_out(at("2026-12-01T02:14"))

    assert isinstance(ended, NothingDue)
    assert (ended.run_id, ended.exit_code, desk.runs) == (None, ExitCode.CLEAN, [])


def test_a_machine_that_was_off_carries_out_the_last_that_was_due_and_says_that_it_is_late(
    desk: Desk,
) -> None:
    desk.carry_out(at("2027-02-03T12:00"))

    assert [run.scheduled_for for run in desk.runs] == [at("2027-02-01T02:15")]
    assert desk.events == [("silence", None)]


def test_a_run_that_failed_is_still_due(desk: Desk) -> None:
    desk.error = UserError("no folder for the exports")
    with pytest.raises(UserError):
        desk.carry_out()
    desk.error = None

    assert isinstance(desk.carry_out(NOW + dt.timedelta(hours=1)), Outcome)


def test_two_at_once_are_refused_and_nobody_is_alarmed(desk: Desk) -> None:
    desk.home.mkdir(parents=True)
    with alone(desk.home), pytest.raises(UserError, match="goes on already"):
        desk.carry_out()

    assert (desk.runs, desk.inbox) == ([], [])
    assert isinstance(desk.carry_out(), Outcome)


def test_an_audit_without_a_schedule_is_refused_with_the_way_to_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match="'teleaudit schedule navn --every month' prints the line"):
        Desk(tmp_path, monkeypatch, "gate: 0.99").carry_out()


# What ends it


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ExportError("kunder.csv, line 3: 31640211"), "refused"),
        (ZeroDivisionError("31640211"), "internal"),
        (KeyboardInterrupt(), "interrupted"),
    ],
)
def test_whatever_ends_a_run_is_told_once_without_its_words(
    desk: Desk, error: BaseException, reason: str
) -> None:
    desk.error = error
    for _ in range(2):  # a scheduler tries again
        with pytest.raises(type(error)):
            desk.carry_out()
    desk.check(at("2026-12-02T12:00"))  # and is late by then

    assert desk.events == [("failure", reason)]
    assert "31640211" not in json.dumps(desk.inbox)
    assert last_beat(desk.home) is None


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """SIGTERM as the command line takes it."""
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGTERM, before)
        Signals.stopped = False


def test_a_run_that_takes_too_long_is_ended_and_told_of(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("teleaudit.rules.schedule.Schedule.max_duration", dt.timedelta(seconds=0.2))
    monkeypatch.setattr(carrying_out, "run_audit", lambda *_, **__: time.sleep(60))

    with stopped_by_signals(), pytest.raises(KeyboardInterrupt):
        desk.carry_out()

    assert desk.events == [("failure", "timeout")]


def test_a_run_that_does_not_let_itself_be_ended_is_killed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(carrying_out, "_ENDING", dt.timedelta(seconds=0.1))
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        carrying_out._Limit(dt.timedelta(seconds=0.1))
        time.sleep(60)
        os._exit(0)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_the_time_of_a_run_that_ended_is_over(desk: Desk) -> None:
    before = threading.active_count()
    desk.carry_out()

    assert threading.active_count() == before


def left_by_a_killed_run(desk: Desk) -> None:
    """What SIGKILL, or a power cut, leaves."""
    desk.home.mkdir(parents=True, exist_ok=True)
    with alone(desk.home):
        Heart(desk.home, at("2026-12-01T02:15"), NOW).beat("checks")
    killed_run(desk.out)


def test_a_run_that_was_killed_is_told_of_by_the_check_at_once_and_by_no_other(desk: Desk) -> None:
    left_by_a_killed_run(desk)

    first, again = desk.check(NOW), desk.check(at("2026-12-02T12:00"))

    assert first.is_wrong
    assert again.is_wrong
    assert next(iter(first.lines())) == f"Due {DUE}: it was begun and interrupted."
    assert desk.events == [("failure", "interrupted")]
    assert list(desk.home.glob("*/.work")) == []  # nor does it wait for the next run


def test_the_run_after_one_that_was_killed_is_carried_out_and_tells_of_it(desk: Desk) -> None:
    left_by_a_killed_run(desk)

    assert isinstance(desk.carry_out(NOW + dt.timedelta(minutes=5)), Outcome)

    assert desk.events == [("failure", "interrupted")]
    assert not desk.check(at("2026-12-02T12:00")).is_wrong
    assert last_beat(desk.home) is None


def test_silence_is_told_once_when_the_time_is_over_and_not_before(desk: Desk) -> None:
    assert not desk.check(at("2026-12-01T09:15")).is_wrong
    assert desk.inbox == []

    for day in (1, 2, 3):
        assert desk.check(at(f"2026-12-0{day}T12:00")).is_wrong

    (notice,) = desk.inbox
    assert notice["event"] == "silence"
    assert notice["text"] == (
        "Den planlagte kontrol navn er udeblevet.\n\n"
        "Kontrollen, der var planlagt til 1. december 2026 kl. 03.15 CET, er ikke gennemført.\n"
        "Er den ikke i gang, udføres den med: teleaudit run navn --scheduled"
    )


# What is told


def compared() -> dict[str, Any]:
    """Results of a run before which one check passed that now fails."""
    return with_history(example(), past("pass"), "no_annex")


def test_changed_verdicts_are_told_with_counts_ids_and_paths_alone(desk: Desk) -> None:
    results = compared()
    desk.results = {name: results[name] for name in ("checks", "compared_with")}

    desk.carry_out()

    (notice,) = desk.inbox
    run_id = notice["run_id"]
    assert {"check": "BIZ-ret-3.customer", "before": "pass", "now": "fail"} in notice["changed"]
    assert notice["report"] == f"reports/navn/{run_id}/record/report.da.pdf"
    assert "- BIZ-ret-3.customer: Ingen afvigelser -> Afvigelse" in notice["text"].splitlines()
    assert notice.keys() == {
        "id", "event", "audit", "due_at", "subject", "text", "run_id", "as_of", "exit_code",
        "totals", "report", "changed", "compared_with",
    }  # fmt: skip


def test_only_what_answers_otherwise_has_changed() -> None:
    same = with_history(example(), past("fail"), "no_annex")

    assert "BIZ-ret-3.customer" not in [one["check"] for one in changed_verdicts(same)]
    assert changed_verdicts(example()) == []


def test_what_is_not_asked_for_is_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "all").mkdir()
    Desk(tmp_path, monkeypatch).carry_out()
    every = Desk(tmp_path / "all", monkeypatch, SCHEDULE, TELL_ALL)
    every.carry_out()

    assert not (tmp_path / "inbox.jsonl").exists()  # nothing changed, for nothing came before
    assert every.events == [("complete", None)]


def test_a_notice_that_could_not_be_sent_is_said_and_sent_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails = f"notify: {{on: [complete], command: [{sys.executable}, -c, 'raise SystemExit(7)']}}"
    desk = Desk(tmp_path, monkeypatch, SCHEDULE, fails)

    ended = desk.carry_out()

    assert isinstance(ended, Outcome)
    assert ended.exit_code is ExitCode.DEVIATIONS  # no verdict depends on it
    assert desk.said[-1] == (
        "note: nobody was told of complete by command (exit code 7): the next scheduled run or"
        " check tries again"
    )
    scheduled_audit(tmp_path, SCHEDULE, TELL_ALL)
    assert desk.check(NOW).not_sent == 0
    assert desk.check(NOW).not_sent == 0
    assert desk.events == [("complete", None)]


def test_a_channel_that_fails_keeps_nobody_waiting_and_no_other_channel(tmp_path: Path) -> None:
    outbox, tried = Outbox(tmp_path), []
    for name in ("a", "b"):
        outbox.add({"id": name}, ["mail", "webhook"])

    def send(channel: str, notice: Mapping[str, Any]) -> None:
        tried.append((notice["id"], channel))
        if channel == "mail":
            msg = "no answer"
            raise NotSentError(msg)

    left = [(notice["id"], channel) for notice, channel, _ in outbox.deliver(send, "now")]

    assert tried == [("a", "mail"), ("a", "webhook"), ("b", "webhook")]
    assert left == [("a", "mail"), ("b", "mail")]
    assert [channel for _, channel in outbox.waiting()] == ["mail", "mail"]


def test_a_torn_line_of_the_notices_loses_no_other(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.add({"id": "a"}, ["command"])
    with (tmp_path / OUTBOX_FILE).open("a", encoding="utf-8") as file:
        file.write('{"notice": {"id": "b')
    outbox.add({"id": "c"}, ["command"])

    assert [notice["id"] for notice, _ in outbox.waiting()] == ["a", "c"]


def test_on_a_full_disk_it_is_told_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("teleaudit.scheduling.outbox._append", full)
    desk.error = UserError("No space left on the disk")
    with pytest.raises(UserError):
        desk.carry_out()

    assert desk.events == [("failure", "refused")]


def test_closed_annexes_whose_time_is_over_are_erased_after_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path, monkeypatch, SCHEDULE, "keep: {restricted_days: 1}")
    desk.ended_at = "2026-11-01T02:30:00Z"
    desk.carry_out()
    after_a_run = [entry.kind for entry in read_ledger(desk.home / LEDGER_FILE).entries]
    desk.ended_at = "2099-11-01T02:30:00Z"
    desk.carry_out(at("2027-01-02T00:00"))

    assert after_a_run == ["run", "purge"]
    kinds = [entry.kind for entry in read_ledger(desk.home / LEDGER_FILE).entries]
    assert kinds == ["run", "purge", "run"]


# How it is sent

NOTICE = {"id": "failure:x", "event": "failure", "subject": "teleaudit: ærgerligt", "text": "Æv.\n"}


class _Service(BaseHTTPRequestHandler):
    """A service that answers as it is told."""

    got: list[tuple[str, Any]]
    answer: int

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((self.path, json.loads(content)))
        self.send_response(self.answer)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def service(answer: int) -> Iterator[tuple[str, list[tuple[str, Any]]]]:
    class Answering(_Service):
        pass

    Answering.got, Answering.answer = [], answer
    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/hook", Answering.got
        finally:
            server.shutdown()
            thread.join()


def by_webhook(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK", url)
    notify = Notify.model_validate({"webhook": {"url": {"env": "HOOK"}}})
    sending(notify, Path("audit.yaml"))("webhook", NOTICE)


def test_a_webhook_gets_the_notice_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    with service(200) as (url, got):
        by_webhook(url, monkeypatch)

    assert got == [("/hook", NOTICE)]


@pytest.mark.parametrize("answer", [302, 403, 500])
def test_a_webhook_that_does_not_take_it_is_told_by_its_code_and_never_followed(
    answer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        service(answer) as (url, got),
        pytest.raises(NotSentError, match=rf"^HTTP {answer}$"),
    ):
        by_webhook(url, monkeypatch)

    assert [path for path, _ in got] == ["/hook"]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://hooks.example/s3cr3t", "its address does not begin with https://"),
        ("file:///etc/passwd", "its address does not begin with https://"),
        ("http://127.0.0.1:9/s3cr3t", "ConnectionRefusedError"),
        ("", "no secret in the variable HOOK"),
    ],
)
def test_what_goes_wrong_is_told_without_the_secret(
    url: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotSentError) as told:
        by_webhook(url, monkeypatch)

    assert str(told.value) == said


class _Post(socketserver.StreamRequestHandler):
    """A mail server that takes one mail."""

    got: list[str]

    def handle(self) -> None:
        self.wfile.write(b"220 mail\r\n")
        is_letter = False
        for line in self.rfile:
            text = line.decode().strip("\r\n")
            if is_letter:
                self.got.append(text)
                is_letter = text != "."
                answer = "" if is_letter else "250 taken"
            else:
                is_letter = text.upper() == "DATA"
                answer = (
                    "354 go on" if is_letter else "221 bye" if text.upper() == "QUIT" else "250 yes"
                )
            if answer:
                self.wfile.write(f"{answer}\r\n".encode())
            if text.upper() == "QUIT":
                return


def test_a_mail_holds_text_and_object(tmp_path: Path) -> None:
    _Post.got = []
    with socketserver.TCPServer(("127.0.0.1", 0), _Post) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        mail = {
            "host": "127.0.0.1",
            "port": server.server_address[1],
            "security": "none",
            "sender": "teleaudit@navn.example",
            "to": ["dpo@navn.example"],
        }
        sending(Notify.model_validate({"mail": mail}), tmp_path / "audit.yaml")("mail", NOTICE)
        thread.join()

    got = "\n".join(_Post.got)
    assert "To: dpo@navn.example" in got
    assert 'filename="notice.json"' in got


def test_a_mail_server_that_does_not_answer_is_named_without_its_words(tmp_path: Path) -> None:
    mail = {"host": "127.0.0.1", "port": 9, "security": "none", "sender": "a@b.example", "to": ["c@d.example"]}  # fmt: skip

    with pytest.raises(NotSentError, match=r"^127\.0\.0\.1: ConnectionRefusedError$"):
        sending(Notify.model_validate({"mail": mail}), tmp_path)("mail", NOTICE)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"webhook": {"url": "http://hooks.example/a"}}, "pattern"),
        ({"webhook": {"url": {"env": "A", "file": "b"}}}, "one of them"),
        ({"mail": {"host": "mail.example", "security": "none", "sender": "a@b.dk", "to": ["c@d.dk"]}},
         "on this machine"),
        ({"mail": {"host": "localhost", "sender": "a@b.dk", "to": ["c@d.dk"], "user": "a"}},
         "belong together"),
        ({"mail": {"host": "localhost", "sender": "a@b.dk", "to": ["c@d.dk"], "user": "a", "password": "hemmelig"}},
         "valid dictionary"),
    ],
)  # fmt: skip
def test_a_secret_in_the_audit_file_or_in_the_clear_is_refused(
    words: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Notify.model_validate(words)


# The commands


def test_the_command_carries_out_what_is_due_and_says_nothing_where_nothing_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path, monkeypatch, "schedule: {every: day, starts_on: 2026-01-01}")
    words = ("run", desk.file, "--out", desk.out, "--scheduled", "--quiet")

    first, again = call(*words), call(*words)

    assert (first.code, again) == (1, type(again)(code=1, out="", err=""))
    assert len(desk.runs) == 1
    assert call("schedule", desk.file, "--out", desk.out, "--check", "--quiet").code == 0


def test_a_program_learns_that_nothing_is_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path, monkeypatch, "schedule: {every: day, starts_on: 2099-01-01}")

    ended = call("run", desk.file, "--out", desk.out, "--scheduled", "--json")

    assert json.loads(ended.out) == {
        "exit_code": 0,
        "audit": "navn",
        "run_id": None,
        "nothing_due": True,
        "next_due_at": "2099-01-01T02:15:00Z",
    }


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_log_has_time_level_and_text_on_every_line_also_of_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, style: str
) -> None:
    desk = Desk(tmp_path, monkeypatch, "schedule: {every: day, starts_on: 2026-01-01}")
    desk.error = UserError("no folder for the exports")

    ended = call("run", desk.file, "--out", desk.out, "--scheduled", "--quiet", "--log", style)

    lines = ended.err.splitlines()
    told = (
        [tuple(json.loads(line).values()) for line in lines]
        if style == "json"
        else [tuple(line.split(" ", 2)) for line in lines]
    )
    assert [(level, text) for _, level, text in told] == [
        ("info", "reading the exports"),
        ("error", "no folder for the exports"),
    ]
    assert all(dt.datetime.fromisoformat(moment).utcoffset() is not None for moment, *_ in told)
    assert (ended.code, ended.out) == (3, "")
