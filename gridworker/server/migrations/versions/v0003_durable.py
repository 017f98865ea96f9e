"""Sums of the buckets, the lowest place of the feed that is whole, and what a restored server collects."""

from alembic import op

from gridworker.server import sums
from gridworker.server.schema import in_words_of

revision = "0003"
down_revision = "0002"

STATEMENTS = (
    """CREATE TABLE bucket_sum (
        domain_id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        entity TEXT NOT NULL,
        n INTEGER NOT NULL,
        total INTEGER NOT NULL,
        PRIMARY KEY (domain_id, bucket_id, entity)
    )""",
    """CREATE TABLE domain_life (
        domain_id BLOB NOT NULL,
        floor INTEGER NOT NULL,
        recovering_until INTEGER NOT NULL,
        PRIMARY KEY (domain_id)
    )""",
    """CREATE TABLE feed_day (
        domain_id BLOB NOT NULL,
        day TEXT NOT NULL,
        head INTEGER NOT NULL,
        PRIMARY KEY (domain_id, day)
    )""",
    """CREATE TABLE reoffered (
        domain_id BLOB NOT NULL,
        device_id BLOB NOT NULL,
        seq INTEGER NOT NULL,
        place INTEGER NOT NULL,
        raw BLOB NOT NULL,
        PRIMARY KEY (domain_id, device_id, seq)
    )""",
    """CREATE TABLE reported (
        domain_id BLOB NOT NULL,
        device_id BLOB NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (domain_id, device_id)
    )""",
)


def upgrade() -> None:
    bind = op.get_bind()
    for statement in STATEMENTS:
        bind.exec_driver_sql(in_words_of(bind, statement))
    for row in bind.exec_driver_sql("SELECT domain_id FROM domain_head").fetchall():
        sums.rebuild(bind, row[0])
