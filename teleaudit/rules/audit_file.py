"""An audit: who is audited, on which exports, against which policy, with which parameters.

Read from YAML, refused with precise messages.
"""

from __future__ import annotations

import codecs
import datetime as dt
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from pkgutil import iter_modules
from typing import Annotated, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from stdnum.dk import cvr as stdnum_cvr

from teleaudit.errors import AuditFileError, near_match
from teleaudit.rules.schedule import Notify, Schedule
from teleaudit.rules.undecided import (
    OpenDecision,
    UndecidedError,
    undecided_places,
    without_undecided,
)
from teleaudit.rules.waivers import Waiver
from teleaudit.rules.yaml_files import place_of, read_yaml, validated
from teleaudit.schema import TABLES, VOCABULARIES
from teleaudit.workspace import find_workspace, is_workspace

AUDIT_FILE = "audit.yaml"
POLICY_FILE = "policy.yaml"
MAX_PATH = 1_000
_NO_TEXT = frozenset(
    {
        "idna",
        "punycode",
        "undefined",
        "unicode_escape",
        "unicode-escape",
        "raw_unicode_escape",
        "raw-unicode-escape",
        "mbcs",
        "oem",
    }
)
# of an export: its working copy's folder is called so
_PLAIN_NAME = re.compile(r"[A-Za-zÆØÅæøå0-9][A-Za-zÆØÅæøå0-9_-]{0,63}")

_CHECK_ID = re.compile(r"[A-Z]\w*-[\w-]+\.\w+")
DateFormat = Literal[
    "yyyy-mm-dd",
    "dd-mm-yyyy",
    "mm-dd-yyyy",
    "dd.mm.yyyy",
    "dd/mm/yyyy",
    "mm/dd/yyyy",
    "dd/mm-yyyy",
    "yyyymmdd",
    "dd-mm-yy",
    "iso8601",
    "epoch-seconds",
    "excel-serial",
]
DATE_FORMATS: tuple[str, ...] = get_args(DateFormat)
ReportLanguage = Literal["da", "en"]  # each has its words in ``report/``
REPORT_LANGUAGES: tuple[ReportLanguage, ...] = get_args(ReportLanguage)
LANGUAGE_OF_RECORD: ReportLanguage = "da"  # always written; the others are translations of it
# A format of text is a module of ``readers/formats``: the folder lists them, and a new one is one file.
FORMATS = (
    "csv",
    "parquet",
    "excel",
    "asterisk",
    *sorted(
        module.name
        for module in iter_modules([str(Path(__file__).parents[1] / "readers" / "formats")])
    ),
)


def _known_format(value: str) -> str:
    """One of the formats. Raises: ValueError."""
    if value not in FORMATS:
        msg = f"no format '{value}'.{near_match(value, FORMATS)} There are: {', '.join(FORMATS)}"
        raise ValueError(msg)
    return value


