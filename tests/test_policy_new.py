"""``teleaudit policy new``: a policy's text becomes clauses, its words suggest rules, and a clause
whose text has changed since is told. All policies here are invented.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from teleaudit.lab import open_audit
from teleaudit.outcome import as_lines
from teleaudit.report.gaps import describe_changed_clauses
from teleaudit.report.material import Material
from teleaudit.report.wording import load_words
from teleaudit.rules.audit_file import find_audit
from teleaudit.rules.conflicts import load_categories
from teleaudit.rules.drafting import guess_rules, suggestions
from teleaudit.rules.policies import PolicyClause
from teleaudit.rules.policy_texts import TextClause, find_changes, split_policy
from teleaudit.rules.rule_files import load_rules
from teleaudit.rules.rulebook import open_policy
from teleaudit.rules.starting import new_operator, start_audit
from teleaudit.runs.pipeline import Options, run_audit
from tests.command import ROOT, call, small_workspace

LETTERED = """\
Fjordnets databeskyttelsespolitik

Sidst revideret 3. marts 2026

a. Fjordnet ApS er ansvarlig for de oplysninger, vi har om dig.

b. Når du bestiller hos os, noterer vi kun disse oplysninger:
i. dit navn
ii. din adresse
iii. dit mobilnummer

Betalingskort håndteres af Nets, og vi ser aldrig kortoplysninger.

c. Dine kundedata slettes senest to år efter, at dit kundeforhold er ophørt. Breve og mails sletter vi efter 18 måneder.

d. Opkald, der indgår i en regning, gemmes i 5 år. Øvrige teledata sletter vi efter 90 dage.

e. Vi gemmer aldrig indholdet af en sms eller en mms.

f. Din telefoncentrals opsætning slettes straks, når aftalen ophører.

g. Nyhedsbreve sender vi kun, hvis du har givet samtykke.

h. Vi giver oplysninger til nummeroplysningen (118).

i. Du har ret til indsigt i, hvad vi har stående om dig.

j. Vores kontor har åbent på hverdage.
"""
HEADED = """\
Privatliv hos Havblik Tele

Hvad vi ved om dig
Vi registrerer navn og adresse, når du bliver kunde. Bruger du
telefonen, opstår der teledata.

Vi optager kun samtaler, hvis du har sagt ja til det på skrift.

Hvem vi deler med
Vi sælger ikke oplysninger om vores kunder.

Underleverandører får kun de oplysninger, de skal bruge:
- navn
- telefonnummer

Politiet får oplysninger, når en retskendelse kræver det.
"""
NUMBERED = """\
Vilkår om data

1. Opbevaring
1.1 Vi gemmer fakturaer i fem år efter regnskabsåret.
1.2 Teledata gemmes, så længe vi har brug for dem.
2. Rettigheder
2.1 Du kan få forkerte oplysninger rettet.
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return small_workspace(tmp_path / "mine")


def labels(text: str) -> list[tuple[str, str, str]]:
    """Label, heading, and the first and last words of each clause."""
    return [
        (clause.label, clause.heading, f"{clause.text.split()[0]} ... {clause.text.split()[-1]}")
        for clause in split_policy(text).clauses
    ]


# Splitting


def test_lettered_clauses_keep_their_lists_and_what_follows_them() -> None:
    text = split_policy(LETTERED)
    assert (text.title, text.version) == ("Fjordnets databeskyttelsespolitik", "3. marts 2026")
    assert [clause.label for clause in text.clauses] == list("abcdefghij")
    assert text.clauses[1].line == 7
    assert text.clauses[1].text.endswith(
        "iii. dit mobilnummer Betalingskort håndteres af Nets, og vi ser aldrig kortoplysninger."
    )


