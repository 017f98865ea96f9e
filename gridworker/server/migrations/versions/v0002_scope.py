"""What a device let go of: the epoch of its purge receipt."""

from alembic import op

from gridworker.server.schema import in_words_of

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    bind = op.get_bind()
    for statement in ("ALTER TABLE device ADD COLUMN purged_epoch INTEGER",):
        bind.exec_driver_sql(in_words_of(bind, statement))
