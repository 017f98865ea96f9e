"""The notice to sign: complete in both languages, versioned, marked in the practice community, naming nobody."""

from __future__ import annotations

import pytest

from gridworker.exports.consent_notice import PARTS, NoticeFacts, consent_notice
from gridworker.exports.document import Heading, Table
from gridworker.exports.html import render_html
from gridworker.models.household import CONSENT_PURPOSES, NOTICE_VERSION
from gridworker.wording import Wording

FACTS = NoticeFacts("锦澜社区", NOTICE_VERSION, [c for c in CONSENT_PURPOSES if c != "other"], practice=True)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_it_tells_everything_and_names_nobody(language: str) -> None:
    document = consent_notice(FACTS, Wording.load(language), "2026-11-20 09:00")
    headings = [block.text for block in document.blocks if isinstance(block, Heading)]
    assert len(headings) == len(PARTS) + 1
    ticks, signing = (block for block in document.blocks if isinstance(block, Table))
    assert len(ticks.rows) == len(CONSENT_PURPOSES) - 1
    assert all(row[1] == "" for row in signing.rows)  # only lines to write on
    assert NOTICE_VERSION in document.subtitle
    assert NOTICE_VERSION in document.footer.lines[0]
    assert document.marks
    html = render_html(document)
    assert "锦澜社区" in html
    assert "{" not in html.split("</style>")[-1]


def test_a_real_community_has_no_practice_mark() -> None:
    facts = NoticeFacts("某社区", NOTICE_VERSION, ["visit"], practice=False)
    assert not consent_notice(facts, Wording.load("zh_CN"), "2026-11-20 09:00").marks
