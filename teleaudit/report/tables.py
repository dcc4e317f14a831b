"""Tables as a notebook shows them: a caption, Danish numbers, no row numbers, a dash where there is
nothing.
"""

from __future__ import annotations

import pandas as pd
from babel.numbers import format_decimal
from pandas.io.formats.style import Styler
from pandas.io.formats.style_render import CSSDict

_WHOLE = ("Punkt", "Kontrol", "Resultat")  # columns of names and short words, which are not broken
_CAPTION: CSSDict = {
    "selector": "caption",
    "props": "caption-side: top; text-align: left; font-weight: bold; padding-bottom: 0.4em",
}


class Table(Styler):
    """A table that says the same where only text is shown."""

    def __repr__(self) -> str:
        """Caption and cells."""
        # pandas has them, its stubs do not
        frame, caption = self.data, self.caption  # type: ignore[attr-defined]
        cells = frame.to_string(index=False, na_rep="–") if len(frame) else ""
        return f"{caption}\n{cells}".strip()


def captioned(frame: pd.DataFrame, caption: str) -> Table:
    """The frame with a caption; the frame itself is its ``data``.

    Numbers stand to the right, as 1.234.
    """
    sides = [
        "right" if pd.api.types.is_numeric_dtype(frame[name]) else "left" for name in frame.columns
    ]
    numbers, words = (
        pd.IndexSlice[
            :, [name for name, own in zip(frame.columns, sides, strict=True) if own == side]
        ]
        for side in ("right", "left")
    )
    whole = pd.IndexSlice[:, [name for name in frame.columns if name in _WHOLE]]
    headers: list[CSSDict] = [
        {"selector": f"th.col_heading.col{place}", "props": f"text-align: {side}"}
        for place, side in enumerate(sides)
    ]
    table = Table(frame)
    (
        table.hide(axis="index")
        .format(_number, subset=numbers, na_rep="–")
        .format(subset=words, na_rep="–", escape="html")
        .set_caption(caption)
        .set_table_styles([_CAPTION, *headers])
        .set_properties(subset=numbers, **{"text-align": "right"})
        .set_properties(subset=words, **{"text-align": "left"})
        .set_properties(subset=whole, **{"white-space": "nowrap"})
    )
    return table


def _number(value: object) -> str:
    return str(format_decimal(str(value), locale="da"))
