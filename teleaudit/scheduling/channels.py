"""How a notice is sent: to a program, by mail, to a web address. By the standard library alone, and
only where audit.yaml says so.
"""

from __future__ import annotations

import json
import os
import smtplib
import ssl
import subprocess
import urllib.error
import urllib.request
from email.message import EmailMessage
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from teleaudit.rules.schedule import LOCAL_HOSTS, Mail, Notify, Secret, Webhook, secret_file
from teleaudit.scheduling.outbox import Notice, NotSentError, Send

_PATIENCE_S = 30


def sending(notify: Notify, audit: Path) -> Send:
    """What sends a notice by a channel of an audit file."""

    def send(channel: str, notice: Notice) -> None:
        match channel:
            case "command" if notify.command:
                _run(notify.command, notice, audit.parent)
            case "mail" if notify.mail:
                _mail(notify.mail, notice, audit)
            case "webhook" if notify.webhook:
                _post(notify.webhook, notice, audit)
            case _:
                msg = "audit.yaml names this channel no longer"
                raise NotSentError(msg)

    return send


def _run(command: tuple[str, ...], notice: Notice, folder: Path) -> None:
    """Give the notice to a program; what it prints is not kept."""
    program = command[0]
    path = str(folder / program) if "/" in program else program
    try:
        ended = subprocess.run(  # noqa: S603 (the operator's own program, no shell)
            [path, *command[1:]],
            input=_as_json(notice),
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE_S,
            check=False,
        )
    except OSError as error:
        raise NotSentError(error.strerror) from None
    except subprocess.TimeoutExpired:
        raise NotSentError(_TOO_LONG) from None
    if ended.returncode:
        msg = f"exit code {ended.returncode}"
        raise NotSentError(msg)


_TOO_LONG = f"no answer in {_PATIENCE_S} s"


def _mail(mail: Mail, notice: Notice, audit: Path) -> None:
    message = EmailMessage()
    message["From"], message["To"] = mail.sender, ", ".join(mail.to)
    message["Subject"] = notice["subject"]
    message.set_content(notice["text"])
    message.add_attachment(
        _as_json(notice), maintype="application", subtype="json", filename="notice.json"
    )
    context = ssl.create_default_context()
    try:
        with (
            smtplib.SMTP_SSL(mail.host, mail.port, timeout=_PATIENCE_S, context=context)
            if mail.security == "tls"
            else smtplib.SMTP(mail.host, mail.port, timeout=_PATIENCE_S)
        ) as server:
            if mail.security == "starttls":
                server.starttls(context=context)
            if mail.user and mail.password:
                server.login(mail.user, _read(mail.password, audit))
            server.send_message(message)
    except (smtplib.SMTPException, OSError) as error:
        # its own words may name addresses
        msg = f"{mail.host}: {type(error).__name__}"
        raise NotSentError(msg) from None


def _post(webhook: Webhook, notice: Notice, audit: Path) -> None:
    url = webhook.url if isinstance(webhook.url, str) else _read(webhook.url, audit)
    place = urlsplit(url)
    if place.scheme != "https" and (place.scheme, place.hostname in LOCAL_HOSTS) != ("http", True):
        msg = "its address does not begin with https://"
        raise NotSentError(msg)
    request = urllib.request.Request(  # noqa: S310 (looked at above)
        url, data=_as_json(notice), headers={"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.build_opener(_Stay).open(request, timeout=_PATIENCE_S):
            pass
    except urllib.error.HTTPError as error:
        msg = f"HTTP {error.code}"
        raise NotSentError(msg) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise NotSentError(type(reason).__name__) from None  # its own words may hold the address


class _Stay(urllib.request.HTTPRedirectHandler):
    """A notice goes where audit.yaml says, and nowhere else."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: object,
        newurl: str,
    ) -> None:
        """Follow no redirection: it is an error then."""


def _as_json(notice: Notice) -> bytes:
    return json.dumps(notice, ensure_ascii=False).encode()


def _read(secret: Secret, audit: Path) -> str:
    """The secret. Raises: NotSentError, naming its place."""
    path = secret_file(secret, audit)
    try:
        found = (
            os.environ.get(secret.env or "", "")
            if path is None
            else path.read_text(encoding="utf-8").partition("\n")[0]
        ).strip()
    except (OSError, UnicodeDecodeError):
        found = ""
    if not found:
        msg = f"no secret in {f'the variable {secret.env}' if path is None else f'the file {secret.file}'}"
        raise NotSentError(msg)
    return found
