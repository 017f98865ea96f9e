"""What the page of referrals does: what is shown, which record is chosen, what is done and taken back. No Qt."""

from __future__ import annotations

from gridworker.ui.pages.choosing import ChoosingPresenter
from gridworker.ui.pages.referrals.source import Board, Chosen


class ReferralsPresenter(ChoosingPresenter[Board, Chosen]):
    """Limited to the node that is selected."""

    topic = "referrals"
    concerning = ("referral", "demand", "demand_package", "demand_stub", "demand_category", "area_unit")
