"""Words about a passphrase: what is refused and what is called weak."""

from __future__ import annotations

import pytest

from gridworker.ui.dialogs.passphrase_strength import is_accepted, rate_passphrase


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("", "empty"),
        ("abc123", "short"),
        ("12345678", "weak"),
        ("aaaaaaaaaaaa", "weak"),
        ("qwertyui", "weak"),
        ("kitchens", "weak"),
        ("Kitchen7", "fair"),
        ("坡道门灯电表", "fair"),
        ("坡道 门灯 电表 雨棚", "strong"),
        ("river lamp seven stairs", "strong"),
    ],
)
def test_rating(text: str, rating: str) -> None:
    assert rate_passphrase(text) == rating
    assert is_accepted(rating) == (rating not in ("empty", "short"))
