"""Shops and public spots, plans, duty, linked households, consents, service needs, aliases; visits to a shop or a
spot."""

from alembic import op

revision = "0003"
down_revision = "0002"

TABLES = (
    """CREATE TABLE erased (
        record_id BLOB NOT NULL,
        entity TEXT NOT NULL,
        PRIMARY KEY (record_id)
    )
 WITHOUT ROWID""",
    """CREATE TABLE held_op (
        rid INTEGER NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        owner_id BLOB NOT NULL,
        reason TEXT NOT NULL,
        member_id BLOB,
        device_id TEXT NOT NULL,
        entity TEXT NOT NULL,
        record_id BLOB NOT NULL,
        held_on TEXT NOT NULL,
        expires_on TEXT NOT NULL,
        ops TEXT,
        state TEXT NOT NULL,
        decision TEXT,
        PRIMARY KEY (rid),
        UNIQUE (id)
    )""",
    """CREATE INDEX ix_held_op_record_id ON held_op (record_id)""",
    """CREATE INDEX ix_held_op_state ON held_op (state)""",
    """CREATE TABLE stuck (
        op_id BLOB NOT NULL,
        tries INTEGER NOT NULL,
        first_at INTEGER NOT NULL,
        next_at INTEGER NOT NULL,
        why TEXT NOT NULL,
        placed INTEGER NOT NULL,
        PRIMARY KEY (op_id)
    )""",
    """CREATE TABLE tree_plan (
        rid INTEGER NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        effective_on TEXT NOT NULL,
        base_tree_version INTEGER NOT NULL,
        changes TEXT NOT NULL,
        reason TEXT,
        reverses_id BLOB,
        by_member_id BLOB,
        state TEXT,
        refusal TEXT,
        applied_on TEXT,
        PRIMARY KEY (rid),
        UNIQUE (id)
    )""",
    """CREATE INDEX ix_tree_plan_effective_on ON tree_plan (effective_on)""",
    """CREATE TABLE shop (
        rid INTEGER NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        name TEXT NOT NULL,
        code TEXT,
        kind TEXT,
        unit_id BLOB NOT NULL,
        front TEXT,
        contact_person TEXT,
        phone TEXT,
        basis_kind TEXT,
        basis_on TEXT,
        open_hours TEXT,
        status TEXT NOT NULL,
        visit_interval_days INTEGER,
        note TEXT,
        PRIMARY KEY (rid),
        UNIQUE (id)
    )""",
    """CREATE INDEX ix_shop_code ON shop (code)""",
    """CREATE INDEX ix_shop_unit_id ON shop (unit_id)""",
    """CREATE TABLE public_spot (
        rid INTEGER NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        name TEXT NOT NULL,
        code TEXT,
        kind TEXT NOT NULL,
        unit_id BLOB NOT NULL,
        visit_interval_days INTEGER,
        note TEXT,
        PRIMARY KEY (rid),
        UNIQUE (id)
    )""",
    """CREATE INDEX ix_public_spot_unit_id ON public_spot (unit_id)""",
    """CREATE TABLE record_alias (
        rid INTEGER NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        entity TEXT NOT NULL,
        loser_id BLOB NOT NULL,
        winner_id BLOB NOT NULL,
        household_id BLOB NOT NULL,
        reason TEXT,
        PRIMARY KEY (rid),
        UNIQUE (id),
        FOREIGN KEY(household_id) REFERENCES household (id) DEFERRABLE INITIALLY DEFERRED
    )""",
    """CREATE INDEX ix_record_alias_household_id ON record_alias (household_id)""",
    """CREATE INDEX ix_record_alias_loser_id ON record_alias (loser_id)""",
    """CREATE INDEX ix_record_alias_winner_id ON record_alias (winner_id)""",
    """CREATE TABLE consent (
        rid INTEGER NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        resident_id BLOB NOT NULL,
        purposes TEXT NOT NULL,
        fields TEXT,
        notice_version TEXT NOT NULL,
        method TEXT NOT NULL,
        given_on TEXT NOT NULL,
        separate INTEGER,
        guardian_resident_id BLOB,
        withdrawn_on TEXT,
        PRIMARY KEY (rid),
        UNIQUE (id),
        FOREIGN KEY(resident_id) REFERENCES resident (id) DEFERRABLE INITIALLY DEFERRED
    )""",
    """CREATE INDEX ix_consent_resident_id ON consent (resident_id)""",
    """CREATE TABLE service_need (
        rid INTEGER NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        resident_id BLOB NOT NULL,
        need TEXT NOT NULL,
        requested_by_self INTEGER NOT NULL,
        consent_id BLOB NOT NULL,
        valid_until TEXT NOT NULL,
        note TEXT,
        PRIMARY KEY (rid),
        UNIQUE (id),
        FOREIGN KEY(resident_id) REFERENCES resident (id) DEFERRABLE INITIALLY DEFERRED,
        FOREIGN KEY(consent_id) REFERENCES consent (id) DEFERRABLE INITIALLY DEFERRED
    )""",
    """CREATE INDEX ix_service_need_resident_id ON service_need (resident_id)""",
    """CREATE INDEX ix_service_need_valid_until ON service_need (valid_until)""",
    """CREATE TABLE household_link (
        rid INTEGER NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        household_id BLOB NOT NULL,
        member_id BLOB NOT NULL,
        valid_from TEXT NOT NULL,
        valid_to TEXT,
        PRIMARY KEY (rid),
        UNIQUE (id),
        FOREIGN KEY(household_id) REFERENCES household (id) DEFERRABLE INITIALLY DEFERRED
    )""",
    """CREATE INDEX ix_household_link_household_id ON household_link (household_id)""",
    """CREATE INDEX ix_household_link_member_id ON household_link (member_id)""",
    """CREATE TABLE plan_item (
        rid INTEGER NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        household_id BLOB,
        shop_id BLOB,
        public_spot_id BLOB,
        week TEXT NOT NULL,
        reason TEXT NOT NULL,
        reason_on TEXT,
        planned_on TEXT,
        part TEXT,
        member_id BLOB,
        state TEXT NOT NULL,
        visit_id BLOB,
        moved_week TEXT,
        drop_reason TEXT,
        unit_at BLOB,
        PRIMARY KEY (rid),
        UNIQUE (id),
        FOREIGN KEY(household_id) REFERENCES household (id) DEFERRABLE INITIALLY DEFERRED,
        FOREIGN KEY(shop_id) REFERENCES shop (id) DEFERRABLE INITIALLY DEFERRED,
        FOREIGN KEY(public_spot_id) REFERENCES public_spot (id) DEFERRABLE INITIALLY DEFERRED
    )""",
    """CREATE INDEX ix_plan_item_household_id ON plan_item (household_id)""",
    """CREATE INDEX ix_plan_item_visit_id ON plan_item (visit_id)""",
    """CREATE INDEX ix_plan_item_week_unit_at ON plan_item (week, unit_at)""",
    """CREATE TABLE duty (
        rid INTEGER NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        area_unit_id BLOB NOT NULL,
        duty_on TEXT NOT NULL,
        part TEXT NOT NULL,
        member_id BLOB NOT NULL,
        state TEXT NOT NULL,
        swap_with_id BLOB,
        PRIMARY KEY (rid),
        UNIQUE (id)
    )""",
    """CREATE INDEX ix_duty_duty_on ON duty (duty_on)""",
    """CREATE INDEX ix_duty_member_id ON duty (member_id)""",
    """CREATE TABLE duty_note (
        rid INTEGER NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        duty_id BLOB NOT NULL,
        member_id BLOB NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (rid),
        UNIQUE (id)
    )""",
    """CREATE INDEX ix_duty_note_duty_id ON duty_note (duty_id)""",
    """CREATE VIRTUAL TABLE find_shop USING fts5(body, content='', contentless_delete=1, tokenize='unicode61')""",
    """INSERT INTO find_shop (find_shop, rank) VALUES ('secure-delete', 1)""",
    """CREATE VIRTUAL TABLE find_public_spot
        USING fts5(body, content='', contentless_delete=1, tokenize='unicode61')""",
    """INSERT INTO find_public_spot (find_public_spot, rank) VALUES ('secure-delete', 1)""",
    """CREATE TABLE history (
        n INTEGER NOT NULL,
        txn BLOB NOT NULL,
        at INTEGER NOT NULL,
        member_id BLOB,
        act TEXT NOT NULL,
        entity TEXT NOT NULL,
        record_id BLOB NOT NULL,
        kind TEXT NOT NULL,
        fields BLOB NOT NULL,
        undone INTEGER NOT NULL,
        PRIMARY KEY (n)
    )""",
    """CREATE INDEX ix_history_at ON history (at)""",
    """CREATE INDEX ix_history_record ON history (record_id, n)""",
    """CREATE INDEX ix_history_txn ON history (txn)""",
)
#: Tables that are made again, because columns may be empty now: name, statement, indexes.
REBUILT = (
    (
        "household",
        """CREATE TABLE new_household (
            rid INTEGER NOT NULL,
            id BLOB NOT NULL,
            bucket_id BLOB NOT NULL,
            row_version INTEGER NOT NULL,
            deleted INTEGER NOT NULL,
            code TEXT NOT NULL,
            unit_id BLOB NOT NULL,
            floor INTEGER,
            room TEXT NOT NULL,
            occupancy TEXT NOT NULL,
            member_count INTEGER,
            contact_resident_id BLOB,
            preferred_time TEXT,
            preferred_channel TEXT,
            visit_opt_out INTEGER,
            visit_opt_out_on TEXT,
            opt_out_reason TEXT,
            visit_interval_days INTEGER,
            note TEXT,
            PRIMARY KEY (rid),
            UNIQUE (id)
        )""",
        (
            "CREATE INDEX ix_household_code ON household (code)",
            "CREATE INDEX ix_household_unit_id_deleted_floor_room ON household (unit_id, deleted, floor, room)",
        ),
    ),
    (
        "visit",
        """CREATE TABLE new_visit (
            rid INTEGER NOT NULL,
            id BLOB NOT NULL,
            bucket_id BLOB NOT NULL,
            row_version INTEGER NOT NULL,
            deleted INTEGER NOT NULL,
            no TEXT NOT NULL,
            household_id BLOB,
            shop_id BLOB,
            public_spot_id BLOB,
            visited_on TEXT NOT NULL,
            start_at TEXT,
            end_at TEXT,
            mode TEXT NOT NULL,
            outcome TEXT NOT NULL,
            purpose TEXT NOT NULL,
            respondent TEXT,
            respondent_resident_id BLOB,
            companions TEXT,
            said TEXT,
            site_condition TEXT,
            answered_on_spot INTEGER,
            answered_text TEXT,
            notices_given TEXT,
            next_step TEXT,
            next_on TEXT,
            reflection TEXT,
            unit_at BLOB,
            now_on TEXT,
            now_outcome TEXT,
            now_next_on TEXT,
            now_void INTEGER,
            PRIMARY KEY (rid),
            UNIQUE (id),
            FOREIGN KEY(household_id) REFERENCES household (id) DEFERRABLE INITIALLY DEFERRED,
            FOREIGN KEY(shop_id) REFERENCES shop (id) DEFERRABLE INITIALLY DEFERRED,
            FOREIGN KEY(public_spot_id) REFERENCES public_spot (id) DEFERRABLE INITIALLY DEFERRED
        )""",
        (
            "CREATE INDEX ix_visit_household_id_now_on ON visit (household_id, now_on)",
            "CREATE INDEX ix_visit_now_on_rid ON visit (now_on, rid)",
            "CREATE INDEX ix_visit_public_spot_id ON visit (public_spot_id)",
            "CREATE INDEX ix_visit_shop_id ON visit (shop_id)",
            "CREATE INDEX ix_visit_unit_at_now_on ON visit (unit_at, now_on)",
        ),
    ),
    (
        "conflict",
        """CREATE TABLE new_conflict (
            rid INTEGER NOT NULL,
            id BLOB NOT NULL,
            bucket_id BLOB NOT NULL,
            row_version INTEGER NOT NULL,
            deleted INTEGER NOT NULL,
            household_id BLOB,
            shop_id BLOB,
            public_spot_id BLOB,
            entity TEXT NOT NULL,
            record_id BLOB NOT NULL,
            field TEXT NOT NULL,
            base TEXT,
            mine TEXT,
            theirs TEXT,
            kind TEXT,
            state TEXT NOT NULL,
            by_member_id BLOB,
            PRIMARY KEY (rid),
            UNIQUE (id)
        )""",
        ("CREATE INDEX ix_conflict_record_id ON conflict (record_id)",),
    ),
)

