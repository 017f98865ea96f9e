"""What other units asked of each other: steps taken back by name, joint submissions of what was referred, slips that rate
once, and what stays of a demand that was routed away."""

from alembic import op

revision = "0005"
down_revision = "0004"

#: Built anew, rows kept: table, its columns before, its statements.
TABLES = (
    (
        "demand_event",
        "rid, id, bucket_id, row_version, deleted, demand_id, event, turn, at, by_member_id, from_state, to_state, note, due_at, unit_at, changed",
        (
            """CREATE TABLE demand_event (
        rid INTEGER NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        demand_id BLOB NOT NULL,
        event TEXT NOT NULL,
        turn INTEGER NOT NULL,
        at TEXT NOT NULL,
        by_member_id BLOB,
        from_state TEXT,
        to_state TEXT NOT NULL,
        note TEXT,
        due_at TEXT,
        unit_at BLOB,
        changed TEXT,
        step_id BLOB,
        PRIMARY KEY (rid),
        UNIQUE (id)
    )""",
            """CREATE INDEX ix_demand_event_at ON demand_event (at)""",
            """CREATE INDEX ix_demand_event_demand_id_turn ON demand_event (demand_id, turn)""",
            """CREATE INDEX ix_demand_event_unit_at_at ON demand_event (unit_at, at)""",
        ),
    ),
    (
        "demand_slip",
        "rid, id, bucket_id, row_version, deleted, demand_id, made_on, salt, code_hash",
        (
            """CREATE TABLE demand_slip (
        rid INTEGER NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        demand_id BLOB NOT NULL,
        made_on TEXT NOT NULL,
        salt TEXT NOT NULL,
        code_hash TEXT NOT NULL,
        rated_at TEXT,
        PRIMARY KEY (rid),
        UNIQUE (id)
    )""",
            """CREATE INDEX ix_demand_slip_demand_id ON demand_slip (demand_id)""",
        ),
    ),
    (
        "referral",
        "rid, id, bucket_id, row_version, deleted, demand_id, no, refer_kind, refer_level, round, from_unit_id, to_unit_id, title, refer_place, category, urgency, reason, reporter_name, reporter_phone, state, due_at, member_id, result_kind, result_text, replied_at, reply_channel, returned_why",
        (
            """CREATE TABLE referral (
        rid INTEGER NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        demand_id BLOB NOT NULL,
        no TEXT NOT NULL,
        refer_kind TEXT NOT NULL,
        refer_level TEXT,
        round INTEGER NOT NULL,
        from_unit_id BLOB,
        to_unit_id BLOB NOT NULL,
        title TEXT NOT NULL,
        refer_place TEXT,
        category TEXT NOT NULL,
        urgency TEXT,
        reason TEXT,
        reporter_name TEXT,
        reporter_phone TEXT,
        state TEXT NOT NULL,
        due_at TEXT,
        member_id BLOB,
        result_kind TEXT,
        result_text TEXT,
        replied_at TEXT,
        reply_channel TEXT,
        returned_why TEXT,
        package_id BLOB,
        PRIMARY KEY (rid),
        UNIQUE (id)
    )""",
            """CREATE INDEX ix_referral_demand_id_round ON referral (demand_id, round)""",
            """CREATE INDEX ix_referral_package_id ON referral (package_id)""",
            """CREATE INDEX ix_referral_to_unit_id_state ON referral (to_unit_id, state)""",
        ),
    ),
)
STUBS = (
    """CREATE TABLE demand_stub (
        rid INTEGER NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        demand_id BLOB NOT NULL,
        area_unit_id BLOB NOT NULL,
        no TEXT NOT NULL,
        state TEXT NOT NULL,
        result_kind TEXT,
        PRIMARY KEY (rid),
        UNIQUE (id)
    )""",
    """CREATE INDEX ix_demand_stub_demand_id ON demand_stub (demand_id)""",
)


def upgrade() -> None:
    for name, columns, statements in TABLES:
        op.execute(f"ALTER TABLE {name} RENAME TO old_{name}")
        for index in [s.split()[2] for s in statements if s.startswith("CREATE INDEX")]:
            op.execute(f"DROP INDEX IF EXISTS {index}")
        for statement in statements:
            op.execute(statement)
        op.execute(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM old_{name}")
        op.execute(f"DROP TABLE old_{name}")
    for statement in STUBS:
        op.execute(statement)
