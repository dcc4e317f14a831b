"""What a call that fails in a notebook tells: one sentence in Danish, in any kernel; never a
traceback, which holds values of rows.

In a run the kernel itself keeps what is unexpected in the closed annex. In JupyterLab it is kept in
the private folder of this user.
"""

from __future__ import annotations

import functools
import inspect
import os
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, TypeVar

from teleaudit.error_reports import keep_error
from teleaudit.errors import UserError, closest
from teleaudit.report.wording import load_words
from teleaudit.runs.state import ENVIRONMENT

P = ParamSpec("P")
R = TypeVar("R")
C = TypeVar("C", bound=type)
_TOLD = ("__getitem__", "__repr__", "_repr_html_")  # beside the public methods and properties


class LabError(UserError):
    """A refusal as an analyst reads it: in Danish, with what to do."""


def refuse(code: str, **values: object) -> NoReturn:
    """Refuse in the words of the lab for that code, its names filled in. Raises: LabError."""
    raise LabError(load_words("da").say(f"lab.{code}", **values)) from None


def near(name: str, known: list[str]) -> str:
    """`` Mente du »x«?`` for the closest known name, or an empty string when none is close."""
    close = closest(name, known)
    return f" {load_words('da').say('lab.near', name=close)}" if close else ""


def kind_of(value: object) -> str:
    """What a value is, in Danish: never the value."""
    return load_words("da").name("lab.kinds", type(value).__name__)


def in_danish(function: Callable[P, R]) -> Callable[P, R]:
    """The same function, whose failures are told in Danish."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def told(*args: P.args, **options: P.kwargs) -> R:
        try:
            signature.bind(*args, **options)
        except TypeError:
            known = [name for name in signature.parameters if name != "self"]
            refuse(
                "arguments",
                name=function.__name__,
                known=", ".join(known) or load_words("da").at("lab.nothing"),
            )
        try:
            return function(*args, **options)
        except LabError:
            raise
        except UserError as error:
            words = load_words("da")
            could_not = words.at("lab.could_not")
            msg = f"{could_not.get(function.__name__, could_not['any'])}: {error}"
            raise LabError(msg) from error
        except Exception as error:
            if os.environ.get(ENVIRONMENT):
                raise
            _tell_unexpected(error)

    return told


def all_in_danish(kind: C) -> C:
    """The same class, the failures of whose public methods and properties are told in Danish."""
    for name, member in list(vars(kind).items()):
        if name.startswith("_") and name not in _TOLD:
            continue
        if inspect.isfunction(member):
            setattr(kind, name, in_danish(member))
        elif isinstance(member, property) and member.fget is not None:
            setattr(kind, name, property(in_danish(member.fget), doc=member.__doc__))
    return kind


def private_folder() -> Path:
    """A folder under the system's temporary one that only this user can enter.

    Raises: UserError when somebody else made it.
    """
    folder = Path(tempfile.gettempdir()) / f"teleaudit-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        refuse("private_folder", folder=folder)
    folder.chmod(0o700)
    return folder


def _tell_unexpected(error: Exception) -> NoReturn:
    """Tell an error of ours by its type; the whole of it is kept for this user alone."""
    folder = private_folder()
    error_id = keep_error("".join(traceback.format_exception(error)), folder)
    refuse(
        "unexpected",
        kind=type(error).__name__,
        error_id=error_id,
        file=folder / "errors" / f"{error_id}.txt",
    )


def shell() -> Any:  # noqa: ANN401 (IPython's, which has no types)
    """The interactive shell that this process is; None outside a notebook."""
    from IPython.core.getipython import get_ipython

    return get_ipython()
