"""Closed weeks and frozen reports."""

from alembic import op

revision = "0005"
down_revision = "0004"

TABLES = (
    """CREATE TABLE frozen_file (
        rid INTEGER NOT NULL,
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
        PRIMARY KEY (rid),
        UNIQUE (id)
    )""",
    """CREATE INDEX ix_frozen_file_report_id_format_edition_part ON frozen_file (report_id, format, edition, part)""",
    """CREATE TABLE frozen_item (
        rid INTEGER NOT NULL,
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
        PRIMARY KEY (rid),
        UNIQUE (id)
    )""",
    """CREATE INDEX ix_frozen_item_record_id ON frozen_item (record_id)""",
    """CREATE INDEX ix_frozen_item_report_id ON frozen_item (report_id)""",
    """CREATE TABLE frozen_report (
        rid INTEGER NOT NULL,
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
        PRIMARY KEY (rid),
        UNIQUE (id)
    )""",
    """CREATE INDEX ix_frozen_report_area_unit_id ON frozen_report (area_unit_id)""",
    """CREATE INDEX ix_frozen_report_org_unit_id ON frozen_report (org_unit_id)""",
    """CREATE INDEX ix_frozen_report_period_edition ON frozen_report (period, edition)""",
    """CREATE TABLE week_close (
        rid INTEGER NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        micro_grid_id BLOB NOT NULL,
        week TEXT NOT NULL,
        zero_report INTEGER NOT NULL,
        closed_at TEXT NOT NULL,
        PRIMARY KEY (rid),
        UNIQUE (id)
    )""",
    """CREATE INDEX ix_week_close_week_micro_grid_id ON week_close (week, micro_grid_id)""",
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
