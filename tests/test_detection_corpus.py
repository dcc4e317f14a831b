"""The corpus that detectors are judged by: drawn anew it is the same, its labels are true, and the
scorer counts rightly.
"""

from __future__ import annotations

import random
import re
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.detection import card_writings, clean, identifiers, score, sms_encodings
from benchmarks.detection.clean import scan_clean
from benchmarks.detection.clean_exports import Table, exports, write
from benchmarks.detection.contenders import Contender, Said, peers
from benchmarks.detection.corpus import KINDS, Column, Corpus, Value, draw_corpus
from benchmarks.detection.wording import VARIANTS

WORDS = Path(__file__).resolve().parents[1] / "benchmarks" / "detection"
SIZE = 0.05


@pytest.fixture(scope="module", params=VARIANTS)
def corpus(request: pytest.FixtureRequest) -> Corpus:
    return draw_corpus(request.param, seed=1, size=SIZE)


@pytest.fixture
def rng() -> random.Random:
    return random.Random(1)  # noqa: S311 (invented numbers)


def of(corpus: Corpus, section: str, *, holds: bool) -> list[Value]:
    return [
        value
        for value in corpus.values
        if value.section == section and value.holds == holds and value.scored
    ]


def only_digits(text: str) -> str:
    return re.sub(r"[ -]", "", text)


# The corpus


def test_the_same_seed_draws_the_same_corpus_and_another_seed_another(corpus: Corpus) -> None:
    assert draw_corpus(corpus.variant, seed=1, size=SIZE).digest() == corpus.digest()
    assert draw_corpus(corpus.variant, seed=2, size=SIZE).digest() != corpus.digest()


def test_both_variants_are_made_up_alike_and_of_other_words() -> None:
    development, held_out = (
        tomllib.loads((WORDS / name).read_text(encoding="utf-8"))
        for name in ("development.toml", "held_out.toml")
    )
    sentences = [
        name
        for name in development
        if name.startswith(("said_", "text_", "card_", "cpr_")) and not name.endswith("keys")
    ]
    assert development.keys() == held_out.keys()
    assert {
        name: set(development[name]) & set(held_out[name])
        for name in sentences
        if set(development[name]) & set(held_out[name])
    } == {}


def test_every_card_drawn_has_a_known_prefix_a_length_and_a_right_check_digit(
    corpus: Corpus,
) -> None:
    plain = [
        only_digits(value.text)
        for value in of(corpus, "card", holds=True)
        if value.writing in {"bare", "spaced", "dashed"}
    ]
    assert len(plain) > 50
    assert all(map(identifiers.is_card_number, plain))


@pytest.mark.parametrize("network", identifiers.NETWORKS)
def test_cards_of_every_network_are_cards(network: str, rng: random.Random) -> None:
    assert all(identifiers.is_card_number(identifiers.card(rng, network)[0]) for _ in range(30))


def test_a_card_is_in_its_value_once_the_writing_is_undone(corpus: Corpus) -> None:
    told = (
        "sentence, Danish",
        "sentence, English",
        "JSON",
        "log line",
        "record",
        "glued",
        "track 1",
        "track 2",
    )
    for value in of(corpus, "card", holds=True):
        if value.writing in told:
            assert any(
                identifiers.is_card_number(only_digits(run))
                for run in re.findall(r"\d(?:[ -]?\d){12,18}", value.text)
            ), value.writing


def test_no_masked_or_mistyped_card_is_a_card(corpus: Corpus) -> None:
    checked = [
        value
        for value in of(corpus, "card", holds=False)
        if value.look_alike in {"masked card", "card with a mistyped digit"}
    ]
    assert checked
    assert not any(
        identifiers.is_card_number(only_digits(run))
        for value in checked
        for run in re.findall(r"\d(?:[ -]?\d){12,18}", value.text)
    )


def test_every_cpr_tells_a_date_of_birth_and_passes_modulus_11_or_is_of_the_listed_years(
    corpus: Corpus,
) -> None:
    plain = [
        only_digits(value.text)
        for value in of(corpus, "cpr", holds=True)
        if value.writing in {"bare", "dashed", "spaced"}
    ]
    assert len(plain) > 20
    assert all(identifiers.birth_date(number) for number in plain)
    assert all(
        identifiers.passes_11(number)
        or (number[:4] == "0101" and int(number[4:6]) in identifiers.WITHOUT_CHECK)
        for number in plain
    )


