"""Draws docs/report.png, the picture of the report in the README: ``python -m
tests.report.picture``.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageOps

from teleaudit.report import Report
from tests.report.example import example

TARGET = Path(__file__).parents[2] / "docs" / "report.png"
PAGES = (1, 2, 5)  # front page, summary, findings
GAP = 24


def draw(target: Path) -> None:
    """Three pages side by side."""
    with tempfile.TemporaryDirectory() as folder:
        pdf = Path(folder) / "report.pdf"
        pdf.write_bytes(Report(results=example()).pdf)
        subprocess.run(
            ["pdftoppm", "-r", "76", "-png", str(pdf), str(Path(folder) / "page")], check=True
        )
        pages = [
            ImageOps.expand(
                Image.open(Path(folder) / f"page-{number:02}.png").convert("RGB"), 1, "#c9d1d8"
            )
            for number in PAGES
        ]
    width, height = pages[0].size
    sheet = Image.new(
        "RGB", (len(pages) * width + (len(pages) + 1) * GAP, height + 2 * GAP), "#e9edf0"
    )
    for index, page in enumerate(pages):
        sheet.paste(page, (GAP + index * (width + GAP), GAP))
    sheet.quantize(64).save(target, optimize=True)


if __name__ == "__main__":
    draw(TARGET)
