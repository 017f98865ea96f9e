"""The embedded database's statements in PostgreSQL's words."""

from __future__ import annotations

from gridworker.server.postgres import _in_arrays, lists_as_arrays, marked


def test_a_long_list_goes_over_as_one_array() -> None:
    marks = ", ".join("?" * 12)
    sql, spans = lists_as_arrays(
        f"SELECT 1 FROM t WHERE a = ? AND b IN ({marks}) AND c IN ({marks}) AND d > ?"
    )
    assert sql == "SELECT 1 FROM t WHERE a = ? AND b = ANY (?) AND c = ANY (?) AND d > ?"
    assert spans == ((1, 13), (13, 25))
    values = tuple(range(26))
    assert _in_arrays(values, spans) == [0, list(range(1, 13)), list(range(13, 25)), 25]


def test_a_short_list_and_a_row_stay_as_they_are() -> None:
    for sql in (
        "SELECT 1 FROM t WHERE a IN (?, ?, ?)",
        f"INSERT INTO t (a) VALUES ({', '.join('?' * 20)})",
        f"SELECT 1 FROM t WHERE a NOT IN ({', '.join('?' * 20)})",
    ):
        assert lists_as_arrays(sql) == (sql, ())


def test_arrays_go_over_in_binary_and_nothing_else_changes() -> None:
    assert marked("SELECT 1 FROM t WHERE a = ? AND b = ANY (?) AND c LIKE 'x%'") == (
        "SELECT 1 FROM t WHERE a = %s AND b = ANY (%b) AND c LIKE 'x%%'"
    )
