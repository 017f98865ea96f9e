"""The chosen record of the page of referrals in words. No Qt."""

from __future__ import annotations

from collections.abc import Sequence

from gridworker.store.queries.packages import Member, PackageDetail, StubRow
from gridworker.store.queries.referrals import ReferralRow
from gridworker.ui.pages.demands.words import BEYOND, category_word
from gridworker.ui.pages.lists.shown import Told
from gridworker.ui.pages.referrals.rows import day_words
from gridworker.ui.pages.referrals.source import Board, Chosen
from gridworker.ui.pages.values import value_words
from gridworker.ui.pages.words import DOT
from gridworker.wording import Wording


def told(chosen: Chosen, board: Board, wording: Wording) -> Told:
    """Heading, facts and lines of what is chosen."""
    if chosen.referral is not None:
        return _referral(chosen.referral, chosen.rounds, board, wording)
    if chosen.package is not None:
        return _package(chosen.package, wording)
    return _stub(chosen.stub, wording) if chosen.stub is not None else Told("", (), ())


def told_several(rows: Sequence[ReferralRow], wording: Wording) -> Told:
    """Several that were chosen together."""
    return Told(wording("referrals.several", count=len(rows)), (), tuple(f"{r.no} {r.title}" for r in rows))


def _said(wording: Wording, name: str, value: str) -> str:
    return value_words(wording, "referral", name, value)


def _referral(row: ReferralRow, rounds: Sequence[ReferralRow], board: Board, wording: Wording) -> Told:
    facts = (
        row.no,
        _said(wording, "state", row.state),
        DOT.join(x for x in (_said(wording, "refer_kind", row.kind), _said(wording, "refer_level", row.level)) if x),
        wording("referrals.from_to", here=row.from_unit or wording("referrals.elsewhere"), there=_target(row, wording)),
    )  # fmt: skip
    category = category_word(wording, board.names, row.category)
    lines = [
        _line(wording, "place", DOT.join(x for x in (row.place, category) if x)),
        _line(wording, "reason", row.reason),
        _line(wording, "due", DOT.join(x for x in (row.due_at, _said(wording, "urgency", row.urgency)) if x)),
        _line(wording, "reporter", DOT.join(x for x in (row.reporter, row.phone) if x) or wording("referrals.hidden")),
        _line(wording, "member", row.member),
        _line(wording, "result", row.result),
        _line(wording, "returned", row.returned_why),
        _line(wording, "package", next((p.no for p in board.packages if p.id == row.package_id), "")),
        *(_round(one, board.now, wording) for one in rounds if len(rounds) > 1),
    ]  # fmt: skip
    return Told(row.title, facts, tuple(line for line in lines if line))


def _target(row: ReferralRow, wording: Wording) -> str:
    """Where a referral went: the street is no node of the tree, its referrals lie at the community's root."""
    return _said(wording, "refer_level", row.level) if row.level in BEYOND else row.to_unit


def _line(wording: Wording, key: str, value: str) -> str:
    return wording("referrals.line", what=wording(f"referrals.fact.{key}"), how=value) if value else ""


def _round(row: ReferralRow, now: str, wording: Wording) -> str:
    state = _said(wording, "state", row.state)
    until = day_words(row.due_at, now) if row.due_at else ""
    return wording(
        "referrals.round",
        number=row.round,
        facts=DOT.join(x for x in (_target(row, wording), state, until) if x),
    )


def _package(package: PackageDetail, wording: Wording) -> Told:
    row = package.row
    state = value_words(wording, "demand_package", "state", row.state)
    facts = (row.no, state, row.area, wording("referrals.members", count=row.count))
    lines = [
        _line(wording, "handling", package.handling),
        _line(wording, "feedback", package.feedback),
        *(_member(one, wording) for one in package.members),
    ]
    return Told(row.title, facts, tuple(line for line in lines if line))


def _member(one: Member, wording: Wording) -> str:
    entity = "referral" if one.referred else "demand"
    where = wording("referrals.referred") if one.referred else ""
    state = value_words(wording, entity, "state", one.state)
    return DOT.join(part for part in (f"{one.no} {one.title}", where, state) if part)


def _stub(row: StubRow, wording: Wording) -> Told:
    state = value_words(wording, "demand_stub", "state", row.state)
    outcome = value_words(wording, "demand_stub", "result_kind", row.outcome)
    facts = tuple(part for part in (state, outcome, row.area) if part)
    return Told(row.no, facts, (wording("referrals.stub_says"),))