def test_paragraphs_stand_under_their_headings_and_wrapped_lines_are_one() -> None:
    assert labels(HEADED) == [
        ("", "Hvad vi ved om dig", "Vi ... teledata."),
        ("", "Hvad vi ved om dig", "Vi ... skrift."),
        ("", "Hvem vi deler med", "Vi ... kunder."),
        ("", "Hvem vi deler med", "Underleverandører ... telefonnummer"),
        ("", "Hvem vi deler med", "Politiet ... det."),
    ]
    unwrapped = re.sub(r"dig\nVi", "dig\n\nVi", HEADED).replace("du\ntelefonen", "du telefonen")
    assert labels(unwrapped) == labels(HEADED)
    one_line_each = "\n".join(line for line in unwrapped.splitlines() if line)
    assert labels(one_line_each) == labels(HEADED)


def test_numbers_before_clauses_are_labels_and_numbers_before_headings_are_not() -> None:
    assert labels(NUMBERED) == [
        ("1.1", "Opbevaring", "Vi ... regnskabsåret."),
        ("1.2", "Opbevaring", "Teledata ... dem."),
        ("2.1", "Rettigheder", "Du ... rettet."),
    ]
    headings = "Vilkår\n\n" + "\n\n".join(
        f"{n}. Om {name}\n\nVi passer godt på {name}." for n, name in enumerate(("a", "b", "c"), 1)
    )
    assert labels(headings) == [("", f"Om {name}", f"Vi ... {name}.") for name in "abc"]


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("", 0),
        ("Politik", 0),
        ("Politik\n\nVi passer på dig.", 1),
        # neither title nor heading, and none of it is lost
        ("Vi passer på dig.\n\nMed venlig hilsen\nFjordnet", 2),
        ("a. Et.\nb. To.\nc. Tre.\nz. Ikke et punkt.", 3),
        ("a. Et.\nb. To.\nd. En fejl i tællingen.\ne. Fire.", 4),
        ("a. Et.\nb. Ændret 1. maj 2026.\nc. Tre.", 3),
    ],
)
def test_every_paragraph_is_a_clause(text: str, clauses: int) -> None:
    assert len(split_policy(text).clauses) == clauses


def test_a_clause_is_known_by_its_words_alone() -> None:
    def hashes(*clauses: str) -> list[str]:
        text = "\n\n".join(
            f"{letter}. {one}" for letter, one in zip("abcde", clauses, strict=False)
        )
        return [clause.sha256 for clause in split_policy(text).clauses]

    one, two, three = before = hashes("Vi er her.", "Vi er der, ofte.", "Vi er væk.")
    assert hashes("Vi er her.", "Vi er\nder,  ofte.", "Vi er væk.") == before
    shifted = hashes("Vi er her.", "Vi er nye.", "Vi er der, ofte.", "Vi er væk.")
    assert (shifted[0], *shifted[2:]) == (one, two, three)


# Guessing


def guesses(text: str) -> list[str]:
    """Each rule with its period; a period that is set in audit.yaml by the parameter's name."""
    clause = TextClause(line=1, label="", heading="", text=text)
    return [
        f"{one.rule} {after['parameter'] if isinstance(after, dict) else after}".removesuffix(
            " None"
        )
        for one in guess_rules(clause, load_rules(ROOT / "expectations"))
        for after in [one.use.get("after")]
    ]


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (
            "Dine kundedata slettes et år efter ophør.",
            ["retention.customer P1Y", "retention.contact P1Y"],
        ),
        (
            "Dine kundedata slettes.",
            ["retention.customer customer_period", "retention.contact customer_period"],
        ),
        ("Breve slettes efter halvandet år.", ["retention.interaction P18M"]),
        ("Breve slettes inden 30 dage.", ["retention.interaction P30D"]),
        ("Breve slettes efter seks uger.", ["retention.interaction P42D"]),
        ("Opsætningen slettes straks.", ["retention.pbx_config immediately_days"]),
        # of two sentences about the same, the one that states a period
        (
            "Vi gemmer kundedata. Kundedata slettes efter 3 år.",
            ["retention.customer P3Y", "retention.contact P3Y"],
        ),
        ("Teledata bag en faktura gemmes i 5 år.", ["retention.billed_calls P5Y"]),
        # what is told to run from the call is about every call, whoever pays for it
        (
            "Teledata til brug for faktura gemmes fem år efter opkaldet.",
            ["retention.calls P5Y", "retention.sessions P5Y"],
        ),
        ("Vi ser aldrig kortoplysninger.", ["card_data.cards"]),
        ("Vi sælger ikke kundeoplysninger.", ["disclosure.sale"]),
        (
            "Vi optager ikke samtaler.",
            [
                "access.recording_agreement",
                "access.recording_after_end",
                "access.recording_index",
            ],
        ),
        ("Vores kontor har åbent på hverdage.", []),
        ("Aktiviteten er i Søborg.", []),  # no word begins like one of the table
    ],
)
def test_words_suggest_rules_and_periods(text: str, rules: list[str]) -> None:
    assert guesses(text) == rules


