"""What was referred, joint submissions, tasks and resolutions are found by number and words; what was let out is told
to the office. How demands stood day by day is kept, what was done in whole weeks and months, and since when households
count as seen; these figures are computed when the file is opened."""

from alembic import op

revision = "0006"
down_revision = "0005"

FOUND = ("referral", "demand_package", "task", "resolution")
TABLES = (
    """CREATE TABLE export_log (
        rid INTEGER NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        by_member_id BLOB NOT NULL,
        exported_at TEXT NOT NULL,
        what TEXT NOT NULL,
        node_name TEXT,
        period TEXT,
        form TEXT NOT NULL,
        export_purpose TEXT NOT NULL,
        recipient TEXT NOT NULL,
        unmask_reason TEXT,
        locked INTEGER NOT NULL,
        size INTEGER NOT NULL,
        digest TEXT NOT NULL,
        PRIMARY KEY (rid),
        UNIQUE (id)
    )""",
    """CREATE INDEX ix_export_log_exported_at ON export_log (exported_at)""",
)
FIGURES = (
    "DROP TABLE day_stat",
    "DROP TABLE household_stat",
    """CREATE TABLE cover_stat (
        span TEXT NOT NULL,
        unit_id BLOB NOT NULL,
        change INTEGER NOT NULL,
        PRIMARY KEY (span, unit_id)
    ) WITHOUT ROWID""",
    """CREATE TABLE day_stat (
        day TEXT NOT NULL,
        micro_grid_id BLOB NOT NULL,
        attempts INTEGER NOT NULL,
        met INTEGER NOT NULL,
        absent INTEGER NOT NULL,
        declined INTEGER NOT NULL,
        rescheduled INTEGER NOT NULL,
        moved INTEGER NOT NULL,
        shops INTEGER NOT NULL,
        spots INTEGER NOT NULL,
        planned INTEGER NOT NULL,
        plan_done INTEGER NOT NULL,
        PRIMARY KEY (day, micro_grid_id)
    ) WITHOUT ROWID""",
    """CREATE TABLE demand_day (
        demand_id BLOB NOT NULL,
        day TEXT NOT NULL,
        until TEXT NOT NULL,
        unit_at BLOB NOT NULL,
        category TEXT NOT NULL,
        source TEXT NOT NULL,
        type TEXT NOT NULL,
        household_id BLOB,
        public_spot_id BLOB,
        reported_on TEXT NOT NULL,
        open INTEGER NOT NULL,
        running INTEGER NOT NULL,
        due_at TEXT NOT NULL,
        taken_in INTEGER NOT NULL,
        accepted_on TEXT,
        contacted_in_time INTEGER NOT NULL,
        closed_on TEXT,
        in_time INTEGER NOT NULL,
        solve_level TEXT,
        same_day INTEGER NOT NULL,
        revisited_on TEXT,
        satisfaction TEXT,
        became TEXT,
        became_on TEXT,
        concern TEXT NOT NULL,
        PRIMARY KEY (demand_id, day)
    )""",
    "CREATE INDEX ix_demand_day_day ON demand_day (day, until)",
    "CREATE INDEX ix_demand_day_due ON demand_day (due_at, until, day)",
    "CREATE INDEX ix_demand_day_open ON demand_day (open, until, day)",
    "DROP INDEX ix_plan_item_week_unit_at",
    """CREATE INDEX ix_plan_item_week_unit_at_planned_on_state_household_id_deleted
        ON plan_item (week, unit_at, planned_on, state, household_id, deleted)""",
    """CREATE TABLE home_stat (
        unit_id BLOB NOT NULL,
        households INTEGER NOT NULL,
        reachable INTEGER NOT NULL,
        PRIMARY KEY (unit_id)
    ) WITHOUT ROWID""",
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
        standing INTEGER NOT NULL,
        PRIMARY KEY (household_id)
    )""",
    """CREATE INDEX ix_household_stat_plan
        ON household_stat (unit_id, served, next_due_on, promised_on, tries_since_met)""",
    "CREATE INDEX ix_household_stat_visited ON household_stat (served, last_visit_on, unit_id)",
    """CREATE TABLE seen_span (
        household_id BLOB NOT NULL,
        begun TEXT NOT NULL,
        ended TEXT NOT NULL,
        unit_id BLOB NOT NULL,
        PRIMARY KEY (household_id, begun)
    ) WITHOUT ROWID""",
    """CREATE TABLE span_stat (
        span TEXT NOT NULL,
        micro_grid_id BLOB NOT NULL,
        attempts INTEGER NOT NULL,
        met INTEGER NOT NULL,
        absent INTEGER NOT NULL,
        declined INTEGER NOT NULL,
        rescheduled INTEGER NOT NULL,
        moved INTEGER NOT NULL,
        shops INTEGER NOT NULL,
        spots INTEGER NOT NULL,
        planned INTEGER NOT NULL,
        plan_done INTEGER NOT NULL,
        PRIMARY KEY (span, micro_grid_id)
    ) WITHOUT ROWID""",
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    for name in FOUND:
        table = f"find_{name}"
        op.execute(
            f"CREATE VIRTUAL TABLE {table} USING fts5(body, content='', contentless_delete=1, tokenize='unicode61')"
        )
        op.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('secure-delete', 1)")
    for statement in FIGURES:
        op.execute(statement)
    op.execute("INSERT OR REPLACE INTO local_state (key, value) VALUES ('figures_stale', x'31')")
