"""Proof over the whole file that it is written in the encoding it is read with.

A letter such as "æ" has another byte in every encoding that Danish systems write, and a wrong
reading of it is silent. What gives it away: bytes that do not decode, control characters that
nobody writes (C1), and the letter pairs of UTF-8 read as something else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from teleaudit.errors import ExportError
from teleaudit.readers.records import Records
from teleaudit.readers.sniffing import DANISH_LETTERS

# UTF-8 read as windows-1252 and written as UTF-8 again: "Ã¦", "Ã¸", "Ã¥", "Ã†", "Ã˜", "Ã…", "â€™";
# read as cp850: "├ª", "├©", "├Ñ".
_MOJIBAKE = re.compile(
    rb"\xc3\x83(?:\xc2[\x80-\xbf]|\xe2\x80[\x98-\xb0]|\xcb\x9c|\xc5[\x92\x93\xa0\xb8]|\xe2\x84\xa2)|\xc3\xa2(?:\xe2\x82\xac|\xc2\x80)|\xe2\x94\x9c"
)
_C1_CONTROL = re.compile(rb"\xc2[\x80-\x9f]")
_UNDECODED = re.compile(rb"\xef\xbf\xbd")
_NUL = re.compile(rb"\x00")
_SUSPECT = np.zeros(1 << 16, dtype=bool)  # two bytes with which damage may begin
_SUSPECT[[*range(0xC280, 0xC2A0), 0xC383, 0xC3A2, 0xE294, 0xEFBF]] = True
_DANISH_TAILS = np.zeros(256, dtype=bool)
_DANISH_TAILS[[letter.encode()[1] for letter in DANISH_LETTERS]] = True

_PROVED = 0.5  # share of bytes beyond ASCII that are Danish letters
_DISPROVED = 0.1
SINGLE_BYTE = {
    "cp1252": "windows-1252",
    "cp850": "cp850",
    "cp865": "cp865",
    "iso8859-1": "iso-8859-1",
    "iso8859-15": "iso-8859-15",
}


class Damage(StrEnum):
    """Why a record's text cannot be trusted."""

    NUL = "nul"
    UNDECODABLE = "undecodable"
    MOJIBAKE = "mojibake"
    CONTROL = "control"


def damages(text: bytes) -> list[tuple[int, Damage]]:
    """Where UTF-8 text is damaged, as byte offsets."""
    found = (
        [(match.start(), Damage.NUL) for match in _NUL.finditer(text)] if b"\x00" in text else []
    )
    if text.isascii():
        return found
    if not _is_suspect(text):
        return found
    found += [(match.start(), Damage.UNDECODABLE) for match in _UNDECODED.finditer(text)]
    found += [(match.start(), Damage.MOJIBAKE) for match in _MOJIBAKE.finditer(text)]
    found += [(match.start(), Damage.CONTROL) for match in _C1_CONTROL.finditer(text)]
    return found


def _is_suspect(text: bytes) -> bool:
    """Whether damage may begin anywhere: one look at each letter beyond ASCII, where the patterns
    would search the text three times.
    """
    data = np.frombuffer(text, dtype=np.uint8)
    high = np.flatnonzero(data[:-1] >= 0x80)
    return bool(_SUSPECT[data[high].astype(np.uint16) << 8 | data[high + 1]].any())


