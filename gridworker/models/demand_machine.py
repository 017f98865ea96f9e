"""The road of a demand as data: from its registration over accepting, assigning and handling to its end, which needs
a result and a reply. Services, buttons, the server, the diagram and the tests read this one table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gridworker.models.machine import Event, Machine

STATES = (
    "registered",
    "accepted",
    "assigned",
    "in_progress",
    "handled",
    "replied",
    "revisited",
    "closed",
    "not_accepted",
    "returned",
    "reopened",
    "merged",
    "withdrawn",
)
#: Nothing is left to do; `not_accepted` may still be appealed against.
ENDS = ("closed", "not_accepted", "merged", "withdrawn")
OPEN = tuple(state for state in STATES if state not in ENDS)
#: Somebody still works on it: the time limit runs.
RUNNING = ("registered", "accepted", "assigned", "in_progress", "returned", "reopened")
RESULTS = (
    "solved",
    "explained",
    "planned",
    "to_project",
    "to_issue",
    "referred_out",
    "not_accepted",
    "withdrawn",
    "merged",
)
SATISFACTIONS = ("satisfied", "basic", "unsatisfied", "unrated")
LEVELS = ("household", "micro_grid", "station", "grid", "community", "street", "department", "alliance")
#: How a demand is shared with another unit: upward, sideways, or for help while its owner keeps it.
REFERRAL_KINDS = ("up", "transfer", "help")
REFERRAL_STATES = ("open", "accepted", "handled", "replied", "returned", "withdrawn")
#: What the demand itself knows of its present referral.
REFERRED = ("open", "accepted", "handled", "returned")

_LIMIT = ("due_at", "limit_from", "limit_number", "limit_unit")
_REFERRAL = ("refer_level", "refer_place", "refer_reporter")
_REFER_STATES = ("registered", "accepted", "assigned", "in_progress", "returned", "reopened")

DEMAND_MACHINE = Machine(
    first="registered",
    states=STATES,
    ends=ENDS,
    log="demand_event",
    opening=frozenset(("owner_member_id", "urgency", *_LIMIT)),
    events=(
        Event(
            "accept",
            ("registered", "returned", "assigned"),
            "accepted",
            leads=(("assigned", "in_progress"),),
            sets=("urgency", *_LIMIT),
            copies=(("assignee_id", ""),),
            signs="owner_member_id",
            settled=("accepted", "in_progress"),
        ),
        Event(
            "not_accept",
            ("registered",),
            "not_accepted",
            needs=("result_text",),
            fixed=(("result_kind", "not_accepted"),),
            told=True,
        ),
        Event(
            "assign",
            ("accepted", "reopened"),
            "assigned",
            needs=("assignee_id",),
            sets=_LIMIT,
        ),
        Event(
            "return",
            ("assigned",),
            "returned",
            copies=(("assignee_id", ""),),
            counts="return_count",
            told=True,
            settled=("returned",),
        ),
        Event(
            "handle",
            ("accepted", "in_progress"),
            "handled",
            needs=("result_kind", "result_text", "solve_level"),
            signs="handled_by_id",
            choices=(
                ("result_kind", ("solved", "explained", "planned", "to_project", "to_issue", "referred_out")),
            ),
            guards=("no_referral_open",),
        ),
        Event(
            "reply",
            ("handled",),
            "replied",
            needs=("replied_at", "reply_channel"),
            signs="replied_by_id",
            settled=("replied", "revisited", "closed"),
        ),
        Event(
            "revisit",
            ("replied",),
            "revisited",
            needs=("satisfaction",),
            sets=("satisfaction_reason", "revisited_at"),
            signs="revisited_by_id",
            guards=("another_than_handled", "reason_if_unsatisfied"),
        ),
        Event(
            "close",
            ("handled", "replied", "revisited"),
            "closed",
            sets=("revisit_declined",),
            signs="closed_by_id",
            settled=("closed",),
            guards=(
                "result_there",
                "reply_or_none_wanted",
                "revisit_or_declined",
                "fed_back",
                "another_than_handled",
            ),
        ),
        Event(
            "reopen",
            ("revisited", "not_accepted"),
            "reopened",
            sets=_LIMIT,
            copies=(
                ("handled_by_id", ""),
                ("replied_at", ""),
                ("replied_by_id", ""),
                ("revisited_at", ""),
                ("revisited_by_id", ""),
                ("result_kind", ""),
                # What was said of the first handling says nothing about the next.
                ("satisfaction", ""),
                ("satisfaction_reason", ""),
            ),
            counts="reopen_count",
            told=True,
            settled=("reopened",),
            guards=("unsatisfied",),
        ),
        Event(
            "extend",
            RUNNING,
            "",
            needs=("due_at",),
            counts="extend_count",
            told=True,
            guards=("later_than_due",),
        ),
        Event("contacted", OPEN, "", needs=("contacted_at",), keeps=("contacted_at",)),
        Event("note", STATES, "", told=True),
        Event(
            "refer_up",
            _REFER_STATES,
            "",
            needs=("referred_to_id", "refer_level"),
            sets=("refer_place", "refer_reporter", *_LIMIT),
            fixed=(("referral", "open"), ("refer_kind", "up")),
            counts="round",
            told=True,
            guards=("no_referral_open",),
        ),
        Event(
            "transfer",
            _REFER_STATES,
            "",
            needs=("referred_to_id", "refer_kind"),
            sets=(*_REFERRAL, *_LIMIT),
            fixed=(("referral", "open"),),
            choices=(("refer_kind", ("transfer", "help")),),
            counts="round",
            told=True,
            guards=("no_referral_open",),
        ),
        Event(
            "route", OPEN, "", needs=("routed_to_id",), told=True, guards=("no_referral_open", "elsewhere")
        ),
        Event(
            "merge",
            OPEN,
            "merged",
            needs=("merged_into_id",),
            fixed=(("result_kind", "merged"),),
            guards=("no_referral_open", "not_into_itself"),
        ),
        Event(
            "withdraw",
            OPEN,
            "withdrawn",
            fixed=(("result_kind", "withdrawn"),),
            told=True,
            settled=("withdrawn",),
        ),
        Event(
            "to_issue",
            RUNNING,
            "",
            sets=("became_no",),
            fixed=(("became", "issue"),),
            copies=(("fed_back_at", ""),),
            guards=("nothing_awaited",),
        ),
        Event(
            "to_project",
            RUNNING,
            "",
            sets=("became_no",),
            fixed=(("became", "project"),),
            copies=(("fed_back_at", ""),),
            guards=("nothing_awaited",),
        ),
        Event("feed_back", OPEN, "", needs=("fed_back_at",), told=True, guards=("awaited",)),
        Event("join_package", OPEN, "", needs=("package_id",)),
        Event("leave_package", OPEN, "", copies=(("package_id", ""),)),
        Event("take_back", STATES, "", guards=("own_last_step",)),
    ),
)

REFERRAL_MACHINE = Machine(
    first="open",
    states=REFERRAL_STATES,
    ends=("replied", "returned", "withdrawn"),
    said_in="demand_event",
    events=(
        Event(
            "accept",
            ("open",),
            "accepted",
            sets=("due_at",),
            signs="member_id",
            settled=("accepted", "handled"),
        ),
        Event(
            "handle",
            ("accepted",),
            "handled",
            needs=("result_kind", "result_text"),
            signs="member_id",
            choices=(("result_kind", ("solved", "explained", "planned", "referred_out")),),
        ),
        Event(
            "reply",
            ("handled",),
            "replied",
            needs=("replied_at", "reply_channel"),
            signs="member_id",
            settled=("replied",),
        ),
        Event(
            "return",
            ("open", "accepted"),
            "returned",
            needs=("returned_why",),
            signs="member_id",
            settled=("returned",),
        ),
        Event("withdraw", ("open", "accepted", "handled"), "withdrawn", settled=("withdrawn", "returned")),
        Event("join_package", ("open", "accepted", "handled"), "", needs=("package_id",)),
        Event("leave_package", ("open", "accepted", "handled"), "", copies=(("package_id", ""),)),
        Event(
            "take_back",
            ("accepted", "handled", "replied"),
            "",
            leads=(("accepted", "open"), ("handled", "accepted"), ("replied", "handled")),
        ),
    ),
)
#: Where a step of the other unit leads the demand itself: event → (state before, state after). One that was asked for
#: help alone leaves the state to its owner; a return of what it never took on leaves it as it is.
ALONG: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "accept": {
            "registered": "accepted",
            "accepted": "accepted",
            "returned": "accepted",
            "reopened": "accepted",
            "assigned": "in_progress",
            "in_progress": "in_progress",
        },
        "handle": dict.fromkeys(("accepted", "assigned", "in_progress", "returned"), "handled"),
        "reply": {"handled": "replied"},
        "return": dict.fromkeys(RUNNING, "returned"),
    }
)
PACKAGE_MACHINE = Machine(
    first="collecting",
    states=("collecting", "submitted", "handled", "fed_back"),
    ends=("fed_back",),
    events=(
        Event("submit", ("collecting",), "submitted", settled=("submitted",)),
        Event("recall", ("submitted",), "collecting"),
        Event("handle", ("submitted",), "handled", needs=("handling",), settled=("handled",)),
        Event("feed_back", ("handled",), "fed_back", needs=("feedback",), settled=("fed_back",)),
        Event("reopen", ("handled", "fed_back"), "submitted"),
    ),
)
