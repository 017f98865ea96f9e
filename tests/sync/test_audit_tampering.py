"""F44: an edit, a deletion and a cut tail of an audit chain are found: the first two by the chain itself, the tail by
the head that the other side has noted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gridworker.server import trail
from gridworker.server.checks import findings
from gridworker.server.database import only_domain
from gridworker.store import audit
from gridworker.store.queries.health import examine
from tests.contract.rig import Desk, Rig
from tests.contract.village import home, visit

UNLOCKED = ("DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete")
LAST = "(SELECT max(n) FROM audit)"
TAMPERED = {
    "edit": (f"UPDATE audit SET act = 'nothing' WHERE n = {LAST} - 1",),
    "edit_of_a_payload": (f"UPDATE audit_payload SET payload = x'7b7d20' WHERE n = {LAST} - 1",),
    "delete": (f"DELETE FROM audit WHERE n = {LAST} - 1",),
    "cut_tail": (f"DELETE FROM audit_payload WHERE n = {LAST}", f"DELETE FROM audit WHERE n = {LAST}"),
}


@pytest.fixture
def desk(make_rig: Callable[..., Rig]) -> tuple[Rig, Desk]:
    rig = make_rig()
    found = rig.desk("steward_a1")
    found.sync()
    found.save(visit(home("a1", 1), "x"))
    found.sync()
    return rig, found


def test_an_untouched_chain_holds(desk: tuple[Rig, Desk]) -> None:
    rig, found = desk
    assert examine(found.store) == ()
    noted = rig.one("SELECT audit_n FROM device WHERE login = 'steward_a1'")
    with found.store.read() as connection:
        assert audit.head(connection)[0] == noted
    assert "device_audit_broken" not in rig.acts()


def test_who_shows_a_new_head_keeps_nobody_from_writing_while_a_page_is_read(
    make_rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every new device does: its head is noted first, by itself, and its first copy is read afterwards."""
    rig = make_rig()
    monkeypatch.setattr(rig.service, "_writing_answer", None)
    found = rig.desk("steward_a1")
    assert found.sync().rows > 0
    assert rig.one("SELECT audit_n FROM device WHERE login = 'steward_a1'") > 0


@pytest.mark.parametrize("how", sorted(TAMPERED))
def test_f44_the_doctor_finds_it(desk: tuple[Rig, Desk], how: str) -> None:
    _, found = desk
    with found.store.database.write() as connection:
        for statement in (*UNLOCKED, *TAMPERED[how]):
            connection.exec_driver_sql(statement)
    assert any(finding.startswith("audit:") for finding in examine(found.store))


def test_f44_the_server_finds_a_cut_tail_even_if_the_device_hides_it(desk: tuple[Rig, Desk]) -> None:
    rig, found = desk
    with found.store.database.write() as connection:
        for statement in (*UNLOCKED, *TAMPERED["cut_tail"]):
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("DELETE FROM local_state WHERE key = 'audit.anchor'")
    assert examine(found.store) == ()  # nothing here says so any more
    found.sync()
    assert rig.acts().count("device_audit_broken") == 1
    noted = rig.one("SELECT audit_n FROM device WHERE login = 'steward_a1'")
    with found.store.read() as connection:
        assert audit.head(connection)[0] < noted  # and it goes on saying so


@pytest.mark.parametrize("how", sorted(TAMPERED))
def test_f44_verify_finds_it_on_the_server(desk: tuple[Rig, Desk], how: str) -> None:
    rig, _ = desk
    with rig.database.read() as connection:
        domain = only_domain(connection)
        number, last = trail.head(connection, domain.id)
        noted = (number, last.hex())
        assert findings(connection, domain, noted) == []
    with rig.database.write() as connection:
        for statement in (*UNLOCKED, *TAMPERED[how]):
            connection.exec_driver_sql(statement)
    with rig.database.read() as connection:
        assert findings(connection, only_domain(connection), noted)
