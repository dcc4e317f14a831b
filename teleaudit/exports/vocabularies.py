"""Words of an export that no rule knows: which may be named, and which known ones they may stand
for.

A word is a value of rows. It is named only where its column is a vocabulary and no list of people:
some of its words are known, few are not, and all of them are short, of letters alone, and none
looks like a name.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence

from teleaudit.rules.undecided import UNDECIDED
from teleaudit.schema import VOCABULARIES
from teleaudit.schema.vocabularies import OTHER, Vocabulary, folded

_MAX_NAMED = 20  # different unknown words of a column
MAX_ASKED = 200  # different words of a column that are looked at, the most frequent first
_MAX_LETTERS = 30
_ASKED = f'"{UNDECIDED}"'  # for a person to replace
_WORD = re.compile(rf"[^\W\d_](?:[^\W\d_]|[ _-](?=[^\W\d_])){{1,{_MAX_LETTERS - 1}}}")
# two capitalised words
_NAME = re.compile(r"[A-ZÆØÅÄÖÜÉ][a-zæøåäöüé]+(?:[ -][A-ZÆØÅÄÖÜÉ][a-zæøåäöüé]+)+")


def namable_words(found: Sequence[tuple[str, int]], words: Mapping[str, str]) -> tuple[str, ...]:
    """The unknown words among a column's values (each with its number of rows), in their order;
    none where one of them may be no word.

    A single row's word is named in small letters alone: with a capital it may be somebody's name.
    """
    known = set(words.values())
    unknown = [(word, rows) for word, rows in found if word not in known]
    if len(unknown) > _MAX_NAMED or len(unknown) == len(found):
        return ()
    if all(_is_a_word(word, rows) for word, rows in unknown):
        return tuple(dict.fromkeys(word for word, _ in unknown))
    return ()


def _is_a_word(text: str, rows: int) -> bool:
    return (
        _WORD.fullmatch(text) is not None
        and _NAME.fullmatch(text) is None
        and (rows > 1 or text == text.lower())
    )


def proposed_values(table: str, column: str, words: Iterable[str]) -> dict[str, str | None]:
    """What the unknown ones of a column's words may stand for, to write under ``values``; None
    where nothing is near.

    Nothing for a column on whose words no rule rests, and in an open vocabulary nothing for a word
    that may be none of the known ones: it changes no answer. Every proposal is for a person to
    confirm.
    """
    vocabulary = VOCABULARIES.get(f"{table}.{column}")
    if vocabulary is None:
        return {}
    spellings = vocabulary.spellings
    if not vocabulary.closed:
        declared = {folded(near): known for near, known in vocabulary.near.items()}
        return {
            word: declared[folded(word)]
            for word in dict.fromkeys(words)
            if folded(word) in declared
        }
    return {
        word: _near(word, vocabulary)
        for word in dict.fromkeys(words)
        if folded(word) not in spellings
    }


def _near(word: str, vocabulary: Vocabulary) -> str | None:
    """The word that another may stand for: as declared, by its spelling, or as a part of it."""
    own, spellings = (
        folded(word),
        {folded(near): known for near, known in vocabulary.near.items()}
        | {other: known for other, known in vocabulary.spellings.items() if known != OTHER},
    )
    if own in spellings:
        return spellings[own]
    if close := difflib.get_close_matches(own, spellings, n=1, cutoff=0.8):
        return spellings[close[0]]
    # shorter ones begin too many words
    parts = {
        known
        for other, known in spellings.items()
        if len(other) > 3 and (other in own.split() or own.startswith(other))
    }
    return parts.pop() if len(parts) == 1 else None


def values_yaml(
    table: str, by_column: Mapping[str, Sequence[str]], *, indent: str = "    "
) -> list[str]:
    """The lines of ``values:`` for an export in audit.yaml, all of them comments: a person says
    what a word stands for.

    None where every word is known.

    ``by_column``: canonical column -> the words that may be named (``namable_words``).
    """
    lines: list[str] = []
    for column, words in by_column.items():
        proposals = proposed_values(table, column, words)
        if proposals:
            lines.append(
                f"{indent}#   {column}:  # known:"
                f" {', '.join(VOCABULARIES[f'{table}.{column}'].canonical)}"
            )
            lines += [
                f'{indent}#     "{word}": {near or _ASKED}' for word, near in proposals.items()
            ]
    return (
        [f"{indent}# values:  # your own word: the word that the rules know", *lines]
        if lines
        else []
    )
