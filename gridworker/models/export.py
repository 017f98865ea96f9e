"""What was let out of the community: one line for each file that was handed on, which the office reads."""

from __future__ import annotations

from gridworker.models.entity import COMMUNITY_OFFICE, Entity, Field, Kind, Merge

#: The right to account for what one takes out; every post has it, and nobody takes anything out without.
ACCOUNT_FOR = "account_for"
#: Characters of a purpose, a recipient and a reason.
ANSWER_LIMIT = 60
#: `what` and `form` are codes, `period` is a period or days; `size` in bytes and `digest` (SHA-256) are of the file as
#: it was handed on. It names who let it out, never how much anybody did.
EXPORT_LOG = Entity(
    name="export_log",
    rank=84,
    merge=Merge.APPEND,
    bucket=COMMUNITY_OFFICE,
    write=ACCOUNT_FOR,
    lasting=True,
    unseen=True,
    fields=(
        Field("by_member_id", Kind.REF, Merge.APPEND, required=True, refers="member"),
        Field("exported_at", Kind.MOMENT, Merge.APPEND, required=True),
        Field("what", Kind.TEXT, Merge.APPEND, required=True, format="code", limit=40),
        Field("node_name", Kind.TEXT, Merge.APPEND),
        Field("period", Kind.TEXT, Merge.APPEND, limit=40),
        Field("form", Kind.TEXT, Merge.APPEND, required=True, format="code", limit=10),
        Field("export_purpose", Kind.TEXT, Merge.APPEND, required=True, free_text=True, limit=ANSWER_LIMIT),
        Field("recipient", Kind.TEXT, Merge.APPEND, required=True, free_text=True, limit=ANSWER_LIMIT),
        Field("unmask_reason", Kind.TEXT, Merge.APPEND, free_text=True, limit=ANSWER_LIMIT),
        Field("locked", Kind.BOOL, Merge.APPEND, required=True),
        Field("size", Kind.INT, Merge.APPEND, required=True, high=2**40),
        Field("digest", Kind.TEXT, Merge.APPEND, required=True, limit=64),
    ),
    indexes=(("exported_at",),),
)
