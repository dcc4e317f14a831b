"""From the report as data to a PDF: typst, in a private folder, with fonts that matplotlib brings.

The template reads the data by ``json()``, never by pasting text into it, so text that looks like
markup stays text. PDF/A-3a and PDF/UA-1 are asked of typst together; what breaks them (a picture
without alt text) does not compile.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
import warnings
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import matplotlib as mpl
import typst
from matplotlib.ft2font import FT2Font

# Not the whole folder: with matplotlib's "last resort" font a missing letter is a box that every
# validator accepts.
FONTS = tuple(
    f"{family}{style}.ttf"
    for family in ("DejaVuSans", "DejaVuSansMono")
    for style in ("", "-Bold", "-Oblique", "-BoldOblique")
)


class TypesettingError(RuntimeError):
    """The template and its data do not compile: our bug, never the user's."""


def typeset(
    document: Mapping[str, Any],
    *,
    attachment: bytes,
    pictures: Mapping[str, bytes],
    finished_at: str,
) -> bytes:
    """The PDF of a report.

    The same arguments give the same bytes; ``finished_at`` is the time the PDF bears.

    ``attachment`` becomes results.json inside the PDF; ``pictures`` are SVG by file name.
    Raises: TypesettingError.
    """
    with tempfile.TemporaryDirectory(prefix="teleaudit-report-") as name:
        root = Path(name)
        fonts = root / "fonts"
        fonts.mkdir()
        for font in FONTS:
            shutil.copy(_font_folder() / font, fonts)
        for file, svg in pictures.items():
            (root / file).write_bytes(svg)
        (root / "results.json").write_bytes(attachment)
        (root / "report.json").write_text(
            json.dumps(_printable(document), ensure_ascii=False), encoding="utf-8"
        )
        (root / "report.typ").write_text(
            resources.files(__package__).joinpath("report.typ").read_text(encoding="utf-8"),
            encoding="utf-8",
        )
        return _compile(root, fonts, finished_at)


def _compile(root: Path, fonts: Path, finished_at: str) -> bytes:
    try:
        pdf, complaints = typst.compile_with_warnings(
            root / "report.typ",
            root=root,
            font_paths=typst.Fonts(
                include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts]
            ),
            pdf_standards=["a-3a", "ua-1"],
            timestamp=int(dt.datetime.fromisoformat(finished_at).timestamp()),
        )
    except typst.TypstError as error:
        raise TypesettingError(_say(error)) from None
    for complaint in complaints:
        warnings.warn(f"report: {complaint.message}", stacklevel=2)
    return bytes(pdf)


def _say(error: typst.TypstError) -> str:
    """What typst says, without the folder it was compiled in."""
    return "; ".join([error.message, *error.hints])


def _font_folder() -> Path:
    return Path(mpl.get_data_path()) / "fonts" / "ttf"


@cache
def _letters() -> frozenset[int]:
    """The code points that every style of the text font can show."""
    charmaps = [
        set(FT2Font(_font_folder() / font).get_charmap())
        for font in FONTS
        if not font.startswith("DejaVuSansMono")
    ]
    return frozenset(set.intersection(*charmaps))


def _printable(value: Any) -> Any:  # noqa: ANN401 (JSON in, JSON out)
    """The same data with every character that the fonts cannot show named by its number, such as
    ``‹U+6E2C›``.
    """
    match value:
        case str():
            return "".join(
                letter if _is_printable(letter) else f"‹U+{ord(letter):04X}›" for letter in value
            )
        case Mapping():
            return {key: _printable(item) for key, item in value.items()}
        case list() | tuple():
            return [_printable(item) for item in value]
        case _:
            return value


def _is_printable(letter: str) -> bool:
    return letter in "\n\t\u00a0" or (letter.isprintable() and ord(letter) in _letters())
