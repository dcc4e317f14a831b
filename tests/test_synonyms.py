"""The words for headers: they name columns that there are, each once, and mean the same however a
system spells them.
"""

from __future__ import annotations

import pytest
from ruamel.yaml import YAML

from teleaudit.schema import TABLES, plain_header
from teleaudit.schema.synonyms import SynonymsError, check_synonyms, released_synonyms, synonyms_of

COLUMNS = {"crm_customer": ("customer_id", "end_date"), "invoice": ("customer_id", "due_date")}


def check(text: str) -> None:
    check_synonyms(YAML(typ="safe").load(text), COLUMNS)


def test_the_released_words_are_sound() -> None:
    check_synonyms(released_synonyms(), {name: table.names for name, table in TABLES.items()})


def test_every_column_has_a_word() -> None:
    # which the reader fills
    assert [
        f"{table.name}.{column.name}"
        for table in TABLES.values()
        for column in table.columns
        if not column.synonyms
    ] == ["cdr.leg"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("shared: {}\nkunder: {customer_id: [kundenr]}", "no table kunder"),
        ("shared: {}\ncrm_customer: {due_date: [forfald]}", "no column crm_customer.due_date"),
        ("shared: {saldo: [saldo]}", "no column shared.saldo"),
        (
            "shared: {}\ncrm_customer: {end_date: [ophør, Ophør.]}",
            "'ophoer' stands at end_date and end_date",
        ),
        (
            "shared: {}\ncrm_customer: {customer_id: [nr], end_date: [[nr]]}",
            "'nr' stands at customer_id and end_date",
        ),
        (
            "shared: {customer_id: [kundenr]}\ncrm_customer: {customer_id: [kunde-nr]}",
            "'kundenr' stands at customer_id and customer_id",
        ),
        (
            "shared: {}\ncrm_customer: {customer_id: [end date]}",
            "'enddate' stands at customer_id and end_date",
        ),
    ],
)
def test_words_for_what_there_is_not_and_words_that_stand_twice_are_refused(
    text: str, message: str
) -> None:
    with pytest.raises(SynonymsError, match=message):
        check(text)


def test_the_same_word_may_mean_another_column_in_another_table() -> None:
    check(
        "shared: {customer_id: [kundenr]}\ncrm_customer: {end_date: [slut]}\ninvoice: {due_date:"
        " [slut]}"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ophørt den", "OPHOERT_DEN"),
        ("Varighed (sek)", "varighed"),
        ("Beløb (DKK)", "beloeb"),
        ("Beløb (kr.)", "beloeb"),
        ("A-nr.", "a nr"),
        ("Åben saldo", "aabensaldo"),
        ("startDate", "start_date"),
        ("Kunde\u00a0nr", "Kundenr"),
        ("e\u0301tat", "etat"),
    ],
)
def test_spellings_of_one_header_are_the_same(one: str, other: str) -> None:
    assert plain_header(one) == plain_header(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Varighed (min)", "Varighed"),
        ("Data (MB)", "Data"),
        ("Kort (maskeret)", "Kort"),
        ("A-nummer", "B-nummer"),
    ],
)
def test_what_means_something_else_is_not_the_same(one: str, other: str) -> None:
    assert plain_header(one) != plain_header(other)


def test_a_columns_own_words_come_before_what_all_tables_share() -> None:
    assert TABLES["crm_customer"].column("end_date").synonyms[0] == "ophørsdato"
    assert TABLES["number_assignment"].column("valid_from").synonyms[0] == "gyldig fra"
    assert TABLES["cdr"].column("customer_id").synonyms[0] == "kundenr"
    assert {"accountcode", "kunde"} <= set(synonyms_of("cdr", "customer_id").general)
