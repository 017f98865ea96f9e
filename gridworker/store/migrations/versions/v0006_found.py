"""What was referred, joint submissions, tasks and resolutions are found by number and words."""

from alembic import op

revision = "0006"
down_revision = "0005"

FOUND = ("referral", "demand_package", "task", "resolution")


def upgrade() -> None:
    for name in FOUND:
        table = f"find_{name}"
        op.execute(
            f"CREATE VIRTUAL TABLE {table} USING fts5(body, content='', contentless_delete=1, tokenize='unicode61')"
        )
        op.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('secure-delete', 1)")
