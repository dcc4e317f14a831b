"""Words on which rules rest: which are known, what an audit may say of others, and which of them
may be named.
"""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML

from teleaudit.exports.vocabularies import namable_words, proposed_values, values_yaml
from teleaudit.rules.audit_file import ExportSpec
from teleaudit.schema import TABLES, VOCABULARIES
from teleaudit.schema.vocabularies import folded
from tests.exports.desk import Desk

REQUESTS = {"dsar_id": "Nr", "type": "Art", "outcome": "Udfald"}


def _requests(*outcomes: str) -> str:
    return "Nr;Art;Udfald\n" + "".join(
        f"{number};Indsigt;{outcome}\n" for number, outcome in enumerate(outcomes)
    )


@pytest.mark.parametrize("name", VOCABULARIES)
def test_a_vocabulary_is_of_a_column_and_each_of_its_words_means_one_thing(name: str) -> None:
    table, _, column = name.partition(".")
    vocabulary = VOCABULARIES[name]
    assert TABLES[table].column(column).name == column
    meanings = [
        (folded(text), word)
        for word, others in vocabulary.words.items()
        for text in {word, *others}
    ]
    assert len({text for text, _ in set(meanings)}) == len(set(meanings))
    assert not {folded(near) for near in vocabulary.near} & vocabulary.spellings.keys()
    assert set(vocabulary.near.values()) <= set(vocabulary.canonical)


def test_known_words_are_read_as_the_canonical_one_and_unknown_ones_as_they_stand(
    desk: Desk,
) -> None:
    desk.write("a.csv", _requests("Afvist", "imødekommet", "IKKE  IMØDEKOMMET", "Henlagt", ""))
    export = desk.read("a.csv", table="dsar", columns=REQUESTS)
    assert desk.rows(export, "type", "outcome", "_issues") == [
        ("indsigt", "afslag", None),
        ("indsigt", "imødekommet", None),
        ("indsigt", "afslag", None),
        ("indsigt", "Henlagt", "outcome=unknown_word"),
        ("indsigt", None, None),
    ]


def test_the_audit_says_what_a_word_of_its_own_stands_for(desk: Desk) -> None:
    desk.write("a.csv", _requests("henlagt", "Lukket", "bortfaldet"))
    export = desk.read(
        "a.csv",
        table="dsar",
        columns=REQUESTS,
        values={"outcome": {"Henlagt": "andet", "lukket": "imødekommet"}},
    )
    assert desk.rows(export, "outcome", "_issues") == [
        ("andet", None),
        ("imødekommet", None),
        ("bortfaldet", "outcome=unknown_word"),
    ]


def test_parquet_and_constants_are_read_so_too(desk: Desk) -> None:
    import duckdb

    target = desk.root / "a.parquet"
    duckdb.execute(
        "COPY (SELECT 'D1' AS dsar_id, 'Access' AS type UNION ALL SELECT 'D2', 'other thing') TO"
        f" '{target}' (FORMAT parquet)"
    )
    export = desk.read(
        "a.parquet",
        table="dsar",
        columns={"dsar_id": "dsar_id", "type": "type"},
        constants={"outcome": "Granted"},
    )
    assert desk.rows(export, "type", "outcome", "_issues") == [
        ("indsigt", "imødekommet", None),
        ("other thing", "imødekommet", "type=unknown_word"),
    ]


def test_unknown_words_are_named_on_the_console_and_counted_in_the_record(desk: Desk) -> None:
    desk.write("a.csv", _requests("Henlagt", "Henlagt", "afslag", "bortfaldet"))
    (remark,) = desk.read("a.csv", table="dsar", columns=REQUESTS).warnings
    assert (
        str(remark)
        == 'a.csv, column "Udfald": 3 values are no words that outcome has (Henlagt, bortfaldet).'
        " Say under values in audit.yaml which words they stand for."
    )
    assert "enlagt" not in str(remark.as_json())
    assert remark.as_json()["count"] == 3


