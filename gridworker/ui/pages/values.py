"""Values of any record in words: what the choices of a field are called, yes and no, days and texts as they are."""

from __future__ import annotations

from gridworker.models.entity import Kind
from gridworker.models.registry import BY_NAME
from gridworker.wording import Wording


def value_words(wording: Wording, entity: str, field: str, value: str) -> str:
    """`value` of `entity`.`field` as a person reads it. A choice of a newer version is shown as "other"; what has no
    words stays as it is."""
    declared = BY_NAME.get(entity)
    found = next((f for f in declared.fields if f.name == field), None) if declared else None
    if found is None or not value:
        return value
    if found.kind is Kind.BOOL:
        return wording("choices.yes" if value == "1" else "choices.no")
    if field in ("field", "fields"):  # names of fields
        named = (_field(wording, name) for name in value.split(","))
        return wording("sync.joint").join(named)
    key = f"choices.{entity}.{field}.{value}"
    if not found.choices:
        return wording(key) if wording.has(key) else value
    words = (_choice(wording, entity, named_as(field), code) for code in value.split(","))
    return wording("sync.joint").join(words)


def _field(wording: Wording, name: str) -> str:
    key = f"errors.field.{name}"
    return wording(key) if wording.has(key) else name


def named_as(field: str) -> str:
    """The field whose words the choices of `field` take: a state is called the same before a step and after it."""
    return "state" if field == "state_before" else field


def _choice(wording: Wording, entity: str, field: str, code: str) -> str:
    key = f"choices.{entity}.{field}.{code}"
    return wording(key) if wording.has(key) else wording("choices.other", code=code)
