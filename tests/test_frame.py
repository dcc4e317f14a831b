"""The frame holds: pins, declared dependencies, the direction of imports, and what the documents
promise about commands and files.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "teleaudit"
SAMPLES = ROOT / "teleaudit_samples"
PINS = ("constraints.txt", "constraints-sign.txt", "constraints-test.txt")

# The one picture: every part imports only from its own place and to its left.
LINE: tuple[tuple[str, ...], ...] = (
    ("errors", "workspace", "machine", "progress", "error_reports", "terminal"),
    ("schema",),  # canonical tables, their words, and the views over them
    ("detectors",),  # values and names of columns, of no export in particular
    ("rules",),  # audits, suites, law, verdicts
    ("readers",),  # bytes to tables of text
    ("redaction",),  # what may be shown of names
    ("counting",),
    ("exports",),
    ("expectations",),
    ("engines",),
    ("checks",),
    ("report",),
    ("notebooks",),
    ("runs",),
    ("sessions", "scanning", "outcome"),  # scanning: any file, without an audit
    ("doctor",),  # what an audit lacks before it is run
    ("scheduling",),  # runs that nobody begins
    ("interchange",),  # results, for other programs
    ("lab",),
    ("cli", "__main__"),
)
PLACE = {part: place for place, parts in enumerate(LINE) for part in parts}


def modules() -> list[Path]:
    """Every module of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def sample_modules() -> list[Path]:
    """Every module that makes the samples."""
    return sorted(SAMPLES.rglob("*.py"))


def part_of(module: Path) -> str:
    """The part of the line that a module belongs to: ``teleaudit/exports/reading.py`` to
    ``exports``.
    """
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(module: Path) -> Iterator[str]:
    """The dotted names that a module imports, also inside functions; ``from a import b`` gives
    ``a.b``.
    """
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(origin), names=names, level=0):
                yield from (f"{origin}.{alias.name}" for alias in names)


def imported_at_once(module: Path) -> Iterator[str]:
    """The modules that one imports from, where nothing catches that they are not there."""
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@cache
def project() -> dict[str, list[str]]:
    """The requirements of pyproject.toml by group: ``run``, ``build``, and the extras by name."""
    read = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {
        "run": read["project"]["dependencies"],
        "build": read["dependency-groups"]["build"],
        **read["project"]["optional-dependencies"],
    }


@cache
def pins(name: str) -> dict[str, set[str]]:
    """Package -> pinned versions (more than one where Pythons differ) of a constraints file."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if pin := re.match(r"([a-z0-9-]+)==(\S+)", line):
            found.setdefault(pin[1], set()).add(pin[2])
    return found


@cache
def tracked() -> tuple[Path, ...]:
    """The files of the repository that are text."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    paths = (ROOT / name for name in listing.decode().split("\0") if name)
    return tuple(path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:8192])


# Pins


@pytest.mark.parametrize("name", PINS)
def test_pins_hold_versions_and_hashes_and_neither_address_nor_path(name: str) -> None:
    allowed = re.compile(
        r"#[^/@]*|[a-z0-9-]+==[\w.+!-]+( ; [\w.()'=!<>* -]+)? \\|    --hash=sha256:[0-9a-f]{64}("
        r" \\)?"
    )

    assert [
        line
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
        if not allowed.fullmatch(line)
    ] == []


@pytest.mark.parametrize(
    ("name", "groups"),
    [
        ("constraints.txt", ("run", "build")),
        ("constraints-sign.txt", ("run", "build", "sign")),
        ("constraints-test.txt", ("run", "build", "sign", "test")),
    ],
)
def test_every_dependency_is_pinned_inside_its_range(name: str, groups: tuple[str, ...]) -> None:
    asked = [Requirement(line) for group in groups for line in project()[group]]
    pinned = pins(name)

    assert [str(need) for need in asked if canonicalize_name(need.name) not in pinned] == []
    assert [
        str(need)
        for need in asked
        if not all(
            need.specifier.contains(version) for version in pinned[canonicalize_name(need.name)]
        )
    ] == []


def test_tests_run_on_the_versions_that_an_audit_runs_on() -> None:
    audit, sign, test = (pins(name) for name in PINS)

    assert {name: test.get(name) for name in sign} == sign
    assert {name: sign.get(name) for name in audit} == audit