def test_a_period_that_is_guessed_is_held_against_the_law_too(workspace: Path) -> None:
    text = workspace / "audits" / "policy.txt"
    text.write_text(
        "Politik\n\nTeledata gemmes fem år efter opkaldet.\n\nDine kundedata slettes.\n",
        encoding="utf-8",
    )
    assert call("policy", "new", text).code == 0
    stated = [
        (one.category, one.period, one.parameter)
        for clause in open_policy(text.with_suffix(".yaml")).policy.clauses
        for one in clause.deadlines
    ]
    assert stated == [
        ("billed_traffic", "P5Y", None),
        ("network_traffic", "P5Y", None),
        ("claims", None, "customer_period"),
    ]


def test_every_suggestion_names_rules_and_categories_that_there_are() -> None:
    known = {one.category for one in load_categories(ROOT / "expectations")}
    assert [one.deadlines for one in suggestions() if not known.issuperset(one.deadlines)] == []
    rules = load_rules(ROOT / "expectations")
    assert [
        name
        for suggestion in suggestions()
        for use in suggestion.rules
        for name in use
        if name not in rules
    ] == []
    assert [one for one in suggestions() if not (one.rules or one.hint)] == []


def test_an_open_list_is_not_taken_for_a_closed_one(workspace: Path) -> None:
    def drafted(sentence: str) -> str:
        text = workspace / "audits" / "policy.txt"
        text.write_text(f"Politik\n\n{sentence}\n", encoding="utf-8")
        out = text.with_suffix(".yaml")
        out.unlink(missing_ok=True)
        assert call("policy", "new", text).code == 0
        return out.read_text(encoding="utf-8")

    assert "minimisation.listed_columns" in drafted("Vi registrerer kun data om navn og adresse.")
    assert "minimisation.listed_columns" not in drafted("Vi registrerer primært kun dit navn.")


# Writing


@pytest.mark.parametrize("text", [LETTERED, HEADED, NUMBERED])
def test_what_is_written_loads_and_every_clause_and_guess_is_marked(
    workspace: Path, text: str
) -> None:
    folder = workspace / "audits" / "fjordnet"
    folder.mkdir()
    (folder / "policy.txt").write_text(text, encoding="utf-8")
    ended = call("policy", "new", folder / "policy.txt")
    assert (ended.code, ended.err) == (0, "")
    written = (folder / "policy.yaml").read_text(encoding="utf-8")
    opened = open_policy(folder / "policy.yaml")
    clauses = split_policy(text).clauses
    assert [one.clause for one in opened.policy.clauses] == [
        f"FJO-{number}" for number in range(1, len(clauses) + 1)
    ]
    assert [one.text_sha256 for one in opened.policy.clauses] == [(c.sha256,) for c in clauses]
    assert opened.changes == ()
    assert [line for line in written.splitlines() if re.match(r" +- \w+\.\w+", line)] == [
        line for line in written.splitlines() if re.search(r"^ +- \w+\.\w+.*# GUESS: \w", line)
    ]
    assert written.count("# REPLACE") >= len(clauses)
    assert {
        (one.not_assessed.verdict, one.auditable)
        for one in opened.policy.clauses
        if one.not_assessed
    } <= {("unknown", "text")}
    # the policy's words stand beside, and the claims are none of them
    assert all(" ".join(c.text.split()[:4]) in written for c in clauses)
    assert call("policy", "check", folder / "policy.yaml").code == 0


