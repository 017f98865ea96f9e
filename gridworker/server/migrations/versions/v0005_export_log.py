"""What was let out, for the office to read."""

from alembic import op

from gridworker.server import sums
from gridworker.server.schema import reshape

revision = "0005"
down_revision = "0004"

STATEMENTS = (
    """CREATE TABLE export_log (
        domain_id BLOB NOT NULL,
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
        PRIMARY KEY (domain_id, id)
    )""",
    """CREATE INDEX ix_export_log_bucket ON export_log (domain_id, bucket_id, id)""",
)


def upgrade() -> None:
    bind = op.get_bind()
    reshape(bind, STATEMENTS)
    for row in bind.exec_driver_sql("SELECT domain_id FROM domain_head").fetchall():
        sums.rebuild(bind, row[0])