def test_a_replacement_number_tells_a_date_after_sixty_is_taken_away(rng: random.Random) -> None:
    made = [identifiers.replacement_cpr(rng) for _ in range(50)]
    assert all(
        number[:2] > "60" and identifiers.birth_date(f"{int(number[:2]) - 60:02}{number[2:]}")
        for number in made
    )


def test_no_text_is_both_a_find_and_a_decoy(corpus: Corpus) -> None:
    for section in KINDS:
        assert {value.text for value in of(corpus, section, holds=True)} & {
            value.text for value in of(corpus, section, holds=False)
        } == set()


def test_every_slot_of_every_sentence_is_filled(corpus: Corpus) -> None:
    texts = [value.text for value in corpus.values] + [
        cell for column in corpus.columns for cell in column.values
    ]
    assert [text for text in texts if re.search(r"\{\w+\}", text)] == []


def test_there_are_enough_columns_of_every_kind(corpus: Corpus) -> None:
    count = {
        kind: sum(kind in column.holds for column in corpus.columns) for kind in score.COLUMN_KINDS
    }
    assert count == {"card": 16, "cpr": 8, "message": 12, "browsing": 6, "cvv": 3}
    assert sum(not column.holds for column in corpus.columns) > 150


# The numbers, against published examples


@pytest.mark.parametrize("number", ["79927398713", "4111111111111111", "490154203237518"])
def test_published_numbers_pass_luhn(number: str) -> None:
    assert identifiers.passes_luhn(number)


def test_published_check_digits_come_out_right() -> None:
    assert identifiers.gs1_digit("400638133393") == "1"
    assert identifiers.passes_11("2110625629")
    assert sms_encodings.gsm7("hellohello") == "E8329BFD4697D9EC37"
    assert sms_encodings.ucs2("hæ") == "006800E6"


def test_a_message_is_in_its_pdu(rng: random.Random) -> None:
    made = sms_encodings.deliver(rng, "hellohello")
    assert made.startswith("0791")
    assert made.endswith("0AE8329BFD4697D9EC37")
    assert bytes.fromhex(made)


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("371449635398431", "3714 496353 98431"),
        ("30569309025904", "3056 930902 5904"),
        ("4111111111111111", "4111 1111 1111 1111"),
    ],
)
def test_numbers_stand_in_the_groups_of_their_cards(number: str, written: str) -> None:
    assert card_writings.groups(number, " ") == written


# The scorer


def value(
    text: str,
    *,
    holds: bool,
    section: str = "card",
    ordinary: bool = True,
    scored: bool = True,
    look_alike: str = "",
) -> Value:
    return Value(
        section=section,
        text=text,
        field="felt",
        holds=holds,
        writing="bare",
        ordinary=ordinary,
        scored=scored,
        look_alike=look_alike,
    )


def column(name: str, *kinds: str, cells: Sequence[str] = ("C", "-")) -> Column:
    return Column(name=name, what=name, holds=frozenset(kinds), values=tuple(cells))


MINI = Corpus(
    variant="mini",
    seed=0,
    own_domains=frozenset(),
    values=(
        value("C", holds=True),
        value("P", holds=True),
        value("R", holds=True),
        value("-", holds=True, ordinary=False),
        value("C decoy", holds=False, look_alike="IMEI"),
        value("R decoy", holds=False),
        value("- decoy", holds=False),
        value("C test", holds=True, scored=False),
        value("C elsewhere", holds=False, section="cpr"),
    ),
    columns=(
        column("held", "card"),
        column("missed", "card", cells=("-",)),
        column("clean", cells=("-",) * 99 + ("C",)),
        column("quiet", cells=("-",)),
    ),
)


def judge(text: str, _field: str) -> dict[str, Said]:
    levels = {"C": "confirmed", "P": "probable", "R": "review"}
    return {"card": Said(levels[text[0]])} if text[0] in levels else {}


def judge_column(values: Sequence[str], name: str) -> dict[str, Said]:
    return (
        {"card": Said("review" if name == "quiet" else "probable")}
        if name != "missed" and values
        else {}
    )


def test_finds_are_counted_by_level() -> None:
    judged = score.judge(
        Contender(
            name="teleaudit", kinds=frozenset({"card"}), judge=judge, judge_column=judge_column
        ),
        MINI,
    )
    surest, found, asked = (
        score.of_section(judged, "card", levels=levels)
        for levels in (frozenset({"confirmed"}), score.FINDING, score.ANY_LEVEL)
    )
    assert (surest.true, surest.false, surest.missed, surest.quiet) == (1, 1, 3, 2)
    assert (found.true, found.false, found.missed, found.quiet) == (2, 1, 2, 2)
    assert (asked.true, asked.false, asked.missed, asked.quiet) == (3, 2, 1, 1)
    assert [found.precision, found.recall, found.f1, found.false_rate] == pytest.approx(
        [2 / 3, 1 / 2, 4 / 7, 1 / 3]
    )
    assert score.elsewhere(judged, "card") == 1


