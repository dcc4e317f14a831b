"""What an analyst sees in an ordinary kernel: how an audit shows itself, what TAB offers, and one
Danish sentence where something is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import small_audit
from tests.stock import Kernel, Said, stock_kernel


@pytest.fixture(scope="module")
def kernel(clean: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A kernel that has opened Bizzy's small audit, from the folder of the notebooks."""
    place = tmp_path_factory.mktemp("lab")
    audit = small_audit(place / "workspace") / "audit.yaml"
    audit.write_text(
        audit.read_text(encoding="utf-8").replace("../../data_samples/bizzy", str(clean)),
        encoding="utf-8",
    )
    (place / "workspace" / "notebooks").mkdir()
    (place / "tmp").mkdir()
    with stock_kernel(place / "workspace" / "notebooks", TMPDIR=str(place / "tmp")) as opened:
        said = opened.run(
            "from teleaudit.lab import open_audit\nopened = open_audit('bizzy')\nretention ="
            " opened.check('retention')\nopened"
        )
        assert said.error is None
        yield opened


def sentence(said: Said) -> str:
    """The one line of an error, which is all that there is."""
    assert said.error is not None
    name, (line,) = said.error
    assert name == "LabError"
    assert (said.shown, said.streams) == ([], [])
    assert "\n" not in line
    return line


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<style.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL))


# What it shows


def test_a_notebook_shows_nothing_of_what_the_law_keeps_secret(kernel: Kernel) -> None:
    (shown,) = kernel.run(
        "again = open_audit('bizzy')\nagain.check('retention')\n"
        "first, *others = [name for name, one in again._answers.items()]\n"
        "again._answers[first]['secret'] = True\n"
        "sorted(one['id'] for one in again.check('retention').entries) == sorted(others)"
    ).shown
    assert shown["text/plain"] == "True"


def test_an_audit_says_who_is_audited_as_of_when_on_what_and_in_which_run(kernel: Kernel) -> None:
    (shown,) = kernel.run("opened").shown
    for text in (plain(shown["text/html"]), shown["text/plain"]):
        assert "Bizzy, CVR-nummer 21497479" in text
        assert "22-11-2026" in text
        assert re.search(r"10 udtræk med [\d.]+ rækker", text)
        assert re.search(r"Kørsel:? \d{8}T\d{6}Z-[0-9a-f]{6} \(læst i denne notesbog", text)
        assert "Udtrækkene er opfundne" in text


def test_a_check_shows_verdict_numbers_and_claim(kernel: Kernel) -> None:
    (shown,) = kernel.run('retention["BIZ-ret-3.customer"]').shown
    table = plain(shown["text/html"])
    assert "Kontrol BIZ-ret-3.customer" in table
    assert "✔ Ingen afvigelser" in table
    assert "Kundestamdata" in table
    assert "Krav" in table
    assert re.fullmatch(
        r"BIZ-ret-3\.customer: Ingen afvigelser\. N = \d+, M = \d+, k = 0, e = \d+",
        shown["text/plain"],
    )


def test_a_topic_shows_its_summary_and_is_asked_for_in_brackets_too(kernel: Kernel) -> None:
    (shown,) = kernel.run('opened["retention"]').shown
    assert "Kontrollernes resultater" in shown["text/html"]


def test_a_topic_and_a_table_say_in_words_alone_what_they_show(kernel: Kernel) -> None:
    (shown,) = kernel.run("retention").shown
    assert shown["text/plain"].startswith("BIZ-ret-3.customer: Ingen afvigelser. N = ")
    (table,) = kernel.run("opened.exports").shown
    assert table["text/plain"].startswith("Modtagne filer (10)\n")


def test_a_cell_in_sql_asks_the_audit_that_was_opened(kernel: Kernel) -> None:
    for cell in ("%%sql\nSELECT count(*) AS n FROM crm_customer", "%%sql opened\nSELECT 60 AS n"):
        (shown,) = kernel.run(cell).shown
        assert re.search(r"\bn\b.*\b\d\d", shown["text/plain"], re.DOTALL)


# TAB


@pytest.mark.parametrize(
    ("begun", "offered"),
    [
        ('opened.check("ret', 'opened.check("retention'),
        ("opened.check('", "opened.check('card_data"),
        ('answers = opened.rules("mess', 'answers = opened.rules("message_content'),
        ('opened.limits(topic="acc', 'opened.limits(topic="access'),
        ('opened["card', 'opened["card_data'),
        ('retention["BIZ-ret-3.cu', 'retention["BIZ-ret-3.customer'),
        ("retention['", "retention['BIZ-ret-7.unbilled"),
        ("opened.che", "opened.check"),
        ('opened.check("BIZ-ret-3', 'opened.check("BIZ-ret-3.customer'),
        ('opened.explain("BIZ-ret', 'opened.explain("BIZ-ret-3'),
        ('opened.what_if("BIZ-ret-3.c', 'opened.what_if("BIZ-ret-3.customer'),
        ('retention["BIZ-ret-3', 'retention["BIZ-ret-3'),
        ('opened.sql("SELECT * FROM crm_cu', 'opened.sql("SELECT * FROM crm_customer'),
        ("%%sql\nSELECT *\nFROM cdr JOIN inv", "%%sql\nSELECT *\nFROM cdr JOIN invoice"),
    ],
)
def test_tab_offers_topics_and_checks(begun: str, offered: str, kernel: Kernel) -> None:
    assert offered in [found.rstrip("\"'])") for found in kernel.complete(begun)]


