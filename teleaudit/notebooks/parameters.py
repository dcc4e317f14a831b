"""The parameters of a notebook: declared in the cell tagged ``parameters``, as literals, and
nowhere else.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from teleaudit.errors import ParameterError, near_match

if TYPE_CHECKING:
    from nbformat import NotebookNode

TAG = "parameters"
Literal = str | int | float | bool | None
_TYPES: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool, "None": type(None)}


@dataclass(frozen=True, kw_only=True)
class Declared:
    """One parameter: its types and the value it has when none is given."""

    name: str
    types: tuple[type, ...]
    default: Literal

    def accept(self, value: object) -> Literal:
        """The value as it goes into the notebook.

        Raises: ParameterError; the value itself is not told.
        """
        if type(value) in self.types:
            return value  # type: ignore[return-value] # one of the types of Literal
        if type(value) is int and float in self.types:
            return float(value)
        wanted = " or ".join(_name(kind) for kind in self.types)
        msg = f"parameter '{self.name}' must be {wanted}, not {_name(type(value))}."
        raise ParameterError(msg)


def _name(kind: type) -> str:
    return "None" if kind is type(None) else kind.__name__


def check_parameters(
    notebook: NotebookNode, given: Mapping[str, object], *, name: str
) -> dict[str, Literal]:
    """The given parameters, each declared and of its declared type.

    Raises: ParameterError naming the notebook.
    """
    declared = {parameter.name: parameter for parameter in declared_parameters(notebook, name=name)}
    for parameter in given:
        if parameter not in declared:
            msg = (
                f"{name} has no parameter '{parameter}'.{near_match(parameter, declared)} It"
                f" declares: {', '.join(declared) or 'none'}."
            )
            raise ParameterError(msg)
    try:
        return {parameter: declared[parameter].accept(value) for parameter, value in given.items()}
    except ParameterError as error:
        msg = f"{name}: {error}"
        raise ParameterError(msg) from None


def declared_parameters(notebook: NotebookNode, *, name: str) -> tuple[Declared, ...]:
    """What the tagged cell declares; nothing where there is none.

    Raises: ParameterError where it does more than declare.
    """
    cells = [cell for cell in notebook.cells if TAG in cell.metadata.get("tags", ())]
    if len(cells) > 1:
        msg = f"{name} has {len(cells)} cells tagged '{TAG}': only one may declare them."
        raise ParameterError(msg)
    return tuple(parameter for cell in cells for parameter in declared_in(cell.source, name))


def declared_in(source: str, notebook: str) -> Iterator[Declared]:
    """What a cell declares. Raises: ParameterError where it does more than declare."""
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        msg = f"{notebook}: the cell tagged '{TAG}' is not Python (line {error.lineno})."
        raise ParameterError(msg) from None
    for statement in statements:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                types: tuple[type, ...] = ()
            case ast.AnnAssign(
                target=ast.Name(id=name), annotation=annotation, value=ast.expr() as value
            ):
                types = tuple(
                    _TYPES[part.strip()]
                    for part in ast.unparse(annotation).split("|")
                    if part.strip() in _TYPES
                )
            case _:
                _refuse(notebook, statement)
        default = _literal(value, notebook)
        types = types or (type(default),)
        if types == (type(None),):
            msg = (
                f"{notebook}: parameter '{name}' is None by default: say its type too, as in"
                f" `{name}: str | None = None`."
            )
            raise ParameterError(msg)
        yield Declared(name=name, types=types, default=default)


def _literal(value: ast.expr, notebook: str) -> Literal:
    try:
        literal = ast.literal_eval(value)
    except ValueError:
        _refuse(notebook, value)
    if type(literal) not in _TYPES.values():
        _refuse(notebook, value)
    return literal  # type: ignore[no-any-return] # its type was just seen


def _refuse(notebook: str, node: ast.stmt | ast.expr) -> NoReturn:
    msg = (
        f"{notebook}: line {node.lineno} of the cell tagged '{TAG}' is not `name = literal` with"
        " text, a number, True, False or None."
    )
    raise ParameterError(msg)