#: The figures of a household also say where it stands and whether it is served, so that lists need nothing else.
FIGURES = (
    "ALTER TABLE household_stat RENAME TO old_stat",
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
        PRIMARY KEY (household_id)
    )""",
    """INSERT INTO household_stat SELECT s.household_id, h.unit_id,
        h.deleted = 0 AND h.occupancy <> 'vacant' AND coalesce(h.visit_opt_out, 0) = 0,
        s.last_visit_on, s.last_outcome, s.last_met_on, s.tries_since_met, s.promised_on, s.next_due_on
        FROM old_stat s JOIN household h ON h.id = s.household_id""",
    "DROP TABLE old_stat",
    """CREATE INDEX ix_household_stat_plan
        ON household_stat (unit_id, served, next_due_on, promised_on, tries_since_met)""",
    "CREATE INDEX ix_household_stat_visited ON household_stat (served, last_visit_on, unit_id)",
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    for name, statement, indexes in REBUILT:
        known = op.get_bind().exec_driver_sql(f"PRAGMA table_info({name})")
        columns = ", ".join(row[1] for row in known)
        op.execute(statement)
        op.execute(f"INSERT INTO new_{name} ({columns}) SELECT {columns} FROM {name}")
        op.execute(f"DROP TABLE {name}")
        op.execute(f"ALTER TABLE new_{name} RENAME TO {name}")
        for index in indexes:
            op.execute(index)
    op.execute("UPDATE conflict SET kind = 'field'")
    for statement in FIGURES:
        op.execute(statement)
    # Visits that were amended are indexed again in the background, by their new words.
    op.execute("""INSERT OR REPLACE INTO local_state ("key", value) VALUES ('index_amended', X'31')""")
