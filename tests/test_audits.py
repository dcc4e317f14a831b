"""An audit file is read as it stands or refused with the place, what is wrong there, and what was
probably meant.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from teleaudit.errors import AuditFileError
from teleaudit.rules.audit_file import find_audit, load_audit
from teleaudit.workspace import package_workspace

_GOOD = """
name: bizzy
controller:
  name: Bizzy
  cvr: "21497479"
exports_root: data
own_domains: [bizzy.dk]
exports:
  kunder:
    table: crm_customer
    files: kunder.csv
    dates: dd-mm-yyyy
    columns:
      customer_id: Kundenr.
parameters:
  immediately_days:
    value: 14
    owner: Driftschef
    reason: drift
    approved_on: 2026-10-01
"""


def _file(folder: Path, text: str) -> Path:
    file = folder / "audit.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def _refusal(folder: Path, text: str) -> str:
    with pytest.raises(AuditFileError) as refusal:
        load_audit(_file(folder, text))
    return str(refusal.value)


def _without_lines(refusal: str) -> str:
    """The test of unknown keys says which line is named."""
    return re.sub(r"audit\.yaml, line \d+:", "audit.yaml:", refusal)


def test_an_audit_is_found_by_its_file_or_its_folder(tmp_path: Path) -> None:
    file = _file(tmp_path, _GOOD)
    assert load_audit(file) == load_audit(tmp_path)
    audit = load_audit(tmp_path)
    assert (audit.path, audit.root) == (file.resolve(), (tmp_path / "data").resolve())
    assert (audit.gate, audit.max_rejected, audit.as_of) == (0.99, 0.001, None)


@pytest.mark.parametrize("operator", ["bizzy", "kazoom"])
def test_the_sample_audits_can_be_read(operator: str) -> None:
    assert load_audit(package_workspace() / "audits" / operator).name == operator


@pytest.mark.parametrize(
    ("wrong", "right", "place"),
    [
        ("own_domain: [bizzy.dk]", "own_domains: [bizzy.dk]", "own_domain"),
        ("  nam: Bizzy", "  name: Bizzy", "controller.nam"),
        ("    file: kunder.csv", "    files: kunder.csv", "exports.kunder.file"),
        ("    ownr: Driftschef", "    owner: Driftschef", "parameters.immediately_days.ownr"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_known_one_at_every_level(
    tmp_path: Path, wrong: str, right: str, place: str
) -> None:
    assert right in _GOOD
    text = _GOOD.replace(right, wrong)
    line = text[: text.index(wrong)].count("\n") + 1
    meant = right.strip().partition(":")[0]
    assert (
        f"{tmp_path / 'audit.yaml'}, line {line}: unknown key '{place}'. Did you mean '{meant}'?"
    ) in _refusal(tmp_path, text)


def test_a_key_unlike_any_other_is_refused_without_a_guess(tmp_path: Path) -> None:
    assert (
        _refusal(tmp_path, _GOOD + "zzz: 1\n")
        == f"{tmp_path / 'audit.yaml'}, line {_GOOD.count(chr(10)) + 1}: unknown key 'zzz'."
    )


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (
            "table: crm_customer",
            "table: crm_customer\n    format: jsonlines",
            "exports.kunder.format: no format 'jsonlines'. Did you mean 'jsonl'? There are: csv,",
        ),
        (
            "table: crm_customer",
            "table: crm_custmer",
            "exports.kunder: no table 'crm_custmer'. Did you mean 'crm_customer'?",
        ),
        (
            "customer_id: Kundenr.",
            "custmer_id: Kundenr.",
            (
                "exports.kunder: table crm_customer has no column 'custmer_id'. Did you mean"
                " 'customer_id'?"
            ),
        ),
        (
            'cvr: "21497479"',
            'cvr: "21497478"',
            "controller.cvr: not a valid CVR number (eight digits, modulus 11)",
        ),
        (
            "dates: dd-mm-yyyy",
            "dates: dd-mm",
            "exports.kunder.dates: Input should be 'yyyy-mm-dd', 'dd-mm-yyyy'",
        ),
        (
            "    owner: Driftschef\n",
            "",
            "parameters.immediately_days: a parameter with a value needs owner too",
        ),
        ("exports_root: data\n", "", "'exports_root' is missing."),
        ("name: bizzy", "name: Bizzy A/S", "name: String should match pattern"),
        (
            "own_domains: [bizzy.dk]",
            "own_domains: [bizzy.dk]\ngate: 1.01",
            "gate: not a share from 0.5 to 1",
        ),
        (
            "own_domains: [bizzy.dk]",
            "own_domains: [bizzy.dk]\ngate: 1e-300",
            "gate: not a share from 0.5 to 1",
        ),
        (
            "own_domains: [bizzy.dk]",
            "own_domains: [bizzy.dk]\ngate: .nan",
            "gate: not a share from 0.5 to 1",
        ),
        (
            "own_domains: [bizzy.dk]",
            "own_domains: [bizzy.dk]\nmax_rejected: 1",
            "max_rejected: not a share from 0 to 0.5: 0.01 means one row of a hundred",
        ),
        (
            "own_domains: [bizzy.dk]",
            "own_domains: bizzy.dk",
            "own_domains: a list is wanted here, such as [one, two]; it is a single value.",
        ),
        (
            "own_domains: [bizzy.dk]",
            "own_domains:",
            "own_domains: a list is wanted here, such as [one, two]; it is empty.",
        ),
        (
            _GOOD,
            "",
            (
                "the file: keys and values are wanted here, each on a line such as name: value; it"
                " is empty."
            ),
        ),
        (
            _GOOD,
            "- a\n",
            (
                "the file: keys and values are wanted here, each on a line such as name: value; it"
                " is a list."
            ),
        ),
        ("  kunder:\n", "  - kunder:\n", "exports: keys and values are wanted here"),
        ("name: bizzy", f"name: {'[' * 5_000}", "not valid here: it is nested too deep."),
        (
            "own_domains: [bizzy.dk]",
            "own_domains: [bizzy.dk]\nas_of: soon",
            "as_of: not a date as it is wanted here",
        ),
    ],
)
def test_a_wrong_value_is_refused_with_its_place(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    assert right in _GOOD
    assert _without_lines(_refusal(tmp_path, _GOOD.replace(right, wrong))).startswith(
        f"{tmp_path / 'audit.yaml'}: {said}"
    )


def test_an_audit_of_a_path_that_no_file_can_have_is_refused() -> None:
    with pytest.raises(AuditFileError, match=r"no audit has a path of 5,000 characters\."):
        find_audit("a" * 5_000)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        *(
            ("files", value, "not a path: name a folder or files")
            for value in ("", " ", "a\0b", "k" * 5_000)
        ),
        *(
            ("exports_root", value, "not a path: name a folder or files")
            for value in ("", "a\0b", "k" * 5_000)
        ),
        *(
            ("files", value, "not a pattern: '**' stands for folders")
            for value in ("k**.csv", "a/**b/c.csv")
        ),
        *(
            ("encoding", value, "not an encoding that files are written in")
            for value in ("idna", "undefined", "hex", "utf-9", "")
        ),
        *(("delimiter", value, "String should match pattern") for value in ("ab", "", '"', "\n")),
        ("control_rows", -5, "Input should be greater than or equal to 0"),
    ],
)
def test_what_cannot_be_looked_for_or_read_so_is_refused_before_any_file(
    tmp_path: Path, field: str, value: object, said: str
) -> None:
    spoilt = {"files": "kunder.csv", "exports_root": "data"}
    place = f"{field}: {json.dumps(value)}"
    text = (
        _GOOD.replace(f"{field}: {spoilt[field]}", place, 1)
        if field in spoilt
        else _GOOD.replace("    files: kunder.csv", f"    files: kunder.csv\n    {place}", 1)
    )
    assert said in _refusal(tmp_path, text)


@pytest.mark.parametrize(
    "encoding",
    [
        "utf-8",
        "UTF-8-SIG",
        "windows-1252",
        "iso-8859-1",
        "cp850",
        "cp865",
        "utf-16",
        "utf-16-le",
        "mac_roman",
    ],
)
def test_encodings_of_files_are_taken(tmp_path: Path, encoding: str) -> None:
    assert (
        load_audit(
            _file(
                tmp_path,
                _GOOD.replace(
                    "    files: kunder.csv", f"    files: kunder.csv\n    encoding: {encoding}", 1
                ),
            )
        )
        .exports["kunder"]
        .encoding
        == encoding
    )


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "/x",
        ".",
        "..",
        "",
        "a/b",
        "a\\b",
        "state.json",
        "a b",
        "a\nb",
        "a\0b",
        "~",
        "-rf",
        "x" * 65,
        "ключ",
        "🙂",
        "C:x",
    ],
)
def test_an_export_has_a_plain_name(tmp_path: Path, name: str) -> None:
    refusal = _refusal(tmp_path, _GOOD.replace("  kunder:", f"  {json.dumps(name)}:"))
    assert (
        "not a plain name: write letters, digits, '_' and '-', at most 64 of them, starting with a"
        " letter or digit" in refusal
    )


def test_export_names_differ_in_more_than_case(tmp_path: Path) -> None:
    twice = _GOOD.replace("exports:\n", "exports:\n  KUNDER: {table: crm_customer, files: a.csv}\n")
    assert "export names that differ in case alone: KUNDER, kunder" in _refusal(tmp_path, twice)


def _declared(table: str) -> str:
    return (
        f"not_held:\n  {table}:\n    owner: Direktør\n    reason: føres ikke\n    declared_on:"
        " 2026-11-01\n"
    )


@pytest.mark.parametrize(
    ("added", "said"),
    [
        (
            _declared("directory_18"),
            "not_held: no table 'directory_18'. Did you mean 'directory_118'?",
        ),
        (
            _declared("crm_customer"),
            (
                "not_held: crm_customer is declared not held, but exports.kunder fills that table."
                " Remove one of the two."
            ),
        ),
        (
            _declared("consent").replace("    owner: Direktør\n", ""),
            "'not_held.consent.owner' is missing.",
        ),
        (
            _declared("consent").replace("owner", "ownr"),
            "unknown key 'not_held.consent.ownr'. Did you mean 'owner'?",
        ),
    ],
)
def test_a_declaration_of_what_is_not_held_is_of_a_table_without_exports_and_accounted_for(
    tmp_path: Path, added: str, said: str
) -> None:
    assert f"{tmp_path / 'audit.yaml'}: {said}" in _without_lines(_refusal(tmp_path, _GOOD + added))
    assert list(load_audit(_file(tmp_path, _GOOD + _declared("consent"))).not_held) == ["consent"]


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (
            "approved_on: 2026-10-01",
            "approved_on: 01-10-2026",
            (
                "parameters.immediately_days.approved_on: not a date as it is wanted here: write"
                " yyyy-mm-dd, as in 2026-11-22."
            ),
        ),
        (
            "name: bizzy\n",
            "name: bizzy\nas_of: 22.11.2026\n",
            "as_of: not a date as it is wanted here: write yyyy-mm-dd, as in 2026-11-22.",
        ),
        (
            "name: bizzy\n",
            "name: bizzy\nas_of: 20261122\n",
            "as_of: not a date as it is wanted here: write yyyy-mm-dd, as in 2026-11-22.",
        ),
    ],
)
def test_a_date_or_number_written_otherwise_is_refused_with_how_to_write_it(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    assert (
        _without_lines(_refusal(tmp_path, _GOOD.replace(right, wrong)))
        == f"{tmp_path / 'audit.yaml'}: {said}"
    )


def test_a_cvr_number_needs_no_quotes(tmp_path: Path) -> None:
    assert (
        load_audit(_file(tmp_path, _GOOD.replace('"21497479"', "21497479"))).controller.cvr
        == "21497479"
    )
    assert "controller.cvr: not a valid CVR number" in _refusal(
        tmp_path, _GOOD.replace('"21497479"', "2149747")
    )


@pytest.mark.parametrize("written", ["DK21497479", "21 49 74 79"])
def test_a_cvr_number_is_known_by_its_digits(tmp_path: Path, written: str) -> None:
    assert (
        load_audit(_file(tmp_path, _GOOD.replace("21497479", written))).controller.cvr == "21497479"
    )


def test_every_mistake_is_said_at_once(tmp_path: Path) -> None:
    refusal = _refusal(
        tmp_path,
        _GOOD.replace("exports_root", "export_root").replace("table: crm_customer", "table: crm"),
    )
    assert len(refusal.splitlines()) == 3


def test_a_parameter_that_is_not_set_needs_no_owner(tmp_path: Path) -> None:
    text = _GOOD[: _GOOD.index("    value: 14")] + "    value: null\n"
    assert load_audit(_file(tmp_path, text)).parameters["immediately_days"].value is None


@pytest.mark.parametrize(
    ("text", "line"),
    [("name: a\ncontroller: [\n", 3), ("name: a\n\tcontroller: b\n", 2), ("name: a\nname: b\n", 2)],
)
def test_what_is_no_yaml_is_refused_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    assert f"audit.yaml, line {line}: not valid YAML" in _refusal(tmp_path, text)


@pytest.mark.parametrize("content", [b"name: \xe6\xf8\xe5\n", b"name: \x00\n", b"", b"- a\n"])
def test_what_is_no_audit_is_refused_in_plain_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "audit.yaml").write_bytes(content)
    with pytest.raises(AuditFileError, match=r"audit\.yaml"):
        load_audit(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(AuditFileError, match=r"no file .*nowhere\.yaml"):
        load_audit(tmp_path / "nowhere.yaml")
    with pytest.raises(AuditFileError, match=r"no file .*audit\.yaml"):
        load_audit(tmp_path)


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("", ("csv", ";", "dd-mm-yyyy", "2026-10-31")),
        ("    delimiter: ','\n", ("csv", ",", "dd-mm-yyyy", "2026-10-31")),
        ("    extracted_at: 2026-11-01\n", ("csv", ";", "dd-mm-yyyy", "2026-11-01")),
        # how another format is written is no business of the others
        ("    format: jsonl\n", ("jsonl", None, None, "2026-10-31")),
    ],
)
def test_an_export_takes_over_what_the_audit_says_of_all_unless_it_says_otherwise(
    tmp_path: Path, own: str, expected: tuple[str | None, ...]
) -> None:
    defaults = (
        "defaults: {format: csv, delimiter: ';', dates: dd-mm-yyyy, extracted_at: 2026-10-31}"
    )
    text = _GOOD.replace("    dates: dd-mm-yyyy\n", own).replace(
        "exports:\n", f"{defaults}\nexports:\n", 1
    )
    spec = load_audit(_file(tmp_path, text)).exports["kunder"]
    assert (spec.format, spec.delimiter, spec.dates, str(spec.extracted_at)) == expected


def test_a_default_that_no_export_can_have_is_refused(tmp_path: Path) -> None:
    assert "unknown key 'defaults.delimeter'. Did you mean 'delimiter'?" in _refusal(
        tmp_path, _GOOD + "defaults: {delimeter: ';'}\n"
    )
