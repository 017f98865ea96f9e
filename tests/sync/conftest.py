"""The fixtures of the contract tests, for schedules and faults."""

from __future__ import annotations

from tests.contract.conftest import make_rig, postgres_template, village_template

__all__ = ["make_rig", "postgres_template", "village_template"]
