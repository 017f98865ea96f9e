"""The completeness line in words: until when the data of which micro-grid has come, and who closed the week. It states
times and counts, names nodes, and never says that everything is there."""

from __future__ import annotations

from collections.abc import Sequence

from gridworker.exports.moments import minute_in_china
from gridworker.store.frozen_rows import Completeness, NodeState
from gridworker.wording import Wording

#: So many nodes are named; the others are counted.
_NAMED = 6


def completeness_lines(known: Completeness, wording: Wording) -> tuple[str, ...]:
    """The sentences, the most important one first."""
    return (*_data_lines(known, wording), *_closing_lines(known, wording))


def completeness_brief(known: Completeness, wording: Wording) -> str:
    """The same in one line: times and counts, no names."""
    return wording("frozen.brief.between").join(
        (*_data_brief(known, wording), *_closing_brief(known, wording))
    )


def is_unsure(known: Completeness) -> bool:
    """True if something may still come that changes the figures, as far as is known."""
    if known.kind != "alone" and (known.unsent or not known.through):
        return True
    open_weeks = known.weekly and any(
        not node.closed_at or (node.zero_report and node.records) for node in known.nodes
    )
    return open_weeks or (known.kind == "fleet" and any(_is_behind(node, known) for node in known.nodes))


def _is_behind(node: NodeState, known: Completeness) -> bool:
    """Its data does not reach the last day asked for, or something was unsent then."""
    return not node.heard_at or node.unsent > 0 or minute_in_china(node.heard_at)[:10] < known.last


def _data_lines(known: Completeness, wording: Wording) -> list[str]:
    if known.kind == "alone":
        return [wording("frozen.rests.alone", time=known.moment)]
    if not known.through:
        return [wording("frozen.rests.never", time=known.moment, unsent=known.unsent)]
    if known.kind == "here":
        return [wording("frozen.rests.here", time=minute_in_china(known.through), unsent=known.unsent)]
    heard = sorted((node for node in known.nodes if node.heard_at), key=lambda node: node.heard_at)
    found = []
    if heard:
        oldest = heard[0].heard_at
        unsent = max(node.unsent for node in heard if node.heard_at == oldest)
        found.append(wording("frozen.rests.fleet", time=minute_in_china(oldest), unsent=unsent))
        late = [_aged(node, wording) for node in heard if _is_behind(node, known)]
        if late:
            found.append(wording("frozen.rests.behind", nodes=_named(late, wording)))
    silent = [node.name for node in known.nodes if not node.heard_at]
    if silent:
        found.append(wording("frozen.rests.silent", nodes=_named(silent, wording)))
    if known.unsent:
        found.append(wording("frozen.rests.mine", unsent=known.unsent))
    return found


def _data_brief(known: Completeness, wording: Wording) -> list[str]:
    if known.kind == "alone":
        return [wording("frozen.brief.alone", time=_short(known.moment, known))]
    if not known.through:
        return [wording("frozen.brief.never", unsent=known.unsent)]
    if known.kind == "here":
        time = _short(minute_in_china(known.through), known)
        return [wording("frozen.brief.here", time=time, unsent=known.unsent)]
    heard = [node for node in known.nodes if node.heard_at]
    found = []
    if heard:
        oldest = min(node.heard_at for node in heard)
        unsent = max(node.unsent for node in heard if node.heard_at == oldest)
        time = _short(minute_in_china(oldest), known)
        found.append(wording("frozen.brief.fleet", time=time, unsent=unsent))
    counts = {
        "behind": sum(_is_behind(node, known) for node in heard),
        "silent": len(known.nodes) - len(heard),
        "mine": known.unsent,
    }
    return found + [wording(f"frozen.brief.{key}", count=count) for key, count in counts.items() if count]


def _short(time: str, known: Completeness) -> str:
    """Without the year where it is this one."""
    return time[5:] if time[:4] == known.moment[:4] else time


def _closed(known: Completeness) -> tuple[list[NodeState], list[NodeState], dict[str, int]]:
    """The nodes that closed the week, those of them with nothing to report, and how many of all these are."""
    closed = [node for node in known.nodes if node.closed_at]
    zero = [node for node in closed if node.zero_report]
    return closed, zero, {"closed": len(closed), "all": len(known.nodes), "zero": len(zero)}


def _closing_brief(known: Completeness, wording: Wording) -> list[str]:
    if not known.weekly or not known.nodes:
        return []
    _, zero, count = _closed(known)
    found = [wording("frozen.brief.closed", **count)]
    came_later = sum(node.records > 0 for node in zero)
    return [*found, wording("frozen.brief.after_zero", count=came_later)] if came_later else found


def _aged(node: NodeState, wording: Wording) -> str:
    time = minute_in_china(node.heard_at)[5:]
    return wording("frozen.rests.node", name=node.name, time=time, unsent=node.unsent)


def _closing_lines(known: Completeness, wording: Wording) -> list[str]:
    if not known.weekly or not known.nodes:
        return []
    closed, zero, count = _closed(known)
    found = [wording("frozen.closing.count", **count)]
    still_open = [node.name for node in known.nodes if not node.closed_at]
    if closed and still_open:
        found.append(wording("frozen.closing.open", nodes=_named(still_open, wording)))
    came_later = [node.name for node in zero if node.records]
    if came_later:
        found.append(wording("frozen.closing.after_zero", nodes=_named(came_later, wording)))
    return found


def _named(names: Sequence[str], wording: Wording) -> str:
    named = wording("frozen.and").join(names[:_NAMED])
    if len(names) <= _NAMED:
        return named
    return wording("frozen.rests.more", nodes=named, count=len(names) - _NAMED)