def test_tab_offers_nothing_but_topics_inside_the_quotes(kernel: Kernel) -> None:
    assert kernel.complete('opened.check("re') == ['opened.check("retention']


# What is refused


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (
            'open_audit("bizy")',
            (
                "Der er ingen kontrol »bizy«. Mente du »bizzy«? Kontrollerne er: bizzy (eksempel),"
                " kazoom (eksempel)."
            ),
        ),
        (
            "open_audit()",
            (
                "Skriv i parameteren audit, hvilken kontrol notesbogen skal vise (med papermill: -p"
                " audit NAVN), eller nævn den"
            ),
        ),
        (
            'open_audit("bizzy", as_of="22-11-2026")',
            (
                'as_of skal skrives åååå-mm-dd i anførselstegn, som "2026-11-22", og være en dato,'
                " der findes."
            ),
        ),
        ('open_audit("bizzy", as_of=2026)', "as_of skal skrives åååå-mm-dd"),
        (
            "open_audit(7)",
            (
                "audit skal være navnet på en mappe i audits/ skrevet i anførselstegn, ikke et helt"
                " tal."
            ),
        ),
        (
            'open_audit("bizzy", period="P1Y")',
            "open_audit kan ikke kaldes sådan. Den tager: audit, as_of.",
        ),
        ("retention.records(limit=0)", "limit skal være et helt tal"),
        ('opened.sql("DROP TABLE cdr")', "Skriv én forespørgsel, der begynder med SELECT"),
        ("%%sql\nSELECT custmer_id FROM cdr", "Forespørgslen kan ikke udføres: Binder Error"),
        ("%%sql nobody\nSELECT 1", "Efter %%sql kan der stå navnet på en variabel"),
        ('opened.explain("BIZ-rt-3")', "Der er ingen kontrol »BIZ-rt-3« her. Mente du »BIZ-ret-3"),
        (
            'opened.check("retenion")',
            "Der er intet emne »retenion«. Mente du »retention«? Emnerne er: intake, retention,",
        ),
        ('opened["retenion"]', "Der er intet emne »retenion«. Mente du »retention«?"),
        ('opened.rules("x")', "Der er intet emne »x«. Emnerne er: intake"),
        (
            'retention["BIZ-ret-3.custmer"]',
            (
                "Der er ingen kontrol »BIZ-ret-3.custmer« i emnet »retention«. Mente du"
                " »BIZ-ret-3.customer«?"
            ),
        ),
        ("retention['HYG-card.crm_contact'].records()", "Kontrollen »HYG-card.crm_contact« hører"),
        (
            'retention["HYG-card.crm_contact"]',
            (
                "Kontrollen »HYG-card.crm_contact« hører til emnet »card_data«: skriv"
                ' opened.check("card_data")["HYG-card.crm_contact"].'
            ),
        ),
        (
            'retention["HYG-card.crm_contct"]',
            "Kontrollen »HYG-card.crm_contact« hører til emnet »card_data«",
        ),
        (
            "retention[3]",
            "En kontrol nævnes ved sit navn som tekst i anførselstegn, ikke et helt tal.",
        ),
        (
            "opened.check(3)",
            "Et emne nævnes ved sit navn som tekst i anførselstegn, ikke et helt tal.",
        ),
    ],
)
def test_a_mistake_is_one_danish_sentence_in_an_ordinary_kernel(
    cell: str, said: str, kernel: Kernel
) -> None:
    assert sentence(kernel.run(cell)).startswith(said)


def test_a_mistake_in_the_audit_file_says_what_could_not_be_done_and_where(kernel: Kernel) -> None:
    kernel.run("from pathlib import Path\nPath('spoilt.yaml').write_text('nam: x')")
    said = kernel.run('open_audit("spoilt.yaml")')
    assert said.error is not None
    assert said.error[1][0].startswith("Kontrollen kunne ikke åbnes: ")
    assert "unknown key 'nam'. Did you mean 'name'?" in said.error[1][0]


def test_an_error_of_ours_shows_no_traceback_and_is_kept(kernel: Kernel) -> None:
    told = sentence(kernel.run("retention.entries[0].pop('verdict')\nretention.summary()"))
    assert (
        found := re.search(
            r"^Der skete en uventet fejl \(KeyError, fejl-id (E-[0-9a-f]{8})\).* ligger i"
            r" (\S+\.txt), som kun du kan læse",
            told,
        )
    )
    assert "KeyError: 'verdict'" in Path(found[2]).read_text(encoding="utf-8")
