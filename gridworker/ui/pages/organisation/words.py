"""A node, its people and its plans in words: the lines of the organisation page. No Qt."""

from __future__ import annotations

from collections.abc import Sequence

from gridworker.store.queries.organisation import MemberRow, NodeDetail, PostRow
from gridworker.store.queries.plan_lines import PlanLine
from gridworker.store.queries.plans import DryRun, PlanRow
from gridworker.store.rows import TreeKind
from gridworker.ui.pages.words import DOT, code_word, reason_words
from gridworker.wording import Wording

_AREA_KINDS = "organisation.kind"
_LINKS_NAMED = 8
MemberLine = tuple[tuple[bytes, bytes | None], tuple[str, ...], bool]


def kind_word(wording: Wording, kind: str) -> str:
    return code_word(wording, _AREA_KINDS, kind)


def role_word(wording: Wording, role_code: str) -> str:
    """The name of a post; a role this version does not know shows its code."""
    return code_word(wording, "shell.post", role_code)


def node_facts(detail: NodeDetail, wording: Wording) -> list[tuple[str, str]]:
    """Label and text of everything known about the node itself, in reading order."""
    values = detail.values
    found = [(wording("organisation.fact.kind"), kind_word(wording, detail.kind))]
    if detail.tree is TreeKind.ORG:
        count = values["member_count"]
        found += [
            (wording("organisation.fact.contact_post"), str(values["contact_post"] or "")),
            (wording("organisation.fact.phone"), str(values["phone"] or "")),
            (wording("organisation.fact.member_count"), "" if count is None else str(count)),
        ]
    else:
        declared = values["resident_count_declared"]
        found += [
            (wording("organisation.fact.code"), str(values["code"] or "")),
            (wording("organisation.fact.residents"), "" if declared is None else str(declared)),
            (wording("organisation.fact.boundary"), str(values["boundary_note"] or "")),
        ]
    links = wording("organisation.list_joint").join(link.name for link in detail.links[:_LINKS_NAMED])
    if len(detail.links) > _LINKS_NAMED:
        links = wording("organisation.and_more", names=links, count=len(detail.links))
    found.append((wording(f"organisation.fact.links_{detail.tree.value}"), links))
    found.append((wording("organisation.fact.households"), str(detail.households)))
    return [(label, text or wording("organisation.not_given")) for label, text in found]


def span_words(post: PostRow, wording: Wording) -> tuple[str, str]:
    """First and last day of a post as the table shows them."""
    return post.valid_from, post.valid_to or wording("organisation.no_end")


def member_lines(members: Sequence[MemberRow], wording: Wording) -> list[MemberLine]:
    """One line for each post, the member's name in the first: key (member, post), cells, and whether it is over."""
    found: list[MemberLine] = []
    for member in members:
        gone = bool(member.left_on)
        own = (str(member.linked or ""), member.work_phone)
        if not member.posts:
            key = "organisation.left_on" if gone else "organisation.no_post"
            cells = (member.name, wording(key, day=member.left_on), "", member.joined_on or "", "", *own)
            found.append(((member.id, None), cells, gone or not member.linked))
        for place, post in enumerate(member.posts):
            role = role_word(wording, post.role_code)
            if post.is_ahead:
                role = wording("organisation.ahead", post=role)
            name, rest = (member.name, own) if place == 0 else ("", ("", ""))
            cells = (name, role, post.area_name, *span_words(post, wording), *rest)
            found.append(((member.id, post.id), cells, gone or post.is_past))
    return found


def plan_state(plan: PlanRow, wording: Wording) -> str:
    if plan.state == "refused":
        return wording(
            "organisation.plan_state.refused", reason=fault_words(plan.refusal, plan.refusal_name, wording)
        )
    return wording(f"organisation.plan_state.{plan.state}")


def fault_words(code: str, name: str, wording: Wording) -> str:
    """Why a plan cannot be carried out, with the name of what stands in the way."""
    words = reason_words(wording, code)
    return wording("organisation.fault_named", name=name, reason=words) if name else words


def line_words(line: PlanLine, wording: Wording) -> str:
    """One change of a plan as a sentence."""
    was = role_word(wording, line.was) if line.verb == "appoint" else line.was
    nothing = wording("organisation.nobody") if line.verb == "cover" else wording("organisation.no_end")
    return wording(
        f"organisation.line.{line.verb}", name=line.name, was=was or nothing, to=line.to or nothing
    )


def plan_words(plan: PlanRow, wording: Wording) -> str:
    """Everything a plan changes, in one line."""
    if not plan.lines and plan.reverses_id is not None:
        return wording("organisation.line.called_off")
    return wording("organisation.line_joint").join(line_words(line, wording) for line in plan.lines)


def effect_lines(run: DryRun, wording: Wording) -> list[tuple[str, str]]:
    """What a dry run found: the households one by one, then the people. Pairs of subject and what becomes of it."""
    nothing = wording("organisation.nobody")
    found = [
        (home.address, wording("organisation.effect.home", was=home.was or nothing, to=home.to or nothing))
        for home in run.homes
    ]
    for person in run.people:
        posts = wording("organisation.list_joint").join(role_word(wording, code) for code in person.posts)
        account = wording("organisation.effect.account" if person.login else "organisation.effect.no_account")
        seen = wording(
            "organisation.effect.seen", before=person.households_before, after=person.households_after
        )
        found.append((f"{person.name}{DOT}{posts}", f"{seen}{DOT}{account}"))
    return found


def effect_summary(run: DryRun, wording: Wording) -> str:
    accounts = sum(1 for person in run.people if person.login)
    return wording(
        "organisation.effect.summary",
        households=run.household_count,
        people=len(run.people),
        accounts=accounts,
    )
