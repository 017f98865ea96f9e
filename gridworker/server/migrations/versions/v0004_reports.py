"""Closed weeks and frozen reports."""

from alembic import op

from gridworker.server import sums
from gridworker.server.schema import reshape

revision = "0004"
down_revision = "0003"

STATEMENTS = (
    """CREATE TABLE demand_event (
        domain_id BLOB NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        demand_id BLOB NOT NULL,
        event TEXT NOT NULL,
        turn INTEGER NOT NULL,
        at TEXT NOT NULL,
        by_member_id BLOB,
        from_state TEXT,
        to_state TEXT NOT NULL,
        note TEXT,
        due_at TEXT,
        unit_at BLOB,
        changed TEXT,
        step_id BLOB,
        PRIMARY KEY (domain_id, id)
    )""",
    """CREATE INDEX ix_demand_event_bucket ON demand_event (domain_id, bucket_id, id)""",
    """CREATE INDEX ix_demand_event_demand_id ON demand_event (domain_id, demand_id)""",
    """CREATE INDEX ix_demand_event_unit_at ON demand_event (domain_id, unit_at) WHERE unit_at IS NOT NULL""",
    """CREATE TABLE demand_slip (
        domain_id BLOB NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        demand_id BLOB NOT NULL,
        made_on TEXT NOT NULL,
        salt TEXT NOT NULL,
        code_hash TEXT NOT NULL,
        rated_at TEXT,
        PRIMARY KEY (domain_id, id)
    )""",
    """CREATE INDEX ix_demand_slip_bucket ON demand_slip (domain_id, bucket_id, id)""",
    """CREATE INDEX ix_demand_slip_demand_id ON demand_slip (domain_id, demand_id)""",
    """CREATE TABLE demand_stub (
        domain_id BLOB NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        demand_id BLOB NOT NULL,
        area_unit_id BLOB NOT NULL,
        no TEXT NOT NULL,
        state TEXT NOT NULL,
        result_kind TEXT,
        PRIMARY KEY (domain_id, id)
    )""",
    """CREATE INDEX ix_demand_stub_bucket ON demand_stub (domain_id, bucket_id, id)""",
    """CREATE INDEX ix_demand_stub_demand_id ON demand_stub (domain_id, demand_id)""",
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
    """CREATE TABLE holiday_year (
        domain_id BLOB NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        year INTEGER NOT NULL,
        off TEXT,
        work TEXT,
        PRIMARY KEY (domain_id, id)
    )""",
    """CREATE INDEX ix_holiday_year_bucket ON holiday_year (domain_id, bucket_id, id)""",
    """CREATE TABLE meeting_rule (
        domain_id BLOB NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        code TEXT NOT NULL,
        number INTEGER NOT NULL,
        PRIMARY KEY (domain_id, id)
    )""",
    """CREATE INDEX ix_meeting_rule_bucket ON meeting_rule (domain_id, bucket_id, id)""",
    """CREATE INDEX ix_meeting_rule_code ON meeting_rule (domain_id, code)""",
    """CREATE TABLE referral (
        domain_id BLOB NOT NULL,
        id BLOB NOT NULL,
        bucket_id BLOB NOT NULL,
        row_version INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        demand_id BLOB NOT NULL,
        no TEXT NOT NULL,
        refer_kind TEXT NOT NULL,
        refer_level TEXT,
        round INTEGER NOT NULL,
        from_unit_id BLOB,
        to_unit_id BLOB NOT NULL,
        title TEXT NOT NULL,
        refer_place TEXT,
        category TEXT NOT NULL,
        urgency TEXT,
        reason TEXT,
        reporter_name TEXT,
        reporter_phone TEXT,
        state TEXT NOT NULL,
        due_at TEXT,
        member_id BLOB,
        result_kind TEXT,
        result_text TEXT,
        replied_at TEXT,
        reply_channel TEXT,
        returned_why TEXT,
        package_id BLOB,
        PRIMARY KEY (domain_id, id)
    )""",
    """CREATE INDEX ix_referral_bucket ON referral (domain_id, bucket_id, id)""",
    """CREATE INDEX ix_referral_demand_id ON referral (domain_id, demand_id)""",
    """CREATE INDEX ix_referral_package_id ON referral (domain_id, package_id) WHERE package_id IS NOT NULL""",
    """CREATE INDEX ix_referral_to_unit_id ON referral (domain_id, to_unit_id)""",
    """CREATE TABLE rehome_job (
        domain_id BLOB NOT NULL,
        unit_id BLOB NOT NULL,
        PRIMARY KEY (domain_id, unit_id)
    )""",
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
