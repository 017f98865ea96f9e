"""What this product never records, as one word list. The test of the whole schema and every editable catalogue
read it (docs/privacy.md; source: the product's must-never list)."""

from __future__ import annotations

import re

#: Parts of names (code words are compared between underscores, Chinese anywhere).
FORBIDDEN_CODE = frozenset(
    "ethnicity ethnic religion religious faith political politics petition criminal crime conviction offence drug "
    "health illness disease disability medical income debt salary wealth face fingerprint voiceprint iris biometric "
    "latitude longitude lat lng gps track trajectory risk score scoring rank ranking leaderboard credit prediction "
    "checkin clockin idcard idno id_no identity_no id_number online_time fertility blacklist persona".split()
)
FORBIDDEN_CHINESE = (
    "民族",
    "宗教",
    "信仰",
    "政治面貌",
    "重点人员",
    "重点人群",
    "风险等级",
    "信用分",
    "画像",
    "人脸",
    "指纹",
    "声纹",
    "身份证号",
    "轨迹",
    "收入",
    "债务",
    "疾病",
    "病史",
    "精神障碍",
    "戒毒",
    "矫正",
    "计生",
    "上访",
    "信访记录",
    "前科",
    "排行榜",
    "排名",
    "打卡",
    "在线时长",
    "考勤",
    "打分",
    "坐标",
    "经纬度",
    "种族",
    "健康状况",
    "精神病",
    "残疾",
    "吸毒",
    "犯罪",
    "案底",
    "负债",
)


def forbidden_in_name(name: str) -> str | None:
    """The forbidden word in a column, code, label or header, or None."""
    lowered = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    parts = re.split(r"[^a-z]+", lowered)
    known = {*parts, *(part.removesuffix("s") for part in parts)}
    joined = f"_{'_'.join(part for part in re.split(r'[^a-z0-9]+', lowered) if part)}_"
    for word in sorted(FORBIDDEN_CODE):
        if word in known or ("_" in word and f"_{word}_" in joined):
            return word
    return next((word for word in FORBIDDEN_CHINESE if word in name), None)