def test_nothing_is_overwritten_and_what_audit_yaml_must_name_is_told(workspace: Path) -> None:
    start_audit(workspace, new_operator("Fjordnet ApS", "12345674"))
    folder = workspace / "audits" / "fjordnet"
    text = folder / "policy.txt"
    text.write_text(LETTERED, encoding="utf-8")
    before = (folder / "policy.yaml").read_bytes()
    refused = call("policy", "new", text)
    assert (refused.code, "exists already, and nothing was overwritten" in refused.err) == (3, True)
    assert (folder / "policy.yaml").read_bytes() == before
    ended = call("policy", "new", text, "--out", folder / "own.yaml")
    assert ended.out.splitlines()[0].startswith("10 clauses in ")
    assert "\nparameters:\n  immediately_days: {value: null}\n" in ended.out
    assert "clause: FJO-1\n" in (folder / "own.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xe6\xf8\xe5", "is not UTF-8 text"),
        (b"%PDF\0", "is no text file"),
        (b"Politik\n", "holds no clauses"),
        (None, "no file"),
    ],
)
def test_what_is_no_policy_text_is_refused(
    workspace: Path, content: bytes | None, said: str
) -> None:
    text = workspace / "policy.txt"
    if content is not None:
        text.write_bytes(content)
    ended = call("policy", "new", text, "--name", "fjordnet")
    assert (ended.code, said in ended.err) == (3, True)
    assert not (workspace / "policy.yaml").exists()


# Changes


def changes(was: str, now: str) -> list[tuple[str, str | None, int | None]]:
    """What changed between two texts of one sentence a paragraph."""
    mapped = [
        PolicyClause.model_validate(
            {
                "clause": f"FJO-{number}",
                "claim": "x",
                "text_sha256": clause.sha256,
                "not_assessed": {"reason": "x"},
            }
        )
        for number, clause in enumerate(split_policy(was).clauses, start=1)
    ]
    found = find_changes(mapped, split_policy(now))
    return [(one.state, one.clause, one.line) for one in found]


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("A. B. C.", "A. B. C.", []),
        ("A. B. C.", "A. X. C.", [("changed", "FJO-2", 2)]),
        ("A. B. C.", "X. B. Y.", [("changed", "FJO-1", 1), ("changed", "FJO-3", 3)]),
        ("A. B. C.", "A. B. X. C.", [("new", None, 3)]),
        ("A. B. C.", "A. B. C. X.", [("new", None, 4)]),
        ("A. B. C.", "B. C.", [("gone", "FJO-1", None)]),
        ("A. B. C.", "A. B.", [("gone", "FJO-3", None)]),
        ("A. B. C. D.", "A. X. D.", [("changed", "FJO-2", 2), ("gone", "FJO-3", None)]),
        # a clause that only moved is the same
        ("A. B. C.", "C. A. B.", []),
        ("A. B. A.", "A. B. A.", []),
        ("A. B. B.", "A. X.", [("changed", "FJO-2", 2), ("changed", "FJO-3", 2)]),
    ],
)
def test_changed_new_and_gone_clauses_are_told_in_the_texts_order(
    was: str, now: str, told: list[tuple[str, str | None, int | None]]
) -> None:
    assert changes(was.replace(" ", "\n"), now.replace(" ", "\n")) == told


def test_a_clause_without_a_hash_says_nothing_and_one_may_tell_several_paragraphs() -> None:
    text = split_policy("A.\nB.\nC.")
    silent, both = (
        PolicyClause.model_validate(
            {"clause": f"FJO-{n}", "claim": "x", "not_assessed": {"reason": "x"}, **more}
        )
        for n, more in enumerate(
            ({}, {"text_sha256": [clause.sha256 for clause in text.clauses]}), start=1
        )
    )
    assert find_changes((silent, both), text) == ()
    assert [
        (one.state, one.clause) for one in find_changes((silent, both), split_policy("A.\nX.\nC."))
    ] == [("changed", "FJO-2")]


