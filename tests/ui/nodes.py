"""A small made-up organisation for tree and window tests."""

from __future__ import annotations

from gridworker.ui.tree.tree_node import Person, TreeNode


def key(number: int) -> bytes:
    return number.to_bytes(16, "big")


ROOT, FIRST, SECOND, GROUP = key(1), key(2), key(3), key(4)


def organisation(*, due: int = 14) -> list[TreeNode]:
    return [
        TreeNode(ROOT, None, "community_party_org", "锦澜社区党组织", visits_due=due + 5, overdue=True),
        TreeNode(FIRST, ROOT, "grid_branch", "锦苑一期党支部", visits_due=5),
        TreeNode(SECOND, ROOT, "grid_branch", "学府院党支部", visits_due=due, demands=3, overdue=True),
        TreeNode(
            GROUP,
            SECOND,
            "micro_grid_group",
            "1702 微网格党小组",
            people=(Person("演示·刘", "微网格长"), Person("演示·陈", "联 6 户")),
        ),
        TreeNode(key(5), ROOT, "grid_branch", "观湖雅居党支部", in_scope=False),
    ]


def areas() -> list[TreeNode]:
    return [TreeNode(key(51), None, "community", "锦澜社区"), TreeNode(key(52), key(51), "estate", "学府院")]