@pytest.mark.parametrize(
    "found",
    [
        [("afslag", 9), ("Hanne Piledal", 5)],  # a name, however often
        [("afslag", 9), ("Hanne", 1)],  # capital, once
        [("afslag", 9), ("sag 2026 0117", 4)],
        [("afslag", 9), ("hanne@firma.dk", 4)],
        [("afslag", 9), ("kunden har flere gange henvendt sig", 4)],
        [("henlagt", 9), ("lukket", 5)],  # no word is known: the column may be another
        [("afslag", 9), *((f"ord{'abcdefghijklmnopqrstu'[number]}", 2) for number in range(21))],
    ],
)
def test_where_one_may_be_no_word_none_is_named(found: list[tuple[str, int]]) -> None:
    assert namable_words(found, VOCABULARIES["dsar.outcome"].spellings) == ()


def test_words_are_named_in_their_order() -> None:
    found = [("Henlagt", 4), ("afslag", 3), ("TRUKKET TILBAGE", 2), ("bort-faldet", 1)]
    assert namable_words(found, VOCABULARIES["dsar.outcome"].spellings) == (
        "Henlagt",
        "TRUKKET TILBAGE",
        "bort-faldet",
    )


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (
            {"outcome": {"henlagt": "afslaag"}},
            "dsar.outcome has no word 'afslaag'. Did you mean 'afslag'?",
        ),
        ({"format": {"pdf": "csv"}}, "no rule rests on the words of dsar.format"),
    ],
)
def test_an_audit_cannot_map_a_word_to_one_that_no_rule_knows(
    values: dict[str, dict[str, str]], told: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        ExportSpec(table="dsar", files="a.csv", values=values)
    assert told in str(caught.value)


def test_numbers_are_words_too() -> None:
    spec = ExportSpec.model_validate(
        {"table": "consent", "files": "a.csv", "values": {"purpose": {118: 118, 7: "andet"}}}
    )
    assert spec.values == {"purpose": {"118": "118", "7": "andet"}}


@pytest.mark.parametrize(
    ("column", "word", "near"),
    [
        ("dsar.outcome", "Henlagt", "andet"),  # declared near
        ("dsar.outcome", "imodekommet", "imødekommet"),  # a letter off
        ("dsar.type", "indsigt i logfiler", "indsigt"),  # a part
        ("consent.purpose", "nyhedsbrev", "markedsføring"),
        ("recipient_register.role", "zzz", None),
    ],
)
def test_near_words_are_proposed(column: str, word: str, near: str | None) -> None:
    table, _, name = column.partition(".")
    assert proposed_values(table, name, [word]) == {word: near}


def test_known_words_and_columns_without_a_vocabulary_need_no_proposal() -> None:
    assert proposed_values("dsar", "outcome", ["Afvist", "delvist"]) == {}
    assert proposed_values("dsar", "format", ["pdf"]) == {}
    assert values_yaml("dsar", {"outcome": ["Afvist"]}) == []


def test_a_proposal_is_a_comment_to_confirm() -> None:
    assert values_yaml("dsar", {"outcome": ["Henlagt", "qqq", "afslag"]}) == [
        "    # values:  # your own word: the word that the rules know",
        "    #   outcome:  # known: imødekommet, delvist, afslag, andet",
        '    #     "Henlagt": andet',
        '    #     "qqq": "?"',
    ]


def test_a_proposal_is_yaml_once_it_is_no_comment_and_no_audit_accepts_it_as_it_stands() -> None:
    lines = values_yaml("dsar", {"outcome": ["Henlagt", "qqq"]})
    values = YAML(typ="safe").load("\n".join(line.replace("# ", "", 1) for line in lines))["values"]
    assert values == {"outcome": {"Henlagt": "andet", "qqq": "?"}}
    with pytest.raises(ValidationError, match=r"dsar.outcome has no word '\?'"):
        ExportSpec(table="dsar", files="a.csv", values=values)


@pytest.mark.parametrize("word", ["Ophørt", "Inaktiv", "Ikke aktiv"])
def test_a_word_that_changes_no_answer_needs_no_proposal(word: str) -> None:
    assert proposed_values("crm_customer", "status", [word]) == {}
