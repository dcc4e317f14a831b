"""Where audits, suites, notebooks and samples lie, and how a new place for them is laid out.

The repository root is a workspace. The installed wheel carries a copy of the same folders, from
which ``teleaudit init`` lays out another.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from teleaudit.errors import UserError

SCHEMAS = "schemas"
MODELINE = "# yaml-language-server: $schema="  # how a file tells editors its schema
FOLDERS = ("audits", "data_samples", "expectations", "notebooks", SCHEMAS)
TELLING = ("audits", "expectations")  # a folder that holds both is a workspace

README = """\
# A teleaudit workspace

| folder | what it holds |
|---|---|
| `audits/` | one folder an operator: `audit.yaml` (whom, on which exports) and `policy.yaml` (clause by clause) |
| `expectations/` | the rules by topic, what always applies, and the register of legal bases |
| `notebooks/` | the notebooks that an audit runs, and that an analyst opens in JupyterLab |
| `schemas/` | what an editor checks the YAML files by |
| `data_samples/` | invented exports of two operators |
| `reports/` | what `run` makes, wherever it is called from: `record/` may leave the house, `restricted/` may not |

    teleaudit run audits/bizzy/audit.yaml                        the sample audit, from exports to the report
    teleaudit init . --operator "Navn A/S" --cvr 12345674 --from DIR   an audit of your own, of a folder of exports
    teleaudit doctor NAME                                        what an audit lacks, in the order to mend it
    teleaudit inspect EXPORT                                     what an export is, and the entry to paste into an audit
    teleaudit policy check NAME                                  what an audit's policy asks, clause by clause
    teleaudit policy explain NAME                                writes it into policy.yaml, as comments
    teleaudit rules                                              the rules that there are

Your own audit stands in `audits/<name>/audit.yaml` and its policy beside it in `policy.yaml`:
`init --from` writes it, `doctor` says what is missing; decide what it leaves open, make the policy say
what yours says, set the parameters, declare what you do not have, and run it.
Do not copy a sample: its approvals are another's.
Exports and reports hold personal data or point to it: `.gitignore` keeps both out of version control.
"""

GITIGNORE = """\
# Exports hold personal data, and the closed annexes under reports/ point to it.
reports/
exports/
.ipynb_checkpoints/
"""


def package_workspace() -> Path:
    """The workspace that came with the package: the repository in a checkout, the wheel's copy
    otherwise.
    """
    package = Path(__file__).resolve().parent
    checkout = package.parent
    if is_workspace(checkout) and (checkout / "pyproject.toml").is_file():
        return checkout
    return package / "workspace"


def find_workspace(start: Path) -> Path:
    """The nearest workspace at or above ``start`` (a file or folder), else the one that came with
    the package.
    """
    here = start.resolve()
    return next(
        (folder for folder in (here, *here.parents) if is_workspace(folder)), package_workspace()
    )


def reports_folder(audit: Path) -> Path:
    """Where the runs of an audit file go unless somebody says otherwise: ``reports/`` of its own
    workspace, or of the working folder where it stands in none.
    """
    home = next((folder for folder in audit.resolve().parents if is_workspace(folder)), None)
    # among the installed packages nobody looks for a report
    is_installed = home == Path(__file__).resolve().parent / "workspace"
    return (Path.cwd() if home is None or is_installed else home) / "reports"


def init_workspace(target: Path) -> list[Path]:
    """Lay out a workspace in a new or empty folder. Returns the files written, sorted.

    Raises: UserError when the folder holds anything, or cannot be written.
    """
    try:
        if target.is_dir() and any(target.iterdir()):
            msg = f"{target} is not empty: name a new folder. Nothing was written."
            raise UserError(msg)
        target.mkdir(parents=True, exist_ok=True)
        return sorted(_lay_out(target))
    # a file where a folder should be, or someone writes there at the same time
    except FileExistsError:
        msg = (
            f"{target} already holds something of that name: name a new folder. Nothing was"
            " overwritten."
        )
        raise UserError(msg) from None
    except OSError as error:
        msg = f"{target} cannot be written: {error.strerror}."
        raise UserError(msg) from None


def add_schemas(target: Path) -> list[Path]:
    """Lay out what editors check files by in a workspace that has none of it. Returns the files
    written.

    Raises: OSError.
    """
    source = package_workspace() / SCHEMAS
    written: list[Path] = []
    for schema in sorted(source.glob("*.json")):
        copy = target / SCHEMAS / schema.name
        if not copy.exists():
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes(schema.read_bytes())
            written.append(copy)
    return written


def is_workspace(folder: Path) -> bool:
    """Whether a folder holds audits and what they ask."""
    return all((folder / name).is_dir() for name in TELLING)


def _lay_out(target: Path) -> Iterator[Path]:
    for name, text in (("README.md", README), (".gitignore", GITIGNORE)):
        with (target / name).open("x", encoding="utf-8") as file:
            file.write(text)
        yield target / name
    source = package_workspace()
    for path in _carried(source):
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        # contents only: the wheel's copy may be read-only
        with path.open("rb") as original, copy.open("xb") as file:
            shutil.copyfileobj(original, file)
        yield copy


def _carried(source: Path) -> Iterator[Path]:
    """The files of a workspace that belong to it: no caches, no checkpoints, nothing hidden."""
    for name in FOLDERS:
        for path in sorted((source / name).rglob("*")):
            inside = path.relative_to(source).parts
            if path.is_file() and not any(part.startswith((".", "__")) for part in inside):
                yield path
