"""The report as one HTML file of the same data as the PDF: no request leaves it, and it reads by
keyboard, on paper and in the dark.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from babel.numbers import get_decimal_symbol
from jinja2 import Environment, StrictUndefined, Template

from teleaudit.report.wording import Words


def render_html(
    document: Mapping[str, Any], *, pictures: Mapping[str, bytes], words: Words
) -> bytes:
    """The file; ``pictures`` are SVG by file name. The same arguments give the same bytes."""
    data = {
        **document,
        "html": {
            **words.at("html"),
            "severities": words.at("severities"),
            "decimal": get_decimal_symbol(words.locale),
        },
        "figures": [
            {**figure, "data": base64.b64encode(pictures[figure["file"]]).decode("ascii")}
            for figure in document["figures"]
        ],
    }
    told = {one["number"] for theme in data["findings"]["themes"] for one in theme["findings"]}
    page = _template().render(d=data, told=told, own=_own_parts())
    return page.encode(errors="backslashreplace")


@cache
def _source() -> str:
    return resources.files(__package__).joinpath("report.html.j2").read_text(encoding="utf-8")


@cache
def _template() -> Template:
    # every value is escaped: what looks like markup stays text
    return Environment(autoescape=True, undefined=StrictUndefined).from_string(_source())


@cache
def _own_parts() -> dict[str, str]:
    """The page's own style and script by their hashes, as its Content-Security-Policy names them: a
    browser runs no other.
    """
    found = re.findall(r"<(style|script)>(.*?)</\1>", _source(), re.DOTALL)
    digests = {name: hashlib.sha256(text.encode()).digest() for name, text in found}
    return {
        name: f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
        for name, digest in digests.items()
    }