@dataclass(kw_only=True)
class EncodingProof:
    """What the whole file said about its encoding; filled while it streams by."""

    encoding: str
    damaged: dict[Damage, int] = field(default_factory=dict)  # records
    first_line: dict[Damage, int] = field(default_factory=dict)
    danish_letters: int = 0
    # single-byte encodings only
    high_bytes: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(256, dtype=np.int64))

    def note_bytes(self, raw: bytes) -> None:
        """Counts the bytes beyond ASCII, for encodings in which every byte is a letter of some
        sort.
        """
        if self.encoding in SINGLE_BYTE and not raw.isascii():
            data = np.frombuffer(raw, dtype=np.uint8)
            self.high_bytes += np.bincount(data[data >= 0x80], minlength=256)

    def note_text(self, text: bytes) -> None:
        """Counts the Danish letters of UTF-8 text."""
        if not text.isascii():
            data = np.frombuffer(text, dtype=np.uint8)
            heads = np.flatnonzero(data[:-1] == 0xC3)
            self.danish_letters += int(_DANISH_TAILS[data[heads + 1]].sum())

    def note_damages(self, block: Records, reasons: dict[int, str]) -> None:
        """Counts the damaged records of a block of UTF-8 text, and adds them to those that cannot
        be read for other ``reasons``, by their number.
        """
        for offset, damage in damages(block.data):
            number = block.number_at(offset)
            if number not in reasons:
                reasons[number] = damage
                self.note_damage(damage, int(block.lines[number]))

    def note_damage(self, damage: Damage, line: int) -> None:
        """Counts a damaged record."""
        self.damaged[damage] = self.damaged.get(damage, 0) + 1
        self.first_line.setdefault(damage, line)

    def best(self) -> str | None:
        """The single-byte encoding that makes Danish letters of most bytes beyond ASCII."""
        total = int(self.high_bytes.sum())
        shares = (
            {codec: self._danish_share(codec, total) for codec in ("cp1252", "cp850")}
            if total
            else {}
        )
        codec = max(shares, key=lambda codec: shares[codec], default=None)
        return SINGLE_BYTE[codec] if codec is not None and shares[codec] >= _PROVED else None

    def better(self) -> str | None:
        """Another single-byte encoding that makes Danish letters of most bytes, when the present
        one makes next to none.
        """
        total = int(self.high_bytes.sum())
        return (
            self.best() if total and self._danish_share(self.encoding, total) < _DISPROVED else None
        )

    def _danish_share(self, codec: str, total: int) -> float:
        own = sum(
            int(self.high_bytes[code])
            for letter in DANISH_LETTERS
            if len(encoded := letter.encode(codec, "ignore")) == 1
            for code in encoded
        )
        return own / total

    @property
    def is_not_utf8(self) -> bool:
        """Whether the file was read as UTF-8 and more of it fails than succeeds."""
        return self.encoding == "utf-8" and self.damaged.get(Damage.UNDECODABLE, 0) >= max(
            1, self.danish_letters
        )

    def check(self, *, shown: str, export: str, sniffed: bool, likely: str | None) -> None:
        """Refuses the file when its encoding is disproved (or, when sniffed, not proved).

        A few damaged records among good ones are only kept apart.

        Raises: ExportError.
        """
        name = SINGLE_BYTE.get(self.encoding, self.encoding)
        better = self.better() or (likely if likely != name else None)
        advice = (
            f"Write exports.{export}.encoding: {better} in audit.yaml."
            if better
            else f"Say how it is written: exports.{export}.encoding in audit.yaml."
        )
        problem = self._problem(name, sniffed=sniffed)
        if problem is not None:
            msg = f"{shown}{problem}. {advice}"
            raise ExportError(msg)

    def _problem(self, name: str, *, sniffed: bool) -> str | None:
        """What disproves the encoding."""
        wrong = sum(count for damage, count in self.damaged.items() if damage is not Damage.NUL)
        if self.encoding in SINGLE_BYTE and self.better() is not None:
            return f": read as {name} its letters are not Danish, read as {self.better()} they are"
        if self.encoding in SINGLE_BYTE and Damage.CONTROL in self.damaged:
            return f", line {self.first_line[Damage.CONTROL]}: bytes that {name} has no letter for"
        if wrong >= max(1, self.danish_letters):
            worst = max(self.damaged, key=lambda each: (self.damaged[each], -self.first_line[each]))
            what = (
                "letters mangled by an earlier wrong reading (mojibake)"
                if worst is Damage.MOJIBAKE
                else "bytes that do not decode"
            )
            return (
                f", line {self.first_line[worst]}: read as {name} it has {what} in"
                f" {self.damaged[worst]:,} records"
            )
        if sniffed and self.encoding == "cp1252" and self.danish_letters == 0:
            return ": it is not UTF-8, and nothing proves another encoding"
        return None


def likely_encoding(head: bytes) -> str | None:
    """The encoding that makes Danish letters of the bytes beyond ASCII, or none when nothing shows
    it.
    """
    try:
        head[: head.rfind(b"\n") + 1 or len(head)].decode("utf-8")
    except UnicodeDecodeError:
        proof = EncodingProof(encoding="cp1252")
        proof.note_bytes(head)
        return proof.best()
    return None if head.isascii() else "utf-8"
