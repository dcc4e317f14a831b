"""From the report as data to a PDF: typst, in a private folder, with the package's own fonts.

The template reads the data by ``json()``, never by pasting text into it, so text that looks like
markup stays text. PDF/A and PDF/UA-1 are asked of typst together; what breaks them (a picture
without alt text) does not compile.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
import typst
from matplotlib.ft2font import FT2Font

# IBM Plex, which comes with the package (fonts/LICENSE.txt), and for signs and other alphabets the
# DejaVu Sans that comes with matplotlib. Not its whole folder: with the "last resort" font in it a
# missing letter is a box that every validator accepts.
OWN_FONTS = Path(__file__).with_name("fonts")
_SECOND = tuple(f"DejaVuSans{style}.ttf" for style in ("", "-Bold", "-Oblique", "-BoldOblique"))
_TEXT_FACES = ("IBMPlexSans-Regular.ttf", "IBMPlexSans-Bold.ttf")


class TypesettingError(RuntimeError):
    """The template and its data do not compile: our bug, never the user's."""


def typeset(
    document: Mapping[str, Any],
    *,
    attachments: Mapping[str, bytes],
    pictures: Mapping[str, bytes],
    finished_at: str,
) -> bytes:
    """The PDF of a report: PDF/A-3a where it has attachments, else PDF/A-2a, and PDF/UA-1.

    The same arguments give the same bytes; ``finished_at`` is the time the PDF bears.

    ``attachments`` and ``pictures`` (SVG) are by file name. Raises: TypesettingError.
    """
    with _laid_out(document, attachments=attachments, pictures=pictures) as (root, fonts):
        return _compile(root, fonts, finished_at, "a-3a" if attachments else "a-2a")


@contextmanager
def _laid_out(
    document: Mapping[str, Any],
    *,
    attachments: Mapping[str, bytes],
    pictures: Mapping[str, bytes],
) -> Iterator[tuple[Path, Path]]:
    """A private folder with everything that a report is made of, and that of its fonts."""
    with tempfile.TemporaryDirectory(prefix="teleaudit-report-") as name:
        root = Path(name)
        fonts = root / "fonts"
        fonts.mkdir()
        for font in _font_files():
            shutil.copy(font, fonts)
        for file, content in {**pictures, **attachments}.items():
            (root / file).write_bytes(content)
        (root / "report.json").write_text(
            json.dumps(
                _printable({**document, "attachments": sorted(attachments)}), ensure_ascii=False
            ),
            encoding="utf-8",
        )
        (root / "report.typ").write_text(
            resources.files(__package__).joinpath("report.typ").read_text(encoding="utf-8"),
            encoding="utf-8",
        )
        yield root, fonts


def draw_pages(
    document: Mapping[str, Any], *, pictures: Mapping[str, bytes], dots_per_inch: int = 110
) -> list[bytes]:
    """Every page of a report as a PNG, for those who look before they hand it over.

    Raises: TypesettingError.
    """
    with _laid_out(document, attachments={}, pictures=pictures) as (root, fonts):
        try:
            typst.compile(
                root / "report.typ",
                output=root / "page-{0p}.png",
                root=root,
                font_paths=_fonts(fonts),
                format="png",
                ppi=dots_per_inch,
            )
        except typst.TypstError as error:
            raise TypesettingError(_say(error)) from None
        return [page.read_bytes() for page in sorted(root.glob("page-*.png"))]


def _compile(root: Path, fonts: Path, finished_at: str, archive: Literal["a-2a", "a-3a"]) -> bytes:
    try:
        pdf, complaints = typst.compile_with_warnings(
            root / "report.typ",
            root=root,
            font_paths=_fonts(fonts),
            pdf_standards=[archive, "ua-1"],
            timestamp=int(dt.datetime.fromisoformat(finished_at).timestamp()),
        )
    except typst.TypstError as error:
        raise TypesettingError(_say(error)) from None
    for complaint in complaints:
        warnings.warn(f"report: {complaint.message}", stacklevel=2)
    return bytes(pdf)


def _fonts(folder: Path) -> typst.Fonts:
    """The fonts of a folder, and no others."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]
    )


def _say(error: typst.TypstError) -> str:
    """What typst says, without the folder it was compiled in."""
    return "; ".join([error.message, *error.hints])


def _font_files() -> list[Path]:
    second = Path(mpl.get_data_path()) / "fonts" / "ttf"
    return [*sorted(OWN_FONTS.glob("*.ttf")), *(second / name for name in _SECOND)]


@cache
def _letters() -> frozenset[int]:
    """The code points that every style of a face can show, of the first or of the second."""

    def of_all(names: tuple[str, ...]) -> set[int]:
        files = [file for file in _font_files() if file.name in names]
        return set.intersection(*(set(FT2Font(file).get_charmap()) for file in files))

    return frozenset(of_all(_TEXT_FACES) | of_all(_SECOND))


def _printable(value: Any) -> Any:  # noqa: ANN401 (JSON in, JSON out)
    """The same data with every character that the fonts cannot show named by its number, such as
    ``‹U+6E2C›``.
    """
    match value:
        case str():
            lacking = {letter for letter in set(value) if not _is_printable(letter)}
            return value.translate({ord(one): f"‹U+{ord(one):04X}›" for one in lacking})
        case Mapping():
            return {key: _printable(item) for key, item in value.items()}
        case list() | tuple():
            return [_printable(item) for item in value]
        case _:
            return value


def _is_printable(letter: str) -> bool:
    return letter in "\n\t\u00a0" or (letter.isprintable() and ord(letter) in _letters())
