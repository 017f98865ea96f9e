"""What was referred, joint submissions, tasks and resolutions are found by number and words; what was let out is told
to the office."""

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


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    for name in FOUND:
        table = f"find_{name}"
        op.execute(
            f"CREATE VIRTUAL TABLE {table} USING fts5(body, content='', contentless_delete=1, tokenize='unicode61')"
        )
        op.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('secure-delete', 1)")
