"""YAML files that people write, read into models and refused with the place in the file and what to
write instead.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from teleaudit.errors import AuditFileError, near_match

Read = TypeVar("Read")


@lru_cache(maxsize=32)
def _parsed(text: str) -> Any:  # noqa: ANN401 (as below; nobody changes what is shared here)
    return YAML(typ="safe", pure=True).load(text)


def read_text(file: Path, advice: str = "") -> str:
    """The text of a file that people write, in UTF-8.

    Raises: AuditFileError; ``advice`` says what to do where it is written in another way.
    """
    if file.is_fifo():  # it would be waited for
        msg = f"{file} cannot be read: it is a pipe."
        raise AuditFileError(msg)
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        msg = f"no file {file}."
        raise AuditFileError(msg) from None
    except UnicodeDecodeError:
        msg = f"{file} is not UTF-8 text. {advice}".rstrip()
        raise AuditFileError(msg) from None
    except OSError as error:
        msg = f"{file} cannot be read: {error.strerror}."
        raise AuditFileError(msg) from None


def read_yaml(file: Path) -> Any:  # noqa: ANN401 (YAML holds anything; pydantic judges it next)
    """What a YAML 1.2 file holds. Raises: AuditFileError."""
    text = read_text(file)
    try:
        return _parsed(text)
    except RecursionError:
        msg = f"{file}: not valid here: it is nested too deep."
        raise AuditFileError(msg) from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        msg = f"{file}, line {line}: not valid YAML ({error.problem})."
        raise AuditFileError(msg) from None
    except ValueError as error:  # an impossible date; ruamel says which part
        msg = f"{file}: invalid date or number ({error})."
        raise AuditFileError(msg) from None
    except YAMLError:
        msg = f"{file} is not valid YAML: it holds control characters. Is it a text file?"
        raise AuditFileError(msg) from None


def compose_yaml(text: str) -> Any:  # noqa: ANN401 (ruamel's nodes, each with its place)
    """The nodes of a YAML text that can be read. Raises: YAMLError."""
    return YAML(typ="safe", pure=True).compose(text)


def has_same_data(text: str, other: str) -> bool:
    """Whether two YAML texts say the same. Raises: YAMLError."""
    return bool(_parsed(text) == _parsed(other))


def validated(data: object, shape: type[Read], file: Path) -> Read:
    """What was read, as a model or a tuple of models.

    Raises: AuditFileError with every complaint on a line of its own.
    """
    try:
        return TypeAdapter(shape).validate_python(data)
    except ValidationError as error:
        raise AuditFileError(
            "\n".join(
                f"{place_of(file, one['loc'])}: {_complaint(dict(one), shape)}"
                for one in error.errors()
            )
        ) from None


def complaints(error: ValidationError, shape: object) -> list[str]:
    """What is wrong with what was to become such a model, a sentence for each fault."""
    return [_complaint(dict(one), shape) for one in error.errors()]


def place_of(file: Path, location: Sequence[str | int]) -> str:
    """Where something stands in a YAML file: its line, and the clause, rule or entry around it.

    ``location`` is a path of keys and positions; parts of it that the file does not have, as names
    of types in pydantic's, are passed over. A single entry ``name: {...}`` of a list may stand for
    the mapping in it. The file alone where it cannot be read any more.
    """
    try:
        node = compose_yaml(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError):
        return str(file)
    line, entry = None, ""
    for part in location:
        found = _inside(node, part)
        if found is None:
            continue
        line, node = found
        entry = _id_of(node) or entry
    told = f"{file}, line {line + 1}" if line is not None else str(file)
    return f"{told}: {entry}" if entry else told


def _inside(node: Any, part: str | int) -> tuple[int, Any] | None:  # noqa: ANN401 (ruamel's)
    """The line of a part of a node, and the node there."""
    if isinstance(node, SequenceNode):
        if isinstance(part, int) and part < len(node.value):
            return node.value[part].start_mark.line, node.value[part]
        return None
    if not isinstance(node, MappingNode):
        return None
    for key, value in node.value:
        if key.value == part:
            return key.start_mark.line, value
    if len(node.value) == 1:
        return _inside(node.value[0][1], part)
    return None


def _id_of(node: Any) -> str:  # noqa: ANN401 (ruamel's)
    """The name of an entry."""
    if not isinstance(node, MappingNode):
        return ""
    return next(
        (
            value.value
            for key, value in node.value
            if key.value in ("clause", "rule", "id", "category") and isinstance(value, ScalarNode)
        ),
        "",
    )


def refuse_duplicate_ids(file: Path, ids: Iterable[str], *, remedy: str = "") -> None:
    """Raises: AuditFileError naming the ids that stand more than once, and ``remedy``."""
    known = list(ids)
    if twice := sorted({name for name in known if known.count(name) > 1}):
        msg = f"{file}: duplicate id: {', '.join(twice)}.{remedy}"
        raise AuditFileError(msg)


def _complaint(complaint: Mapping[str, Any], shape: object) -> str:
    location = complaint["loc"]
    place = ".".join(
        "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in str(part))
        for part in location
        # neither a position (there is a line) nor what pydantic calls a kind, which nobody wrote
        if not isinstance(part, int) and not part.startswith("[")
    )
    match complaint["type"]:
        case "extra_forbidden":
            return (
                "unknown key"
                f" '{place}'.{near_match(str(location[-1]), _keys_at(shape, location[:-1]))}"
            )
        case "missing":
            return f"'{place}' is missing."
        case "literal_error":
            known = re.findall(r"'([^']+)'", complaint["ctx"]["expected"])
            return f"{place}: {complaint['msg']}.{near_match(str(complaint['input']), known)}"
        case "model_type" | "model_attributes_type" | "dict_type":
            return (
                f"{place or 'the file'}: keys and values are wanted here, each on a line such as"
                f" name: value; it {_found(complaint['input'])}."
            )
        case "tuple_type" | "list_type":
            return (
                f"{place or 'the file'}: a list is wanted here, such as [one, two]; it"
                f" {_found(complaint['input'])}."
            )
        case kind if kind.startswith("date_"):
            return f"{place}: not a date as it is wanted here: write yyyy-mm-dd, as in 2026-11-22."
        case "string_type" if isinstance(complaint["input"], (int, float, dt.date)):
            return f"{place}: text is wanted here: write it in quotes."
        case _:
            told = re.sub("^Value error, ", "", complaint["msg"])
            return f"{place}: {told}" if place else told


def _found(value: object) -> str:
    """What stands where something else is wanted."""
    match value:
        case None:
            return "is empty"
        case list():
            return "is a list"
        case dict():
            return "holds keys and values"
        case _:
            return "is a single value"


def _keys_at(shape: object, location: tuple[str | int, ...]) -> Iterable[str]:
    """The keys that a shape knows at a place; those of the models around it where the place is
    inside a choice of shapes.
    """
    models = list(_models(shape))
    for part in location:
        inner = (
            [model.model_fields[part].annotation for model in models if part in model.model_fields]
            if isinstance(part, str)
            else []
        )
        models = [found for annotation in inner for found in _models(annotation)] or models
    return {key for model in models for key in model.model_fields}


def _models(shape: object) -> Iterable[type[BaseModel]]:
    """The models that a type is made of: itself, or what a collection or a choice holds."""
    if isinstance(shape, type) and get_origin(shape) is None and issubclass(shape, BaseModel):
        return [shape]
    return [model for part in get_args(shape) for model in _models(part)]
