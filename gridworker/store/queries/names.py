"""How records are called where people read of them."""

from __future__ import annotations

from gridworker.models.op import Value
from gridworker.store.connection import Connection
from gridworker.store.statements import scalar

#: What a record without a name of its own belongs to: the field that leads there, and of which entity.
_OWNERS = {
    "plan_item": ("household_id", "household"),
    "household_link": ("household_id", "household"),
    "consent": ("resident_id", "resident"),
    "service_need": ("resident_id", "resident"),
    "visit_visitor": ("visit_id", "visit"),
    "visit_amendment": ("visit_id", "visit"),
    "visit_void": ("visit_id", "visit"),
    "visit_comment": ("visit_id", "visit"),
    "demand_event": ("demand_id", "demand"),
    "demand_slip": ("demand_id", "demand"),
    "record_alias": ("household_id", "household"),
    "appointment": ("member_id", "member"),
    "account": ("member_id", "member"),
    "duty": ("member_id", "member"),
    "resource_promise": ("resource_id", "resource"),
    "task_claim": ("task_id", "task"),
    "project_milestone": ("project_id", "project"),
    "project_entry": ("project_id", "project"),
    "project_budget": ("project_id", "project"),
    "project_screening": ("project_id", "project"),
    "issue_need": ("issue_id", "issue"),
    "agenda_item": ("issue_id", "issue"),
    "resolution": ("issue_id", "issue"),
    "meeting_vote": ("issue_id", "issue"),
    "meeting_attendance": ("meeting_id", "meeting"),
}


class Names:
    """Asks once for each record; what cannot be named is left empty."""

    _FROM = (
        ("household", "SELECT code FROM household WHERE id = ?"),
        ("resident", "SELECT name FROM resident WHERE id = ?"),
        ("shop", "SELECT name FROM shop WHERE id = ?"),
        ("public_spot", "SELECT name FROM public_spot WHERE id = ?"),
        ("visit", "SELECT no FROM visit WHERE id = ?"),
        ("demand", "SELECT no FROM demand WHERE id = ?"),
        ("need", "SELECT no FROM need WHERE id = ?"),
        ("resource", "SELECT name FROM resource WHERE id = ?"),
        ("task", "SELECT title FROM task WHERE id = ?"),
        ("project", "SELECT no FROM project WHERE id = ?"),
        ("issue", "SELECT no FROM issue WHERE id = ?"),
        ("meeting", "SELECT no FROM meeting WHERE id = ?"),
        ("member", "SELECT name FROM member WHERE id = ?"),
        ("area_unit", "SELECT name FROM area_unit WHERE id = ?"),
        ("org_unit", "SELECT name FROM org_unit WHERE id = ?"),
        ("frozen_report", "SELECT node_name || ' ' || period FROM frozen_report WHERE id = ?"),
        (
            "week_close",
            (
                "SELECT a.name || ' ' || w.week FROM week_close w "
                "JOIN area_unit a ON a.id = w.micro_grid_id WHERE w.id = ?"
            ),
        ),
        (
            "unit",
            "SELECT b.name || u.name FROM unit u JOIN building b ON b.id = u.building_id WHERE u.id = ?",
        ),
    )

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[bytes, str] = {}

    def of(self, entity: str, record: bytes) -> str:
        """The name of a record of `entity`, or that of what it belongs to; "" if it has none."""
        direct = dict(self._FROM).get(entity)
        if direct:
            return str(scalar(self._connection, direct, (record,)) or "")
        if entity not in _OWNERS:
            return ""
        field, owner = _OWNERS[entity]
        found = scalar(self._connection, f"SELECT {field} FROM {entity} WHERE id = ?", (record,))
        return self.of(owner, found) if found else ""

    def text(self, value: Value) -> str:
        """A value as a person reads it: references by their names."""
        if value is None:
            return ""
        if not isinstance(value, bytes):
            return str(value)
        if value not in self._known:
            found = (scalar(self._connection, sql, (value,)) for _, sql in self._FROM)
            self._known[value] = str(next((name for name in found if name), ""))
        return self._known[value]
