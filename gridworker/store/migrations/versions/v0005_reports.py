"""Closed weeks and frozen reports; what units ask of each other: steps taken back by name, joint submissions of
what was referred, slips that rate once, and what stays of a demand that was routed away."""

from alembic import op

revision = "0005"
down_revision = "0004"

TABLES = (
    """CREATE TABLE frozen_file (
        rid INTEGER NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        report_id BLOB NOT NULL,
        format TEXT NOT NULL,
        edition INTEGER NOT NULL,
        part INTEGER NOT NULL,
        parts INTEGER NOT NULL,
        size INTEGER NOT NULL,
        digest TEXT NOT NULL,
        packed TEXT NOT NULL,
        PRIMARY KEY (rid),
        UNIQUE (id)
    )""",
    """CREATE INDEX ix_frozen_file_report_id_format_edition_part ON frozen_file (report_id, format, edition, part)""",
    """CREATE TABLE frozen_item (
        rid INTEGER NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        report_id BLOB NOT NULL,
        entity TEXT NOT NULL,
        record_id BLOB NOT NULL,
        version INTEGER NOT NULL,
        contribution TEXT NOT NULL,
        quoted INTEGER,
        PRIMARY KEY (rid),
        UNIQUE (id)
    )""",
    """CREATE INDEX ix_frozen_item_record_id ON frozen_item (record_id)""",
    """CREATE INDEX ix_frozen_item_report_id ON frozen_item (report_id)""",
    """CREATE TABLE frozen_report (
        rid INTEGER NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        by_member_id BLOB NOT NULL,
        area_unit_id BLOB,
        org_unit_id BLOB,
        node_name TEXT NOT NULL,
        period TEXT NOT NULL,
        supplements_id BLOB,
        edition INTEGER,
        frozen_at TEXT NOT NULL,
        cursor INTEGER,
        unsent_here INTEGER NOT NULL,
        figures TEXT NOT NULL,
        digest TEXT NOT NULL,
        PRIMARY KEY (rid),
        UNIQUE (id)
    )""",
    """CREATE INDEX ix_frozen_report_area_unit_id ON frozen_report (area_unit_id)""",
    """CREATE INDEX ix_frozen_report_org_unit_id ON frozen_report (org_unit_id)""",
    """CREATE INDEX ix_frozen_report_period_edition ON frozen_report (period, edition)""",
    """CREATE TABLE week_close (
        rid INTEGER NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        micro_grid_id BLOB NOT NULL,
        week TEXT NOT NULL,
        zero_report INTEGER NOT NULL,
        closed_at TEXT NOT NULL,
        PRIMARY KEY (rid),
        UNIQUE (id)
    )""",
    """CREATE INDEX ix_week_close_week_micro_grid_id ON week_close (week, micro_grid_id)""",
)
#: Built anew, rows kept: table, its columns before, its statements.
REBUILT = (
    (
        "demand_event",
        (
            "rid, id, bucket_id, row_version, deleted, demand_id, event, turn, at, "
            "by_member_id, from_state, to_state, note, due_at, unit_at, changed"
        ),
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
        (
            "rid, id, bucket_id, row_version, deleted, demand_id, no, refer_kind, refer_level, "
            "round, from_unit_id, to_unit_id, title, refer_place, category, urgency, reason, "
            "reporter_name, reporter_phone, state, due_at, member_id, result_kind, "
            "result_text, replied_at, reply_channel, returned_why"
        ),
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
CATALOGUES = (
    """CREATE TABLE holiday_year (
        rid INTEGER NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        year INTEGER NOT NULL,
        off TEXT,
        work TEXT,
        PRIMARY KEY (rid),
        UNIQUE (id)
    )""",
    """CREATE INDEX ix_holiday_year_year ON holiday_year (year)""",
    """CREATE TABLE meeting_rule (
        rid INTEGER NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        code TEXT NOT NULL,
        number INTEGER NOT NULL,
        PRIMARY KEY (rid),
        UNIQUE (id)
    )""",
    """CREATE INDEX ix_meeting_rule_code ON meeting_rule (code)""",
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
#: When a household was last met at the door or by telephone stands beside its other figures.
FIGURES = (
    "ALTER TABLE household_stat RENAME TO old_stat",
    "DROP INDEX ix_household_stat_plan",
    "DROP INDEX ix_household_stat_visited",
    """CREATE TABLE household_stat (
        household_id BLOB NOT NULL,
        unit_id BLOB NOT NULL,
        served INTEGER NOT NULL,
        last_visit_on TEXT,
        last_outcome TEXT,
        last_met_on TEXT,
        tries_since_met INTEGER NOT NULL,
        promised_on TEXT,
        next_due_on TEXT,
        seen_on TEXT,
        PRIMARY KEY (household_id)
    )""",
    """INSERT INTO household_stat SELECT s.*, (SELECT max(v.now_on) FROM visit v WHERE v.household_id IN (
            SELECT s.household_id UNION ALL SELECT loser_id FROM record_alias
            WHERE winner_id = s.household_id AND entity = 'household' AND deleted = 0)
        AND v.now_void = 0 AND v.deleted = 0 AND v.now_outcome = 'met'
        AND coalesce((SELECT a.value FROM visit_amendment a
            WHERE a.visit_id = v.id AND a.field = 'mode' AND a.deleted = 0
            ORDER BY coalesce(a.turn, 0) DESC, a.id DESC LIMIT 1), v.mode) IN ('door', 'phone'))
        FROM old_stat s""",
    "DROP TABLE old_stat",
    """CREATE INDEX ix_household_stat_plan
        ON household_stat (unit_id, served, next_due_on, promised_on, tries_since_met)""",
    "CREATE INDEX ix_household_stat_visited ON household_stat (served, last_visit_on, unit_id)",
    "CREATE INDEX ix_household_stat_seen ON household_stat (served, unit_id, seen_on)",
)


def upgrade() -> None:
    for statement in (*TABLES, *CATALOGUES, *STUBS):
        op.execute(statement)
    for name, columns, statements in REBUILT:
        op.execute(f"ALTER TABLE {name} RENAME TO old_{name}")
        for index in [s.split()[2] for s in statements if s.startswith("CREATE INDEX")]:
            op.execute(f"DROP INDEX IF EXISTS {index}")
        for statement in statements:
            op.execute(statement)
        op.execute(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM old_{name}")
        op.execute(f"DROP TABLE old_{name}")
    for statement in FIGURES:
        op.execute(statement)
