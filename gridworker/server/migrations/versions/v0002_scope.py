"""What a device let go of (the epoch of its purge receipt), what an account once saw, and acts held for a person."""

from alembic import op

from gridworker.server.schema import in_words_of

revision = "0002"
down_revision = "0001"
STATEMENTS = (
    "ALTER TABLE device ADD COLUMN purged_epoch INTEGER",
    "ALTER TABLE scope ADD COLUMN buckets BLOB",
    "ALTER TABLE scope ADD COLUMN lost BLOB",
    "ALTER TABLE device_op ADD COLUMN record_id BLOB",
    "ALTER TABLE domain_head ADD COLUMN lease_days INTEGER",
    """CREATE TABLE erased (
        domain_id BLOB NOT NULL,
        record_id BLOB NOT NULL,
        entity TEXT NOT NULL,
        bucket_id BLOB NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (domain_id, record_id)
    )
 WITHOUT ROWID""",
    """CREATE TABLE held_op (
        domain_id BLOB NOT NULL,
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
        PRIMARY KEY (domain_id, id)
    )""",
    """CREATE INDEX ix_held_op_bucket ON held_op (domain_id, bucket_id, id)""",
    """CREATE INDEX ix_held_op_record_id ON held_op (domain_id, record_id)""",
    """CREATE INDEX ix_held_op_state ON held_op (domain_id, state)""",
)


def upgrade() -> None:
    bind = op.get_bind()
    for statement in STATEMENTS:
        bind.exec_driver_sql(in_words_of(bind, statement))
