"""No value of the first record of any export is said: not where it stands in the place of the
header, in the name of the file or in every field.

Each of a sample's exports gets a first record of canaries. The whole run, ``inspect``, ``scan``,
``init --from`` and ``doctor`` then say what they say, and nothing of it holds one; the closed annex alone may.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from teleaudit.interchange import FORMATS, read_results
from teleaudit.rules.audit_file import ExportSpec, load_audit
from teleaudit.rules.yaml_files import read_yaml
from teleaudit_samples import EXPECTED_FINDINGS
from tests.canaries import Canaries, Table, rewritten
from tests.command import (
    Ended,
    call,
    only_run,
    planted_exports,
    small_audit,
    small_exports,
    small_workspace,
)
from tests.test_privacy import found_in, texts_of

pytestmark = pytest.mark.whole_run


@dataclass(frozen=True, kw_only=True)
class Spoiled:
    """An audit of exports with canaries."""

    audit: Path
    exports: Path
    values: frozenset[str]
    out: Path

    def run(self, *words: str) -> Ended:
        return call("run", self.audit, "--exports", self.exports, "--out", self.out, *words)

    def doctor(self) -> Ended:
        return call("doctor", self.audit, "--exports", self.exports)

    def said_by(self, ended: Ended) -> dict[str, set[str]]:
        """The canaries by the place where they were said."""
        return self.found({"stdout": ended.out, "stderr": ended.err})

    def left(self) -> dict[str, set[str]]:
        """The canaries by the file of the run that holds them, but for the closed annex."""
        folder = only_run(self.out, self.audit.name)
        names = "\n".join(path.name for path in self.out.rglob("*"))
        exported = {
            output: write(read_results(folder)).decode() for output, write in FORMATS.items()
        }
        return self.found(
            {
                **dict(texts_of(folder)),
                "names of files": names,
                **dict(self._others(folder)),
                **exported,
            }
        )

    def _others(self, folder: Path) -> Iterator[tuple[str, str]]:
        for path in sorted(self.out.rglob("*")):
            if path.is_file() and not {folder / "record", folder / "restricted"} & set(
                path.parents
            ):
                yield path.name, path.read_bytes().decode("utf-8", "replace")

    def found(self, texts: dict[str, str]) -> dict[str, set[str]]:
        """The canaries by the text that holds them, whatever the size of its letters."""
        folded = {value.casefold() for value in self.values}
        return {
            place: found
            for place, text in texts.items()
            if (found := found_in(text.casefold(), folded))
        }


def files_of(spec: ExportSpec, root: Path) -> list[Path]:
    return sorted(path for path in root.glob(spec.files) if path.name != EXPECTED_FINDINGS)


def with_canaries(audit: Path, exports: Path, target: Path, seed: int) -> Spoiled:
    """Every export begins with a record of canaries, and one more whose dates are dates; the folder
    of its files is the first record's name.
    """
    canaries, declared = Canaries(seed), deepcopy(read_yaml(audit / "audit.yaml"))
    for name, spec in load_audit(audit).exports.items():
        for path in files_of(spec, exports):
            told: dict[str, str] = {}

            def spoil(
                table: Table,
                told: dict[str, str] = told,
                *,
                has_header: bool = spec.format != "asterisk",
            ) -> Table:
                header, rows = (table[:1], table[1:]) if has_header else ([], table)
                first = canaries.record(rows[0], dates=True)
                told["name"] = next(cell for cell in first if cell in canaries.values)
                return [*header, first, canaries.record(rows[0], dates=False), *rows]

            plain = target / "plain" / path.name
            plain.parent.mkdir(parents=True, exist_ok=True)
            rewritten(path, plain, spoil)
            named = target / "exports" / name / f"{told['name'].replace('/', ' ')}{path.suffix}"
            named.parent.mkdir(parents=True, exist_ok=True)
            plain.rename(named)
        declared["exports"][name]["files"] = f"{name}/*"
    write_audit(audit, declared)
    return Spoiled(
        audit=audit,
        exports=target / "exports",
        values=frozenset(canaries.values),
        out=target / "out",
    )


def without_header(
    audit: Path, exports: Path, target: Path, seed: int
) -> Iterator[tuple[str, Spoiled]]:
    """Each export on its own, with a record of canaries in the place of its header; once the audit
    says that it is one.
    """
    canaries, declared = Canaries(seed), read_yaml(audit / "audit.yaml")
    (target / "exports").mkdir(parents=True)
    specs = {
        name: spec
        for name, spec in load_audit(audit).exports.items()
        if spec.format in {"csv", "excel"} and spec.header is not False
    }
    for spec in specs.values():
        for path in files_of(spec, exports):
            rewritten(
                path,
                target / "exports" / path.name,
                lambda table: [canaries.record(table[1], dates=False), *table[1:]],
            )
    for name in specs:
        for header in (None, True):
            own = target / f"{name} {header}" / "audits" / audit.name
            shutil.copytree(audit.parents[1], own.parents[1])
            write_audit(
                own,
                {**declared, "exports": {name: {**declared["exports"][name], "header": header}}},
            )
            yield (
                f"{name} {header}",
                Spoiled(
                    audit=own,
                    exports=target / "exports",
                    values=frozenset(canaries.values),
                    out=own / "out",
                ),
            )


def write_audit(audit: Path, declared: object) -> None:
    # JSON is YAML
    (audit / "audit.yaml").write_text(
        json.dumps(declared, default=str, ensure_ascii=False), encoding="utf-8"
    )


def inspected_and_scanned(exports: Path) -> Iterator[tuple[str, Ended]]:
    yield from (
        (path.name, call("inspect", path)) for path in sorted(exports.rglob("*")) if path.is_file()
    )
    yield "scan", call("scan", exports)
    yield "init --from", laid_out(exports)


def laid_out(exports: Path) -> Ended:
    """What init says of a folder of exports, on the console and in the files of the audit."""
    workspace = small_workspace(exports.parent / "first hour")
    who = ("--operator", "Fjordnet ApS", "--cvr", "12345674")
    ended = call("init", workspace, *who, "--from", exports)
    assert ended.code == 0, ended.err
    written = (workspace / "audits" / "fjordnet").glob("*.yaml")
    return replace(ended, out=ended.out + "".join(file.read_text("utf-8") for file in written))


def test_no_value_of_a_first_record_leaves_a_run(tmp_path: Path) -> None:
    spoiled = with_canaries(
        small_audit(tmp_path / "workspace"), small_exports(tmp_path / "clean"), tmp_path, 1
    )
    ended = spoiled.run()
    assert ended.code == 1, ended.err
    assert spoiled.said_by(ended) == {}
    assert spoiled.left() == {}
    assert spoiled.said_by(spoiled.doctor()) == {}
    assert {
        name: said
        for name, looked in inspected_and_scanned(spoiled.exports)
        if (said := spoiled.said_by(looked))
    } == {}


def test_no_value_of_a_record_in_the_place_of_a_header_is_said(tmp_path: Path) -> None:
    exports: set[Path] = set()
    for name, spoiled in without_header(
        small_audit(tmp_path / "workspace"), small_exports(tmp_path / "clean"), tmp_path, 2
    ):
        ended = spoiled.run("--no-notebooks")
        assert (name, ended.code, spoiled.said_by(ended)) == (name, 3, {}), ended.err
        assert "has no header" in ended.err
        assert (name, spoiled.said_by(spoiled.doctor())) == (name, {})
        exports.add(spoiled.exports)
    assert {
        name: said
        for name, looked in inspected_and_scanned(exports.pop())
        if (said := spoiled.said_by(looked))
    } == {}


@pytest.mark.deep
@pytest.mark.parametrize("operator", ["bizzy", "kazoom"])
def test_no_value_of_a_first_record_of_any_export_leaves_a_whole_run(
    tmp_path: Path, operator: str
) -> None:
    spoiled = with_canaries(
        small_workspace(tmp_path / "workspace") / "audits" / operator,
        planted_exports(tmp_path / "planted", operator),
        tmp_path,
        3,
    )
    ended = spoiled.run()
    assert ended.code == 1, ended.err
    assert spoiled.said_by(ended) == {}
    assert spoiled.left() == {}
    assert spoiled.said_by(spoiled.doctor()) == {}
    assert {
        name: said
        for name, looked in inspected_and_scanned(spoiled.exports)
        if (said := spoiled.said_by(looked))
    } == {}


@pytest.mark.deep
@pytest.mark.parametrize("operator", ["bizzy", "kazoom"])
def test_no_value_of_a_record_in_the_place_of_any_exports_header_is_said(
    tmp_path: Path, operator: str
) -> None:
    workspace = small_workspace(tmp_path / "workspace")
    for name, spoiled in without_header(
        workspace / "audits" / operator,
        planted_exports(tmp_path / "planted", operator),
        tmp_path,
        4,
    ):
        ended = spoiled.run("--no-notebooks")
        assert (name, ended.code, spoiled.said_by(ended)) == (name, 3, {}), ended.err