def drafted_audit(workspace: Path) -> tuple[Path, Path]:
    """The audit and the policy's text of an operator with a drafted policy."""
    start_audit(workspace, new_operator("Fjordnet ApS", "12345674"))
    folder = workspace / "audits" / "fjordnet"
    (folder / "policy.yaml").unlink()
    text = folder / "policy.txt"
    text.write_text(LETTERED, encoding="utf-8")
    ended = call("policy", "new", text)
    audit = folder / "audit.yaml"
    named = ended.out.partition("parameters:\n")[2]
    (workspace / "exports" / "fjordnet" / "kunder.csv").write_text(
        "Kundenr;Navn\n17;Bo Bos\n", encoding="utf-8"
    )
    audit.write_text(
        audit.read_text(encoding="utf-8").replace(
            "exports: {}",
            "exports: {kunder: {table: crm_customer, files: kunder.csv, columns: {customer_id:"
            " Kundenr, name: Navn}}}",
        )
        + named,
        encoding="utf-8",
    )
    return audit, text


def test_an_audit_tells_which_clauses_changed_since_they_were_mapped(workspace: Path) -> None:
    audit, text = drafted_audit(workspace)
    assert call("policy", "check", audit).out.count("er ændret") == 0
    text.write_text(
        LETTERED.replace("to år", "tre år").replace("\nj. Vores kontor", "\nj. Kontoret"),
        encoding="utf-8",
    )
    checked = " ".join(call("policy", "check", audit).out.split())
    assert "FJO-3: politikkens tekst (linje 14) er ændret, siden punktet blev omsat." in checked
    renewed = split_policy(text.read_text(encoding="utf-8")).clauses[2].sha256
    assert f"text_sha256: {renewed}" in checked

    outcome = run_audit(
        find_audit(audit),
        Options(out=workspace / "reports", notebooks=False),
        say=lambda _: None,
        progress=lambda _: None,
    )
    assert outcome.results["changed_clauses"] == [
        {"clause": "FJO-3", "state": "changed", "line": 14},
        {"clause": "FJO-10", "state": "changed", "line": 28},
    ]
    assert any(
        "The policy's text has changed since it was mapped: other words for FJO-3, FJO-10." in line
        for line in (one.text for one in as_lines(outcome, width=None))
    )
    material = Material(results=outcome.results, words=load_words("da"))
    assert [remark for _, remark in describe_changed_clauses(material)] == [
        (
            "Politikkens tekst er ændret, siden disse punkter blev omsat til kontroller: FJO-3 og"
            " FJO-10."
        )
    ]
    # the first thing that a notebook shows
    shown = repr(open_audit(str(audit)))
    assert "3. marts 2026. Politikkens tekst er ændret, siden disse punkter" in shown


@pytest.mark.parametrize("named", ["policy.txt", "texts/policy.txt", ""])
def test_a_text_that_is_named_and_not_there_is_refused_with_its_line(
    workspace: Path, named: str
) -> None:
    audit, text = drafted_audit(workspace)
    text.unlink()
    policy = audit.with_name("policy.yaml")
    lines = policy.read_text(encoding="utf-8").splitlines()
    line = next(n for n, one in enumerate(lines, start=1) if one.startswith("text: "))
    lines[line - 1] = f'text: "{named}"'
    policy.write_text("\n".join(lines), encoding="utf-8")
    said = f"{policy}, line {line}: no file {policy.parent / named}."
    for command in (("policy", "check", audit), ("run", audit, "--no-notebooks")):
        ended = call(*command)
        assert (ended.code, said in ended.err.replace("\n", " ")) == (3, True), ended.err


def test_of_a_policy_that_names_no_text_nothing_is_said(workspace: Path) -> None:
    audit, text = drafted_audit(workspace)
    policy = audit.with_name("policy.yaml")
    lines = re.sub(r"\ntext: .+", "", policy.read_text(encoding="utf-8"))
    policy.write_text(lines, encoding="utf-8")
    text.write_text(LETTERED.replace("to år", "tre år"), encoding="utf-8")
    assert json.loads(call("policy", "check", audit, "--format", "json").out)["changes"] == []
    assert open_policy(workspace / "audits" / "bizzy").changes == ()
