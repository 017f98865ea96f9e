"""Closed weeks and frozen reports."""

from alembic import op

from gridworker.server import sums
from gridworker.server.schema import reshape

revision = "0004"
down_revision = "0003"

STATEMENTS = (
    """CREATE TABLE frozen_file (
        domain_id BLOB NOT NULL,
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
        PRIMARY KEY (domain_id, id)
    )""",
    """CREATE INDEX ix_frozen_file_bucket ON frozen_file (domain_id, bucket_id, id)""",
    """CREATE INDEX ix_frozen_file_report_id ON frozen_file (domain_id, report_id)""",
    """CREATE TABLE frozen_item (
        domain_id BLOB NOT NULL,
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
        PRIMARY KEY (domain_id, id)
    )""",
    """CREATE INDEX ix_frozen_item_bucket ON frozen_item (domain_id, bucket_id, id)""",
    """CREATE INDEX ix_frozen_item_record_id ON frozen_item (domain_id, record_id)""",
    """CREATE INDEX ix_frozen_item_report_id ON frozen_item (domain_id, report_id)""",
    """CREATE TABLE frozen_report (
        domain_id BLOB NOT NULL,
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
        PRIMARY KEY (domain_id, id)
    )""",
    (
        """CREATE INDEX ix_frozen_report_area_unit_id ON frozen_report (domain_id, area_unit_id)"""
        """ WHERE area_unit_id IS NOT NULL"""
    ),
    """CREATE INDEX ix_frozen_report_bucket ON frozen_report (domain_id, bucket_id, id)""",
    (
        """CREATE INDEX ix_frozen_report_org_unit_id ON frozen_report (domain_id, org_unit_id)"""
        """ WHERE org_unit_id IS NOT NULL"""
    ),
    """CREATE TABLE week_close (
        domain_id BLOB NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        micro_grid_id BLOB NOT NULL,
        week TEXT NOT NULL,
        zero_report INTEGER NOT NULL,
        closed_at TEXT NOT NULL,
        PRIMARY KEY (domain_id, id)
    )""",
    """CREATE INDEX ix_week_close_bucket ON week_close (domain_id, bucket_id, id)""",
)


def upgrade() -> None:
    bind = op.get_bind()
    reshape(bind, STATEMENTS)
    for row in bind.exec_driver_sql("SELECT domain_id FROM domain_head").fetchall():
        sums.rebuild(bind, row[0])