def test_an_audit_needs_nothing_of_what_signs() -> None:
    audit, sign = (pins(name) for name in PINS[:2])

    assert {"pyhanko", "pyhanko-certvalidator"} <= sign.keys() - audit.keys()
    assert [
        module.name
        for module in modules()
        for name in imported_at_once(module)
        if name.partition(".")[0] in {"pyhanko", "pyhanko_certvalidator", "asn1crypto"}
    ] == []


def test_no_pinned_version_is_a_pre_release() -> None:
    assert [
        name
        for name, versions in pins("constraints-test.txt").items()
        if any(Version(version).is_prerelease for version in versions)
    ] == []


def test_what_the_package_imports_is_declared() -> None:
    declared = {
        canonicalize_name(Requirement(line).name)
        for group in ("run", "spark", "sign")
        for line in project()[group]
    }
    distributions = packages_distributions()
    roots = (
        {
            name.partition(".")[0]
            for module in (*modules(), *sample_modules())
            for name in imported(module)
        }
        - sys.stdlib_module_names
        - {PACKAGE.name, SAMPLES.name}
    )

    assert (
        sorted(
            root
            for root in roots
            if root not in {"pyspark", "py4j"}
            and not declared & {canonicalize_name(name) for name in distributions.get(root, [root])}
        )
        == []
    )


# The code's order


def test_every_part_has_its_place_on_the_line() -> None:
    parts = {part_of(module) for module in modules()} - {"__init__"}

    assert sorted(parts - PLACE.keys()) == []


@pytest.mark.parametrize("module", modules(), ids=lambda module: str(module.relative_to(PACKAGE)))
def test_modules_import_only_to_their_left(module: Path) -> None:
    # teleaudit/__init__.py names what others ask for, from anywhere
    own = PLACE.get(part_of(module), len(LINE))
    asked = {name.split(".")[1] for name in imported(module) if name.startswith("teleaudit.")}

    assert sorted(part for part in asked if PLACE.get(part, -1) > own) == []


def test_only_the_command_asks_for_the_samples_and_only_when_it_is_called() -> None:
    asking = {
        module
        for module in modules()
        for name in imported(module)
        if name.partition(".")[0] == SAMPLES.name
    }
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, teleaudit.cli; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split()

    assert asking == {PACKAGE / "cli" / "setting_up.py"}
    assert not [name for name in loaded if name.partition(".")[0] == SAMPLES.name]


def test_the_samples_ask_the_package_for_words_and_headers_alone() -> None:
    asked = {
        ".".join(name.split(".")[:2])
        for module in sample_modules()
        for name in imported(module)
        if name.startswith("teleaudit.")
    }

    # what must be found is worked out apart from what finds it
    assert asked == {
        "teleaudit.rules",
        "teleaudit.errors",
        "teleaudit.schema",
        "teleaudit.workspace",
    }


@pytest.mark.parametrize("folder", ["teleaudit", "teleaudit_samples", "tests", "benchmarks"])
def test_every_module_says_what_it_is(folder: str) -> None:
    silent = [
        path
        for path in sorted((ROOT / folder).rglob("*.py"))
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]

    assert silent == []


# The documents


def test_no_file_names_a_place_on_somebody_s_machine() -> None:
    here = rf"{re.escape(str(ROOT))}\b(?!-)|{re.escape(str(Path.home()))}/"
    homes = r"(?<![\w.~$}>-])/(?:home|Users|root|work|mnt)/\w|[A-Z]:\\+Users\\"

    def names_a_place(path: Path) -> bool:
        # tests hold invented homes, to see that none leaves
        place = here if path.suffix == ".py" else f"{here}|{homes}"
        return re.search(place, path.read_text(encoding="utf-8", errors="replace")) is not None

    assert [str(path.relative_to(ROOT)) for path in tracked() if names_a_place(path)] == []


def test_the_readme_shows_both_commands_and_names_only_targets_that_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = set(
        re.findall(
            r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE
        )
    )
    shown = set(re.findall(r"(?:^ *|`)make ([a-z-]+)", readme, flags=re.MULTILINE))

    assert {"audit", "test"} <= shown
    assert shown <= targets


def test_links_inside_the_documents_lead_somewhere() -> None:
    broken = [
        f"{document.relative_to(ROOT)}: {link}"
        for document in tracked()
        if document.suffix == ".md"
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
        if not (document.parent / link).exists()
    ]

    assert broken == []
