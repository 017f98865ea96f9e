"""Which pages somebody sees is data: the widest post decides."""

from __future__ import annotations

import pytest

from gridworker.models.roles import FIELD_PAGES, PAGES_OF, ROLES, pages_of


@pytest.mark.parametrize(
    ("posts", "pages"),
    [
        (("micro_grid_leader",), FIELD_PAGES),
        (("micro_grid_leader", "micro_grid_leader"), FIELD_PAGES),
        (("micro_grid_leader", "grid_leader"), None),
        (("community_secretary",), None),
        (("of_a_later_version",), None),
        ((), None),
    ],
)
def test_pages(posts: tuple[str, ...], pages: tuple[str, ...] | None) -> None:
    assert pages_of(posts) == pages


def test_only_known_roles_have_pages() -> None:
    assert PAGES_OF.keys() <= ROLES.keys()
