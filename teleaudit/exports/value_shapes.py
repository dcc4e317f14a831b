"""What one look at the bytes of a text column shows about its values, so that SQL need not look at
each again.

A form is a number beside each value. It only ever says what is certain: a value without form may
still be a date or a number, which SQL finds out.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

NO_FORM = 0
PLAIN = 1  # nothing to trim, and no spelling of nothing; so are all forms above it
DIGITS = 2  # 1 to 18 digits
WITH_COMMA, WITH_POINT = 3, 4  # 12,5 or -12,50: digits, the sign, one or two digits
DATES = (
    "0000-00-00", "0000-00-00 00:00:00", "0000-00-00T00:00:00",
    "00-00-0000", "00-00-0000 00:00:00", "00-00-0000 00:00",
    "00/00/0000", "00/00/0000 00:00:00", "00/00/0000 00:00",
    "00.00.0000", "00.00.0000 00:00:00", "00.00.0000 00:00",
    "00/00-0000", "00/00-0000 00:00:00", "00/00-0000 00:00",
)  # fmt: skip
FIRST_DATE = 5  # the form of the first of DATES

_Bytes = npt.NDArray[np.uint8]
_Offsets = npt.NDArray[np.int64]
_Flags = npt.NDArray[np.bool_]
_MAX_DIGITS = 18
_SHORT = 6  # bytes of the longest spelling of nothing
_LOOKED_AT = 16  # values whose form is tried on all


def _bytes_in(characters: Iterable[int]) -> _Flags:
    found = np.zeros(256, dtype=bool)
    found[list(characters)] = True
    return found


# "~" compares as more than every text that starts with it: left to SQL
_PRINTED = _bytes_in(range(0x21, 0x7E))
_DIGIT = _bytes_in(b"0123456789")
# the spellings of nothing: NULL, (null), [null], <null>, \N, #N/A, -
_STARTS_NOTHING = _bytes_in(b"Nn([<\\#-")
_SIGNS = _bytes_in(b",.")


def date_form(text: str) -> int:
    """The form of dates that are written like this, digits as zeros."""
    return FIRST_DATE + DATES.index(text)


def with_nulls(column: pa.ChunkedArray) -> pa.Array:
    """The texts in one piece, null where they are empty; no text is copied."""
    texts = (
        column.chunk(0)
        if column.num_chunks == 1 and column.chunk(0).offset == 0
        else pa.concat_arrays([*column.chunks, pa.array([], pa.string())])
    )
    filled = np.diff(_offsets(texts)) > 0
    validity = None if filled.all() else pa.py_buffer(np.packbits(filled, bitorder="little"))
    return pa.StringArray.from_buffers(len(texts), texts.buffers()[1], texts.buffers()[2], validity)


def forms_of(texts: pa.Array) -> npt.NDArray[np.uint8]:
    """The form of each text; nulls have none."""
    offsets, data = _offsets(texts), _data(texts)
    forms = np.zeros(len(texts), dtype=np.uint8)
    filled = np.flatnonzero(np.diff(offsets))
    if not len(filled):
        return forms
    starts, ends = offsets[filled], offsets[filled + 1]
    first, lengths = data[starts], ends - starts
    found = (
        _PRINTED[first] & _PRINTED[data[ends - 1]] & ~(_STARTS_NOTHING[first] & (lengths <= _SHORT))
    ).astype(np.uint8)
    looks = _DIGIT[first] | (first == ord("-"))
    if 2 * np.count_nonzero(looks) > len(filled) and not _note_dates(found, data, starts, lengths):
        _note_numbers(found, data, starts, ends)
    forms[filled] = found
    return forms


def first_two_numbers(texts: pa.Array, chosen: _Flags) -> npt.NDArray[np.int64]:
    """Of dates that are written alike, 100 * the number in their first two characters + the number
    in the fourth and fifth (where those are digits).
    """
    starts, data = _offsets(texts)[:-1][chosen], _data(texts)
    tens, ones, more_tens, more_ones = (
        data[starts + place].astype(np.int64) - ord("0") for place in (0, 1, 3, 4)
    )
    pairs: npt.NDArray[np.int64] = np.clip(
        1000 * tens + 100 * ones + 10 * more_tens + more_ones, 0, 9_999
    )
    return pairs


def _offsets(texts: pa.Array) -> _Offsets:
    return (
        np.frombuffer(texts.buffers()[1], dtype=np.int32)[: len(texts) + 1].astype(np.int64)
        if len(texts)
        else np.zeros(1, dtype=np.int64)
    )


def _data(texts: pa.Array) -> _Bytes:
    buffer = texts.buffers()[2]
    return (
        np.frombuffer(buffer, dtype=np.uint8) if buffer is not None else np.zeros(0, dtype=np.uint8)
    )


def _note_dates(found: _Bytes, data: _Bytes, starts: _Offsets, lengths: _Offsets) -> bool:
    """Marks the values of the date form that the first of them have; whether there is one."""
    step = max(1, len(starts) // _LOOKED_AT)
    looked_at = [
        data[start : start + length].tobytes()
        for start, length in zip(starts[::step].tolist(), lengths[::step].tolist(), strict=True)
    ]
    named = [form for text in looked_at if (form := _zeroed(text)) in _DATE_BYTES]
    if not named:
        return False
    form = max(sorted(set(named)), key=named.count)
    same = np.flatnonzero(lengths == len(form))
    taken = starts[same]
    whole = len(same) == len(starts) and int(taken[-1] + len(form) - taken[0]) == len(taken) * len(
        form
    )
    values = (
        data[taken[0] : taken[-1] + len(form)].reshape(-1, len(form))
        if whole
        else data[taken[:, None] + np.arange(len(form))]
    )
    low = np.frombuffer(form, dtype=np.uint8)
    fits = (values - low <= np.where(low == ord("0"), 9, 0).astype(np.uint8)).all(axis=1)
    found[same[fits]] = FIRST_DATE + _DATE_BYTES.index(form)
    return True


def _note_numbers(found: _Bytes, data: _Bytes, starts: _Offsets, ends: _Offsets) -> None:
    """Marks whole numbers and numbers with one or two decimals."""
    others = np.concatenate(([0], np.cumsum(~_DIGIT[data[starts[0] : ends[-1]]])))
    count = others[ends - starts[0]] - others[starts - starts[0]]  # bytes that are no digits
    found[(count == 0) & (ends - starts <= _MAX_DIGITS)] = DIGITS
    if not count.any():
        return
    signed = data[starts] == ord("-")
    candidates = np.flatnonzero((count == 1 + signed) & (ends - starts >= 3 + signed))
    last = ends[candidates]
    places = np.where(_SIGNS[data[last - 2]], last - 2, last - 3)
    numbers = _SIGNS[data[places]] & (places > starts[candidates] + signed[candidates])
    found[candidates[numbers]] = np.where(data[places[numbers]] == ord(","), WITH_COMMA, WITH_POINT)


_DATE_BYTES = [form.encode() for form in DATES]
_TO_ZEROS = bytes.maketrans(b"123456789", b"000000000")


def _zeroed(text: bytes) -> bytes:
    return text.translate(_TO_ZEROS)