def test_columns_are_counted_and_those_in_review_apart() -> None:
    judged = score.judge(
        Contender(
            name="teleaudit", kinds=frozenset({"card"}), judge=judge, judge_column=judge_column
        ),
        MINI,
    )
    policy, counted = score.of_columns(judged, "card")
    assert (policy, counted.true, counted.false, counted.missed, counted.quiet) == (
        "its own",
        1,
        1,
        1,
        1,
    )
    assert score.columns_in_review(judged, "card") == 1


def test_a_peer_of_values_is_shown_by_its_best_share_of_cells() -> None:
    told = Contender(
        name="peer",
        kinds=frozenset({"card"}),
        judge=lambda text, _field: {"card": Said("found")} if text == "C" else {},
    )
    policy, counted = score.of_columns(score.judge(told, MINI), "card")
    assert (policy, counted.true, counted.false, counted.missed) == ("50 %", 1, 0, 1)


def test_goals_are_met_by_what_was_measured_only() -> None:
    judged = score.judge(
        Contender(
            name="teleaudit", kinds=frozenset({"card"}), judge=judge, judge_column=judge_column
        ),
        MINI,
    )
    told = {goal.what: (goal.measured, goal.met) for goal in score.goals(judged)}
    assert told["cards, values: precision / recall"] == (".666 / .500", False)
    assert told["cards, values: recall incl. review, ordinary writings"] == ("1.000", True)
    assert told["bare IMEI, ICCID, FI ids flagged confirmed or probable"] == (
        "100.00 % (1/1)",
        False,
    )
    assert told["cards, columns: found / false"] == ("1 of 2 / 1", False)
    assert told["CPR, values: precision / recall"] == ("- / -", False)
    assert told["10 M short notes through the engine, two cores"][1] is None


@pytest.mark.parametrize(
    ("share", "shown"),
    [(None, "-"), (1.0, "1.000"), (0.98999, ".989"), (0.0, ".000"), (0.29, ".290")],
)
def test_a_share_is_cut_and_never_rounded_up_to_a_goal(share: float | None, shown: str) -> None:
    assert score.ratio(share) == shown


def test_peers_that_are_not_installed_are_named() -> None:
    assert [peer.name for peer in peers()][-1] == '">= 4 words"'
    assert len(peers()) == 7


def test_the_command_prints_no_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from benchmarks.detection.__main__ import main

    monkeypatch.setattr(
        sys, "argv", ["benchmarks.detection", "--variant", "held-out", "--size", "0.01", "--misses"]
    )
    assert main() in {0, 1}
    shown = capsys.readouterr().out
    assert "### Goals" in shown
    assert "not listed" in shown
    assert not re.search(
        r"\d{7}", shown.replace(draw_corpus("held-out", size=0.01).digest()[:12], "")
    )


# Clean exports


def test_the_same_seed_draws_the_same_exports() -> None:
    # invented
    one, two, other = (
        ["".join(write(export, random.Random(1), 2_000) for export in exports(seed))]  # noqa: S311
        for seed in (1, 1, 2)
    )
    assert one == two
    assert one != other


def test_every_export_is_read_to_its_end_and_no_more_than_a_question() -> None:
    seen = scan_clean(megabytes=0.01 * len(exports(1)), seed=1)
    assert seen.files >= len(exports(1))
    assert seen.is_clean, seen.found


@pytest.mark.deep
@pytest.mark.parametrize("seed", [2, 3])
def test_megabytes_of_clean_exports_hold_no_more_than_questions(seed: int) -> None:
    seen = scan_clean(megabytes=25, seed=seed)
    assert seen.is_clean, seen.found


def test_a_card_among_clean_exports_is_not_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    spoilt = Table(
        name="kort.csv", columns=[("kortnr", lambda rng: identifiers.card(rng)[0])], sparse=0.0
    )
    monkeypatch.setattr(clean, "exports", lambda _seed: [spoilt])
    seen = scan_clean(megabytes=0.01, seed=1)
    assert not seen.is_clean
    assert {kind for _, _, kind, *_ in seen.found} == {"card"}
