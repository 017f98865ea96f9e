"""Names are found by pinyin and initials, telephone numbers by their end."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(
        """CREATE TABLE find_key (
            entity TEXT NOT NULL,
            how TEXT NOT NULL,
            "key" TEXT NOT NULL,
            rid INTEGER NOT NULL,
            PRIMARY KEY (entity, how, "key", rid)
        ) WITHOUT ROWID"""
    )
    op.execute("CREATE INDEX ix_find_key_record ON find_key (entity, rid)")
    # Spelling a community takes seconds: residents are indexed again in the background, findable meanwhile as before.
    op.execute("""DELETE FROM local_state WHERE "key" = 'indexed:resident'""")
