"""Columns named for a place, and names that only look like it."""

from __future__ import annotations

import pytest

from teleaudit.detectors import location_columns, location_kind

NAMED = {
    "cell": [
        "cell_id",
        "CellTowerID",
        "TowerName",
        "cellid",
        "celle-id",
        "LAC",
        "tac",
        "eci",
        "ecgi",
        "mast",
        "Mastenavn",
        "eNodeB_id",
        "userLocationInformation",
        "location_area",
        "cell_id2",
    ],
    "coordinates": [
        "lat",
        "lon",
        "Latitude",
        "longitude",
        "start_lat",
        "gps",
        "breddegrad",
        "Længdegrad",
        "position",
    ],
    "place": ["location", "location_text_da", "lokation"],
}
NOT_NAMED = [
    "latency",
    "balance",
    "cancelled",
    "cell_phone",
    "imei_tac",
    "tactic",
    "placement",
    "slat",
    "long_distance",
    "country",
    "destination",
    "lacquer",
    "plate",
    "excellent",
    "location_count",
    "miscellaneous",
    "start_at",
    "location_type",
]


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, names in NAMED.items() for name in names]
)
def test_a_column_named_for_a_place_is_known(kind: str, name: str) -> None:
    assert location_kind(name) == kind


@pytest.mark.parametrize("name", NOT_NAMED)
def test_a_name_that_only_holds_the_letters_is_no_place(name: str) -> None:
    assert location_kind(name) == ""


def test_the_columns_of_an_export_keep_their_order() -> None:
    assert location_columns(["Longitude", "Country", "CellTowerID"]) == {
        "Longitude": "coordinates",
        "CellTowerID": "cell",
    }
