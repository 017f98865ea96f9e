"""The same report counted again, slowly and plainly, over the rows of a random community: loops and lists, one question
at a time, sharing nothing with the queries but the definitions in words."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from typing import Any

from gridworker.models.period import Period
from gridworker.store.rows import Scope, TreeKind
from tests.unit.store.random_reports import World

OPEN = {
    "registered", "accepted", "assigned", "in_progress", "handled", "replied", "revisited", "returned", "reopened",
}  # fmt: skip
RUNNING = {"registered", "accepted", "assigned", "in_progress", "returned", "reopened"}
Row = dict[str, Any]


def after(day: str, days: int = 1) -> str:
    return (dt.date.fromisoformat(day) + dt.timedelta(days=days)).isoformat()


class Plain:
    """One report of a random world; `present` is `YYYY-MM-DD HH:MM`."""

    def __init__(self, made: World, scope: Scope, period: Period, present: str) -> None:
        self.made, self.scope, self.period, self.present = made, scope, period, present
        self.until = min(period.last, max(present[:10], period.first))
        self.area = {row["id"]: row for row in made.of("area_unit")}
        self.nodes = self.inside()

    # -- where -------------------------------------------------------------------------------------------------------

    def above(self, node: bytes | None) -> list[bytes]:
        """The node and all above it at the end of the period."""
        found = []
        while node is not None:
            found.append(node)
            node = self.made.parent(node, self.until)
        return found

    def below(self, node: bytes) -> set[bytes]:
        return {one for one in self.area if node in self.above(one)}

    def micros_in(self, nodes: set[bytes]) -> set[bytes]:
        return {node for node in nodes if self.area[node]["kind"] == "micro_grid"}

    def building(self) -> bool:
        return self.scope.tree is TreeKind.AREA and self.scope.node_id not in self.area

    def narrow(self) -> bool:
        return self.scope.linked_to is not None or self.building()

    def inside(self) -> set[bytes]:
        if self.scope.linked_to is not None:
            return self.micros_in(set(self.area))
        if self.building():
            return set(self.scope.micro_grid_ids)
        if self.scope.tree is TreeKind.AREA:
            found = self.below(self.scope.node_id)
        else:
            orgs, grew = {self.scope.node_id}, True
            while grew:
                more = {row["id"] for row in self.made.of("org_unit") if row["parent_id"] in orgs}
                grew = not more <= orgs
                orgs |= more
            found = set()
            for cover in self.made.of("org_cover"):
                if cover["org_unit_id"] in orgs and self.holds(cover, self.until):
                    found |= self.below(cover["area_unit_id"])
        micros = self.micros_in(found)
        for node in self.area:
            there = {
                one for one in self.micros_in(self.below(node)) if self.holds(self.area[one], self.until)
            }
            if there and there <= micros:
                found.add(node)
        return found

    def holds(self, row: Row, day: str) -> bool:
        return not row["deleted"] and row["valid_from"] <= day and (row["valid_to"] or "9999") >= day

    def wanted(self, household: bytes | None) -> bool:
        """Whether a household is one of those meant."""
        if self.scope.linked_to is not None:
            return any(
                link["household_id"] == household and link["member_id"] == self.scope.linked_to
                for link in self.made.of("household_link")
                if self.holds(link, self.until)
            )
        if self.building():
            homes = {row["id"]: row["unit_id"] for row in self.made.of("household")}
            return household in homes and homes[household] in self.scope.unit_ids
        return True

    def line_of(self, node: bytes) -> bytes:
        """The line of the table by grid in which something at a node counts."""
        grids = {self.grid_of(micro) for micro in self.micros_in(self.nodes)}
        if self.scope.linked_to is not None or len(grids) == 1:
            return node if node in self.micros_in(self.nodes) else self.scope.node_id
        for one in self.above(node):
            if one in grids:
                return one
        return self.scope.node_id

    def grid_of(self, micro: bytes) -> bytes:
        return next((node for node in self.above(micro) if self.area[node]["kind"] == "grid"), micro)

    # -- visits and homes --------------------------------------------------------------------------------------------

    def visits(self, first: str, last: str) -> list[Row]:
        return [
            row
            for row in self.made.of("visit")
            if not row["deleted"] and not row["now_void"] and row["unit_at"] in self.micros_in(self.nodes)
            and first <= row["now_on"] <= last
        ]  # fmt: skip

    def plans(self, first: str, last: str) -> list[Row]:
        return [
            row
            for row in self.made.of("plan_item")
            if not row["deleted"] and row.get("household_id") and self.wanted(row["household_id"])
            and row["state"] in ("planned", "done", "absent_retry") and row["unit_at"] in self.micros_in(self.nodes)
            and first <= Period.parse(row["week"]).first <= last
        ]  # fmt: skip

    def visit_counts(self, first: str, last: str) -> dict[bytes, Counter[str]]:
        """Figures of visits by line."""
        found: dict[bytes, Counter[str]] = {}
        for row in self.visits(first, last):
            counts = found.setdefault(self.line_of(row["unit_at"]), Counter())
            if row.get("household_id"):
                if self.wanted(row["household_id"]):
                    counts["attempts"] += 1
                    counts[row["now_outcome"]] += 1
            elif not self.narrow():
                counts["shops" if row.get("shop_id") else "spots"] += 1
        for row in self.plans(first, last):
            counts = found.setdefault(self.line_of(row["unit_at"]), Counter())
            counts["planned"] += 1
            counts["plan_done"] += row["state"] == "done"
        return found

    def home_counts(self) -> dict[bytes, Counter[str]]:
        found: dict[bytes, Counter[str]] = {}
        losers = {row["loser_id"]: row["winner_id"] for row in self.made.of("record_alias")}
        since = after(self.until, -181)
        met = set()
        for visit in self.made.of("visit"):
            counts = not visit["deleted"] and not visit["now_void"] and visit["now_outcome"] == "met"
            if counts and visit["mode"] in ("door", "phone") and since <= visit["now_on"] <= self.until:
                met |= {visit.get("household_id"), losers.get(visit.get("household_id"))}
        for home in self.made.of("household"):
            if home["deleted"] or home["id"] in losers or not self.wanted(home["id"]):
                continue
            for cover in self.made.of("coverage"):
                if cover["unit_id"] != home["unit_id"] or not self.holds(cover, self.until):
                    continue
                if cover["micro_grid_id"] in self.micros_in(self.nodes):
                    counts = found.setdefault(self.line_of(cover["micro_grid_id"]), Counter())
                    reachable = home["occupancy"] != "vacant" and not home["visit_opt_out"]
                    counts["households"] += 1
                    counts["reachable"] += reachable
                    counts["met_half_year"] += reachable and home["id"] in met
        return found

    # -- demands -----------------------------------------------------------------------------------------------------

    def demands(self) -> list[Row]:
        return [
            row
            for row in self.made.of("demand")
            if row["unit_at"] in self.nodes and (not self.narrow() or self.wanted(row.get("household_id")))
        ]

    def told(self, demand: Row, until: str) -> list[Row]:
        """Its log before `until`; no entry happened before the one it follows."""
        log = [dict(row) for row in self.made.of("demand_event") if row["demand_id"] == demand["id"]]
        latest = ""
        for step in sorted(log, key=lambda step: step["turn"]):
            latest = max(latest, step["at"]) if latest else demand["reported_at"]
            step["at"] = latest
        return [step for step in sorted(log, key=lambda step: step["turn"]) if step["at"] < until]

    def kept(self, told: list[Row]) -> list[Row]:
        """The steps that were not taken back, nor are a taking back: each takes back the last that still stands."""
        gone: set[int] = set()
        for place, step in enumerate(told):
            if step["event"] == "take_back":
                standing = [n for n in range(place) if n not in gone]
                gone |= {*standing[-1:], *([place] if standing else [])}
        return [step for n, step in enumerate(told) if n not in gone]

    def demand_counts(self, demand: Row, first: str, last: str) -> set[str]:
        end = after(last)
        now = min(f"{end} 00:00", max(self.present, first))
        told, begun = self.told(demand, end), self.told(demand, first)
        if not told:
            return set()
        values: Row = {}
        for step in told:
            values.update({name: pair[1] for name, pair in json.loads(step["changed"]).items()})
        state, found = told[-1]["to_state"], set()
        if begun and begun[-1]["to_state"] in OPEN:
            found.add("carried")
        if first <= demand["reported_at"] < end:
            found.add("registered")
        if state in OPEN:
            found.add("open")
        if state in RUNNING and told[-1]["due_at"] and told[-1]["due_at"] < now:
            found.add("overdue")
        within = [step for step in told if step["at"] >= first]
        if state != "registered" and any(
            step["from_state"] == "registered" and step["to_state"] in ("accepted", "in_progress")
            for step in within
        ):
            found.add("accepted")
        taken_in = [
            s
            for s in told
            if s["from_state"] == "registered" and s["to_state"] in ("accepted", "in_progress")
        ]
        due, left = told[-1]["due_at"], ("registered", "not_accepted", "merged", "withdrawn")
        if taken_in and state not in left and due and first <= due < now:
            found |= {"due"} | ({"due_closed"} if state == "closed" else set())
        spoken = [s for s in self.kept(told) if s["event"] in ("contacted", "reply")]
        if "accepted" in found and spoken:
            values_then = json.loads(spoken[0]["changed"])
            said = [values_then[name][1] for name in ("contacted_at", "replied_at") if name in values_then]
            moment = said[0] if said and said[0] else spoken[0]["at"]
            if spoken[0]["due_at"] is None or moment <= spoken[0]["due_at"]:
                found.add("contacted_in_time")
        handled = [s for s in told if s["to_state"] == "handled" and s["from_state"] != "handled"]
        if "registered" in found and handled and handled[-1]["at"][:10] == demand["reported_at"][:10]:
            found.add("same_day")
        closings = [s for s in told if s["to_state"] == "closed" and s["from_state"] != "closed"]
        if state == "closed" and closings and closings[-1]["at"] >= first:
            found.add("closed")
            if handled and (not handled[-1]["due_at"] or handled[-1]["at"] <= handled[-1]["due_at"]):
                found.add("closed_in_time")
            if values.get("solve_level") in ("household", "micro_grid", "station", "grid"):
                found.add("closed_in_grid")
            if values.get("solve_level") == "station":
                found.add("closed_at_station")
            found.add(f"level {values.get('solve_level') or ''}")
        if any(step["event"] == "revisit" for step in within) and values.get("satisfaction"):
            found |= {"revisited", values["satisfaction"]}
        for what in ("issue", "project"):
            if any(step["event"] == f"to_{what}" for step in within) and values.get("became") == what:
                found.add(f"to_{what}")
        return found - {"unrated"}

    def concerns(self, first: str, last: str) -> dict[bytes, str]:
        """The demands that are open at the end and need attention, and why."""
        found = {}
        for demand in self.demands():
            counts, told = self.demand_counts(demand, first, last), self.told(demand, after(last))
            if "open" not in counts:
                continue
            urgency = [
                json.loads(step["changed"])["urgency"][1] for step in told if "urgency" in step["changed"]
            ]
            times = sum(step["to_state"] == "returned" != step["from_state"] for step in told)
            why = {
                "overdue": "overdue" in counts,
                **{name: urgency[-1:] == [name] for name in ("critical", "hard")},
                "returned": times > 1,
                "reopened": any(step["event"] == "reopen" for step in told),
            }
            for name in reversed(why):  # the first of them is told
                if why[name]:
                    found[demand["id"]] = name
        return found

    def count_demands(self, first: str, last: str, by: str = "") -> dict[Any, Counter[str]]:
        """Figures of demands by line, or by a field of theirs."""
        found: dict[Any, Counter[str]] = {}
        for demand in self.demands():
            key = demand[by] if by else self.line_of(demand["unit_at"])
            found.setdefault(key, Counter()).update(self.demand_counts(demand, first, last))
        return found

    # -- the rest ----------------------------------------------------------------------------------------------------

    def meetings(self, first: str, last: str) -> tuple[int, int]:
        held = [
            row["id"]
            for row in self.made.of("meeting")
            if not row["deleted"] and row["state"] in ("held", "minuted") and row["area_unit_id"] in self.nodes
            and first <= row["held_on"] <= last and not self.narrow()
        ]  # fmt: skip
        rows = self.made.of("meeting_attendance")
        return len(held), sum(r["head_count"] for r in rows if r["meeting_id"] in held and not r["deleted"])

    def issues(self) -> dict[bytes, tuple[str, int, int]]:
        """Issue → its stage, resolutions and those done at the end of the period."""
        found = {}
        first, last = self.period.first, self.period.last
        for row in self.made.of("issue"):
            ended = row["fed_back_on"] or (
                row["reviewed_on"] if row["state"] in ("merged", "rejected") else None
            )
            if self.narrow() or row["area_unit_id"] not in self.nodes or row["raised_on"] > last:
                continue
            if ended and ended < first:
                continue
            held = [
                meeting["held_on"]
                for item in self.made.of("agenda_item")
                for meeting in self.made.of("meeting")
                if item["issue_id"] == row["id"] and not item["deleted"] and meeting["id"] == item["meeting_id"]
                and not meeting["deleted"] and meeting["state"] in ("held", "minuted")
            ]  # fmt: skip
            dates = {
                "reviewing": row["reviewed_on"], "deliberating": min(held, default=None), "decided": row["decided_on"],
                "implementing": row["notice_from"], "closed": row["fed_back_on"],
            }  # fmt: skip
            stage = "raised"
            for name, day in dates.items():
                stage = name if day and day <= last else stage
            if row["state"] in ("merged", "rejected") and ended and ended <= last:
                stage = row["state"]
            when = {meeting["id"]: meeting["held_on"] for meeting in self.made.of("meeting")}
            tasks = [
                task
                for task in self.made.of("resolution")
                if task["issue_id"] == row["id"] and not task["deleted"] and task["state"] != "stopped"
                and when[task["meeting_id"]] <= last
            ]  # fmt: skip
            done = sum(bool(task["done_on"]) and task["done_on"] <= last for task in tasks)
            found[row["id"]] = (stage, len(tasks), done)
        return found

    def made_on(self, record: bytes) -> str:
        moment = dt.datetime.fromtimestamp(
            int.from_bytes(record[:6]) / 1000, dt.timezone(dt.timedelta(hours=8))
        )
        return moment.date().isoformat()

    def lists(self) -> dict[str, Counter[str]]:
        first, last = self.period.first, self.period.last
        found = {name: Counter[str]() for name in ("needs", "resources", "projects")}

        def inside(day: str | None) -> bool:
            return bool(day) and first <= str(day) <= last

        for row in self.made.of("need"):
            met = row["met_on"] if row["state"] == "met" else None
            found["needs"]["new"] += inside(row["raised_on"])
            found["needs"]["done"] += inside(met)
            gone = row["state"] == "withdrawn" or (met is not None and met <= last)
            found["needs"]["standing"] += row["raised_on"] <= last and not gone
        for row in self.made.of("resource"):
            found["resources"]["new"] += inside(row["valid_from"])
            over = row["state"] != "open" or (row["valid_to"] is not None and row["valid_to"] <= last)
            found["resources"]["standing"] += row["valid_from"] <= last and not over
        for row in self.made.of("project"):
            on, done = self.made_on(row["id"]), row["finished_on"]
            found["projects"]["new"] += inside(on)
            found["projects"]["done"] += inside(done)
            gone = row["state"] == "rejected" or (done is not None and done <= last)
            found["projects"]["standing"] += on <= last and not gone
        standing = [
            row
            for row in self.made.of("resource_promise")
            if not row["deleted"] and row["state"] in ("confirmed", "given")
        ]
        for name, column in (("needs", "need_id"), ("resources", "resource_id"), ("projects", "project_id")):
            matched = {r[column] for r in standing if r.get(column) and inside(self.made_on(r["id"]))}
            found[name]["matched"] = len(matched)
        given = {r["resource_id"] for r in standing if r["state"] == "given" and inside(r["given_on"])}
        found["resources"]["done"] = len(given)
        return found
