"""Free SQL: one SELECT on what is masked at its source, in an engine that holds nothing else."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from teleaudit.lab import OpenAudit
from teleaudit.rules.suites import data_set_names
from teleaudit.sessions.desk import _frame
from teleaudit.sessions.free_sql import FreeSql
from teleaudit.sessions.refusing import LabError
from tests.opened import values_in, values_of


@pytest.fixture(scope="module")
def audit(opened: OpenAudit) -> OpenAudit:
    return opened


@pytest.fixture(scope="module")
def values(audit: OpenAudit) -> set[str]:
    return values_of(audit)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*), count(name), count(DISTINCT name), count(DISTINCT customer_id) FROM crm_customer",
        "SELECT sum(duration_s), min(start_at), max(start_at), avg(rated_amount) FROM cdr",
        (
            "SELECT count(*), count(DISTINCT c.customer_id) FROM cdr AS c JOIN crm_customer AS k ON"
            " c.customer_id = k.customer_id"
        ),
        "SELECT relationship_state, count(*) FROM crm_customer GROUP BY 1 ORDER BY 1",
        "SELECT year(start_at), count(DISTINCT a_number) FROM cdr GROUP BY ALL ORDER BY ALL",
    ],
)
def test_counts_sums_and_joins_are_those_of_the_exports(query: str, audit: OpenAudit) -> None:
    asked = audit.sql(query)
    true = _frame(query, audit._desk._engine)
    assert asked.to_csv() == true.to_csv()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT name AS x FROM crm_customer",
        "SELECT upper(name), lower(name), reverse(reverse(name)) FROM crm_customer",
        "SELECT name[1:6], left(name, 6), substr(name, 1, 8) FROM crm_customer",
        "SELECT 'a ' || name || email FROM crm_customer",
        "SELECT list(name), string_agg(phone, ','), min(name), max(name), any_value(email) FROM crm_customer",
        "SELECT histogram(name) FROM crm_customer",
        "SELECT k FROM crm_customer AS k LIMIT 50",
        "SELECT {'a': name}, [phone], map([name], [email]) FROM crm_customer",
        "SELECT to_json(k) FROM crm_customer AS k LIMIT 50",
        "WITH x AS (SELECT name AS y FROM crm_customer) SELECT y FROM x",
        "SELECT (SELECT max(name) FROM crm_customer)",
        "SELECT * FROM (SELECT COLUMNS('.*') FROM crm_customer LIMIT 50)",
        "SELECT a_number, b_number FROM cdr UNION SELECT name, phone FROM crm_contact",
        "SELECT unnest(list(name)) FROM crm_customer",
        "FROM crm_customer LIMIT 50",
        "SUMMARIZE crm_customer",
        "SELECT free_text FROM crm_customer",
        "SELECT CASE WHEN name LIKE 'P%' THEN name ELSE phone END FROM crm_customer",
        "SELECT regexp_extract(email, '(.*)', 1) FROM crm_customer",
        "SELECT sql FROM information_schema.tables",
    ],
)
def test_no_projection_says_a_value(query: str, audit: OpenAudit, values: set[str]) -> None:
    try:
        told = audit.sql(query).to_csv()
    except LabError as error:
        told = str(error)
    assert values_in(told, values) == set()


def test_no_table_says_a_value(audit: OpenAudit, values: set[str]) -> None:
    for name in data_set_names():
        assert values_in(audit.sql(f"SELECT * FROM {name} LIMIT 100").to_csv(), values) == set()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT CAST(name AS INTEGER) FROM crm_customer",
        "SELECT error(name) FROM crm_customer",
        "SELECT date_trunc(name, start_date) FROM crm_customer",
        "SELECT strptime(phone, '%Y') FROM crm_customer",
        "SELECT no_such_column FROM crm_customer",
    ],
)
def test_a_query_that_fails_says_why_and_no_value(
    query: str, audit: OpenAudit, values: set[str]
) -> None:
    with pytest.raises(LabError) as refused:
        audit.sql(query)
    assert str(refused.value).startswith("Forespørgslen kan ikke udføres: ")
    assert values_in(str(refused.value), values) == set()


def test_a_misspelt_column_is_answered_with_those_that_there_are(audit: OpenAudit) -> None:
    with pytest.raises(LabError, match=r"custmer_id.*customer_id"):
        audit.sql("SELECT custmer_id FROM crm_customer")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1; SELECT 2",
        "DROP TABLE cdr",
        "CREATE TABLE x AS SELECT * FROM cdr",
        "INSERT INTO cdr SELECT * FROM cdr",
        "UPDATE cdr SET leg = NULL",
        "DELETE FROM cdr",
        "COPY cdr TO 'x.csv'",
        "ATTACH 'x.duckdb'",
        "SET memory_limit = '1GB'",
        "PRAGMA database_list",
        "INSTALL httpfs",
        "LOAD httpfs",
        "CALL pragma_version()",
        "EXPORT DATABASE 'x'",
        "",
        "   -- nothing",
        "EXPLAIN SELECT 1",
        "BEGIN",
    ],
)
def test_what_is_not_one_select_is_refused(query: str, audit: OpenAudit) -> None:
    with pytest.raises(LabError, match="Skriv én forespørgsel"):
        audit.sql(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/etc/passwd')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_parquet('x.parquet')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM duckdb_views()",
        "SELECT * FROM pragma_table_info('cdr')",
        "SELECT * FROM query('SELECT 1')",
        "SELECT * FROM query_table('cdr')",
        "SELECT * FROM python_map_function()",
        "SELECT getenv('HOME')",
        "SELECT current_setting('temp_directory')",
        "SELECT * FROM cdr WHERE call_id IN (SELECT content FROM read_text('/etc/passwd'))",
    ],
)
def test_functions_that_reach_beyond_the_tables_are_refused(query: str, audit: OpenAudit) -> None:
    with pytest.raises(LabError, match="kan ikke bruges her"):
        audit.sql(query)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT * FROM '/etc/passwd'", "Der er ingen tabel"),
        ("SELECT * FROM 'x.parquet'", "Der er ingen tabel"),
        ("SELECT * FROM export_crm_customer", "Der er ingen tabel »export_crm_customer«"),
        ("SELECT * FROM suspended_customer", "Der er ingen tabel"),
        ("SELECT * FROM cdrr", "Mente du »cdr«?"),
        ("SELECT * FROM masked.main.crm_customer", "Der er ingen tabel"),
        ("SELECT * FROM audit", "Der er ingen tabel »audit«"),
    ],
)
def test_nothing_but_the_tables_of_an_audit_is_there(
    query: str, said: str, audit: OpenAudit
) -> None:
    with pytest.raises(LabError, match=re.escape(said)):
        audit.sql(query)


def test_only_columns_that_a_query_names_are_copied_and_more_when_another_does(
    audit: OpenAudit,
) -> None:
    free = FreeSql(
        audit._desk._engine, audit._desk._mask, audit._state.folder.work, audit._state.memory
    )
    for query, copied in (
        ("SELECT count(*) FROM cdr", 1),
        ("SELECT A_NUMBER FROM cdr ORDER BY start_at", 3),
        ("SELECT count(duration_s) FROM cdr JOIN invoice USING (invoice_id)", 5),
        ("SELECT c.a_number FROM cdr AS c", 5),
    ):
        free.ask(query, 10)
        assert len(free._copied["cdr"]) == copied
    whole = len(audit.sql("SELECT * FROM cdr").columns)
    assert len(free.ask("SELECT c FROM cdr AS c", 1)[0]["c"][0]) == whole


def test_a_variable_of_the_notebook_is_no_table(audit: OpenAudit) -> None:
    quote = audit.sql("SELECT 1 AS x")  # a data frame of a canonical table's name
    assert list(quote["x"]) == [1]
    assert list(audit.sql("SELECT count(*) AS n FROM quote")["n"]) == [0]


def test_of_many_rows_the_first_are_given_and_that_is_said(
    audit: OpenAudit, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(audit.sql("SELECT * FROM cdr", limit=3)) == 3
    assert capsys.readouterr().out == "Viser de første 3 rækker; der er flere (limit).\n"
    assert len(audit.sql("SELECT * FROM range(3)", limit=3)) == 3
    assert capsys.readouterr().out == ""


def test_the_masked_copy_is_for_its_owner_alone(audit: OpenAudit) -> None:
    audit.sql("SELECT count(*) FROM cdr")
    work = audit._state.folder.work
    copies = list(work.glob("masked-*.duckdb"))
    assert copies
    assert all(path.stat().st_mode & 0o077 == 0 for path in (work, *copies))


def test_a_column_of_numbers_that_are_telephones_is_masked_though_it_was_mapped_as_a_quantity(
    audit: OpenAudit,
) -> None:
    frame = pd.DataFrame(
        {
            "call_id": ["a", "b"],
            "duration_s": [20123456, 4520123457],
            "billsec": [7, None],
            "data_bytes": [1 << 30, 1 << 31],
        }
    )
    desk = audit.check(frame, table="cdr").context.desk
    assert desk is not None
    shown, _ = desk.sql("SELECT duration_s, billsec, data_bytes FROM cdr ORDER BY data_bytes", 10)
    assert shown["duration_s"].str.fullmatch(r"P-[0-9A-F]{16}").all()
    assert list(shown["billsec"].dropna()) == [7]
    assert list(shown["data_bytes"]) == [1 << 30, 1 << 31]
    # the exports' own table is another
    assert list(audit.sql("SELECT count(*) > 2 AS n FROM cdr")["n"]) == [True]