Format = Annotated[
    str, AfterValidator(_known_format), Field(json_schema_extra={"enum": list(FORMATS)})
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def valid_cvr(value: str) -> str:
    """The eight digits of a CVR number. Raises: ValueError."""
    if not stdnum_cvr.is_valid(value):
        msg = "not a valid CVR number (eight digits, modulus 11)"
        raise ValueError(msg)
    return str(stdnum_cvr.compact(value))


def _digits(value: object) -> object:
    """A number that YAML has read as one, as its digits: a CVR number begins with no zero that
    could be lost.
    """
    return str(value) if type(value) is int else value


def plain_name(value: str) -> str:
    """The name, which can be a folder's anywhere and leads nowhere else. Raises: ValueError."""
    if not _PLAIN_NAME.fullmatch(value):
        msg = (
            "not a plain name: write letters, digits, '_' and '-', at most 64 of them, starting"
            " with a letter or digit"
        )
        raise ValueError(msg)
    return value


# YAML reads 118 as a number
Word = Annotated[str, BeforeValidator(str, json_schema_input_type=str | int | float | bool)]
PlainName = Annotated[str, AfterValidator(plain_name)]


def _as_names(value: object) -> object:
    """One name as several."""
    return value if isinstance(value, list | tuple) else (value,)


def _without_doubles(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names. Raises: ValueError where one is given twice, which would be read twice."""
    if len(set(names)) < len(names):
        msg = "names a sheet twice"
        raise ValueError(msg)
    return names


class Controller(_Strict):
    """The data controller (dataansvarlig) that is audited."""

    name: str
    cvr: Annotated[
        str, BeforeValidator(_digits, json_schema_input_type=str | int), AfterValidator(valid_cvr)
    ]


class Parameter(_Strict):
    """A value that the policy leaves open and the controller has set.

    ``value: null`` means not set: the check answers ``unset``.
    """

    value: str | int | float | None
    owner: str | None = None
    reason: str | None = None
    approved_on: dt.date | None = None

    @model_validator(mode="after")
    def _a_set_value_is_accounted_for(self) -> Parameter:
        missing = [
            name for name in ("owner", "reason", "approved_on") if getattr(self, name) is None
        ]
        if self.value is not None and missing:
            msg = f"a parameter with a value needs {', '.join(missing)} too"
            raise ValueError(msg)
        return self


class NotHeld(_Strict):
    """The controller's declaration that it keeps no such register, offers no such service, or has
    no record that a check is about: what is asked of it is not relevant.
    """

    owner: Annotated[str, Field(min_length=1)]
    reason: Annotated[str, Field(min_length=1)]
    declared_on: dt.date


class Keep(_Strict):
    """For how many days after a run what it left is kept; None: not decided."""

    # the closed annex: worklists and the key of the references. teleaudit purge erases it
    restricted_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    # the reports and results; nothing erases them but a person
    record_days: Annotated[int, Field(ge=1, le=36_500)] | None = None

    @model_validator(mode="after")
    def _the_record_is_kept_as_long_as_its_annex(self) -> Keep:
        if (
            self.restricted_days is not None
            and self.record_days is not None
            and self.record_days < self.restricted_days
        ):
            msg = "record_days is less than restricted_days: the annex is of no use without the record"
            raise ValueError(msg)
        return self


def _file_path(value: str) -> str:
    """A path or pattern that can be looked for. Raises: ValueError."""
    if not value.strip() or "\0" in value or len(value) > MAX_PATH:
        msg = f"not a path: name a folder or files, in at most {MAX_PATH} characters"
        raise ValueError(msg)
    if any("**" in part and part != "**" for part in PurePosixPath(value).parts):
        msg = "not a pattern: '**' stands for folders and can only stand alone between two '/'"
        raise ValueError(msg)
    return value


def _text_codec(value: str) -> str:
    """The name of a codec of text. Raises: ValueError."""
    try:
        is_text = codecs.lookup(value)._is_text_encoding  # noqa: SLF001 (nothing else says so)
    except (LookupError, ValueError):
        is_text = False
    if not is_text or value.casefold() in _NO_TEXT:
        msg = (
            "not an encoding that files are written in: utf-8, windows-1252, iso-8859-1, cp850,"
            " utf-16 ..."
        )
        raise ValueError(msg)
    return value


def _gate(value: float) -> float:
    """A share that lets no check pass for the few records that could be judged.

    Raises: ValueError.
    """
    if not 0.5 <= value <= 1:
        msg = (
            "not a share from 0.5 to 1: 0.99 means that 99 of 100 records must be assessable where"
            " a check passes"
        )
        raise ValueError(msg)
    return value


def _max_rejected(value: float) -> float:
    """A share that lets no check pass for the few rows that could be read. Raises: ValueError."""
    if not 0 <= value <= 0.5:
        msg = "not a share from 0 to 0.5: 0.01 means one row of a hundred"
        raise ValueError(msg)
    return value


FilePath = Annotated[str, AfterValidator(_file_path)]


class Writing(_Strict):
    """How the files of an export are written, and when they were."""

    format: Format | None = None
    # a Python codec name, "utf-8", "windows-1252" ...
    encoding: Annotated[str, AfterValidator(_text_codec)] | None = None
    delimiter: Annotated[str, Field(pattern=r'^[^"\r\n]$')] | None = None
    decimal: Literal[",", "."] | None = None
    dates: DateFormat | None = None  # for every date column of the export
    timezone: str = "Europe/Copenhagen"  # of the times in the file
    # False for files without a header line: columns are then column_1, column_2 ... (or the
    # format's, Asterisk); by its look where nothing is said
    header: bool | None = None
    extracted_at: dt.date | None = None


# What an export of another format than the audit's own takes over as well.
_OF_ANY_FORMAT = ("timezone", "extracted_at")


class ExportSpec(Writing):
    """One export: its files, how they are written, and which header is which canonical column.

    What is not declared is sniffed from the file; what cannot be decided is refused when it is
    read.
    """

    table: Annotated[str, Field(json_schema_extra={"enum": list(TABLES)})]
    files: FilePath  # path or glob pattern, from exports_root
    system: Word | None = None  # what people call the system it comes from: for the worklist
    # by canonical column, where it differs
    column_dates: dict[str, DateFormat] = Field(default_factory=dict)
    # Excel: one name or several, which are files of one export then
    sheet: Annotated[
        tuple[Word, ...],
        BeforeValidator(_as_names, json_schema_input_type=Word | tuple[Word, ...]),
        AfterValidator(_without_doubles),
    ] = ()
    # of format: fixed, header -> its first and last character
    layout: dict[str, Annotated[Word, Field(pattern=r"^\d{1,6}(-\d{1,6})?$")]] = Field(
        default_factory=dict
    )
    # the source's own count of rows, compared with what was read
    control_rows: Annotated[int, Field(ge=0)] | None = None
    columns: dict[str, str] = Field(default_factory=dict)  # canonical column -> header in the file
    # canonical column -> one value for every row (legal_entity)
    constants: dict[str, str] = Field(default_factory=dict)
    # headers that say how the system worked and nothing of a person; outside every closed list
    technical: tuple[Word, ...] = ()
    # canonical column -> own word -> canonical word
    values: dict[str, dict[Word, Word]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_are_known(self) -> ExportSpec:
        if self.table not in TABLES:
            msg = f"no table '{self.table}'.{near_match(self.table, TABLES)}"
            raise ValueError(msg)
        known = TABLES[self.table].names
        for name in (*self.columns, *self.constants, *self.column_dates):
            if name not in known:
                msg = f"table {self.table} has no column '{name}'.{near_match(name, known)}"
                raise ValueError(msg)
        for name, words in self.values.items():
            self._refuse_unknown_words(name, words.values())
        return self

    @model_validator(mode="after")
    def _a_layout_belongs_to_its_format(self) -> ExportSpec:
        if (self.format == "fixed") is not bool(self.layout):
            msg = (
                "a layout is for format: fixed"
                if self.layout
                else (
                    "format: fixed needs a layout of first and last characters, such as layout:"
                    " {Kundenr: 1-8, Navn: 9-38}"
                )
            )
            raise ValueError(msg)
        return self

    def _refuse_unknown_words(self, column: str, words: Iterable[str]) -> None:
        """Raises ValueError where a column has no vocabulary, or its vocabulary not these words."""
        own = [name.partition(".")[2] for name in VOCABULARIES if name.startswith(f"{self.table}.")]
        if column not in own:
            msg = (
                "values: no rule rests on the words of"
                f" {self.table}.{column}.{near_match(column, own)}"
            )
            raise ValueError(msg)
        known = VOCABULARIES[f"{self.table}.{column}"].canonical
        for word in words:
            if word not in known:
                msg = (
                    f"values: {self.table}.{column} has no word '{word}'.{near_match(word, known)}"
                    f" It has: {', '.join(known)}"
                )
                raise ValueError(msg)


def _with_defaults(spec: object, defaults: dict[object, object]) -> object:
    """An export with the audit's defaults; one that names another format takes over only what is
    said of any.
    """
    if not isinstance(spec, dict):
        return spec
    is_other = spec.get("format", defaults.get("format")) != defaults.get("format")
    taken = {
        key: value
        for key, value in defaults.items()
        if key in (_OF_ANY_FORMAT if is_other else Writing.model_fields)
    }
    return {**taken, **spec}


class Audit(_Strict):
    """One operator's audit, as its ``audit.yaml`` says."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
    controller: Controller
    policy: FilePath = POLICY_FILE  # seen from the audit file
    # the date on which deadlines are judged; today when neither file nor command says
    as_of: dt.date | None = None
    exports_root: FilePath
    gate: Annotated[float, AfterValidator(_gate)] = 0.99  # smallest M/N with which a check may pass
    # share of unreadable rows above which a data set is not judged
    max_rejected: Annotated[float, AfterValidator(_max_rejected)] = 0.001
    defaults: Writing = Writing()  # of every export that does not say otherwise
    exports: dict[PlainName, ExportSpec]
    # the operator's own hosts, subdomains included: no browsing data
    own_domains: tuple[
        Annotated[str, Field(pattern=r"^[a-z0-9æøåäöü-]+(\.[a-z0-9æøåäöü-]+)+$")], ...
    ] = ()
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    not_held: dict[str, NotHeld] = Field(default_factory=dict)  # by canonical table, or by check id
    waivers: tuple[Waiver, ...] = ()  # risks that are accepted for a time
    keep: Keep = Keep()  # the audit's own deadlines
    schedule: Schedule | None = None  # when it is carried out by itself
    notify: Notify = Notify()  # who is told what came of it
    # the operator's own, run beside those of the workspace: paths from the audit file
    notebooks: tuple[str, ...] = ()
    # invented exports that came with the package: never what an unnamed audit means
    sample: bool = False
    report_languages: tuple[ReportLanguage, ...] = (LANGUAGE_OF_RECORD,)

    _path: Path

    @model_validator(mode="before")
    @classmethod
    def _exports_take_the_defaults(cls, data: object) -> object:
        match data:
            case {"defaults": dict(defaults), "exports": dict(exports), **others}:
                return {
                    **others,
                    "defaults": defaults,
                    "exports": {
                        name: _with_defaults(spec, defaults) for name, spec in exports.items()
                    },
                }
        return data

    @model_validator(mode="after")
    def _export_names_differ(self) -> Audit:
        folded = [name.casefold() for name in self.exports]
        if twice := sorted({name for name in self.exports if folded.count(name.casefold()) > 1}):
            msg = f"export names that differ in case alone: {', '.join(twice)}"
            raise ValueError(msg)
        return self

    @field_validator("not_held")
    @classmethod
    def _is_a_table_without_exports(
        cls, not_held: dict[str, NotHeld], info: ValidationInfo
    ) -> dict[str, NotHeld]:
        for table in not_held:
            if _CHECK_ID.fullmatch(table):
                continue  # the rulebook knows which checks there are
            if table not in TABLES:
                msg = f"no table '{table}'.{near_match(table, TABLES)}"
                raise ValueError(msg)
            exports: dict[str, ExportSpec] = info.data.get("exports", {})
            if filling := [name for name, spec in exports.items() if spec.table == table]:
                msg = (
                    f"{table} is declared not held, but exports.{filling[0]} fills that table."
                    " Remove one of the two."
                )
                raise ValueError(msg)
        return not_held

    def technical_columns(self, table: str) -> tuple[str, ...]:
        """The headers of a table's exports that the operator declared to be technical."""
        return tuple(
            header
            for export in self.exports.values()
            if export.table == table
            for header in export.technical
        )

    @property
    def path(self) -> Path:
        """The file the audit was read from."""
        return self._path

    @property
    def policy_file(self) -> Path:
        """The policy that it is held against, clause by clause."""
        return self._path.parent / self.policy

    @property
    def root(self) -> Path:
        """The folder its exports lie in, as the file says."""
        return (self._path.parent / self.exports_root).resolve()

    @property
    def address(self) -> str:
        """Where its exports lie: a folder of this machine, or a URL of a file system that Spark
        reaches.
        """
        return self.exports_root if is_url(self.exports_root) else str(self.root)


def is_url(place: str) -> bool:
    """Whether exports lie elsewhere than in a folder: hdfs://, s3a://, file:// ..."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", place) is not None


def load_audit(path: Path) -> Audit:
    """The audit of one ``audit.yaml`` (or of the folder that holds it).

    Raises: AuditFileError, naming file, place and what to write instead; UndecidedError where a
    person must choose first.
    """
    audit, undecided = load_decided(path)
    if undecided:
        raise UndecidedError("\n".join(map(str, undecided)))
    return audit


def load_decided(path: Path) -> tuple[Audit, tuple[OpenDecision, ...]]:
    """The audit as far as it is decided, and what is not. Raises: AuditFileError."""
    file = path / AUDIT_FILE if path.is_dir() else path
    data = read_yaml(file)
    undecided = tuple(
        OpenDecision(where=place_of(file, place), place=place) for place in undecided_places(data)
    )
    audit = validated(without_undecided(data) if undecided else data, Audit, file)
    audit._path = file.resolve()  # noqa: SLF001 (our own private attribute, set once on reading)
    return audit, undecided


def find_audit(name: str | Path) -> Path:
    """The audit file at a path, in a folder, or of that name in the workspace's ``audits/``.

    Raises: AuditFileError with the near match.
    """
    path = Path(name)
    if len(str(name)) > MAX_PATH:
        msg = (
            f"no audit has a path of {len(str(name)):,} characters. Name an audit, its folder, or"
            " its audit.yaml."
        )
        raise AuditFileError(msg)
    if path.is_dir():
        path /= AUDIT_FILE
    elif path.name == str(name) and not path.suffix:
        path = find_workspace(Path.cwd()) / "audits" / name / AUDIT_FILE
    if path.exists():
        return path
    asked = path.parent if path.name == AUDIT_FILE else path
    folder = asked if asked.is_dir() else asked.parent
    if is_workspace(folder):
        folder /= "audits"
    known = sorted(file.parent.name for file in folder.glob(f"*/{AUDIT_FILE}"))
    msg = f"no file {path}.{near_match(asked.name, known)}" + (
        f" Audits in {folder}: {', '.join(known)}." if known else ""
    )
    raise AuditFileError(msg)
