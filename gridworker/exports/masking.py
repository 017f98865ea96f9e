"""What of a person may leave in a file: surname and form of address, phone without its middle, address to the
building. Anything of unknown shape is left out rather than let through."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

PRACTICE_PREFIX = "演示·"
SOMEBODY = "某"
TITLES = (
    "女士", "先生", "小姐", "阿姨", "叔叔", "大爷", "大妈", "大叔", "大伯", "大娘", "伯伯", "奶奶", "爷爷",
    "阿婆", "阿公", "大哥", "大姐", "老师", "师傅", "医生", "同学", "同志",
)  # fmt: skip
_LONG_SURNAMES = frozenset(
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 "
    "公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 壤驷 公良 拓跋 夹谷 宰父 谷梁 段干 "
    "百里 东郭 南门 呼延 羊舌 微生 梁丘 左丘 东门 西门 令狐 轩辕".split()
)
#: Only digits and dashes: the other full-width signs are good Chinese punctuation.
_NARROW = str.maketrans("０１２３４５６７８９Ｘｘ－", "0123456789Xx-")
_DOOR = re.compile(
    r"(?P<before>.*?)(?P<building>[0-9A-Za-z]{1,4})-[0-9A-Za-z]{1,3}(?:-[0-9A-Za-z]{1,5})?室?\Z"
)
_SPOKEN = re.compile(r".*?[0-9A-Za-z一二三四五六七八九十]+\s*(?:号楼|栋|幢|座)")
#: A day, which stays, or seven digits and more parted by single blanks, dots or dashes: a phone, a card, an identity
#: number, which do not.
_DIGITS = re.compile(
    r"(?P<day>(?<![0-9])(?:19|20)[0-9]{2}([.\-])(?:0?[1-9]|1[0-2])\2(?:0?[1-9]|[12][0-9]|3[01])(?![0-9]))"
    r"|(?<![0-9])\+?[0-9](?:[ .\-]?[0-9]){6,}[Xx]?"
)
_DOOR_IN_TEXT = re.compile(r"(?<![0-9A-Za-z\-])([0-9]{1,3})-[0-9]{1,2}-[0-9]{3,4}(?![0-9\-])")
_SPOKEN_IN_TEXT = re.compile(
    r"([0-9]{1,3}\s*(?:号楼|栋|幢|座))\s*[0-9一二三四五六七八九十]{1,2}\s*(?:单元|门)(?:\s*[0-9]{1,2}\s*[层楼])?(?:\s*[0-9]{3,4}\s*[室号房]?)?"
    r"|([0-9]{1,3}\s*(?:号楼|栋|幢|座))\s*[0-9]{3,4}(?:\s*[室号房]|(?![0-9年月元块人户个]))"
)


def masked_name(name: str, title: str = "", somebody: str = SOMEBODY) -> str:
    """`张丽` with `女士` is `张女士`, without a title `张某`. The practice prefix stays. Empty stays empty."""
    bare = name.strip()
    prefix = PRACTICE_PREFIX if bare.startswith(PRACTICE_PREFIX) else ""
    bare = bare.removeprefix(PRACTICE_PREFIX).strip()
    if not bare:
        return ""
    found = next((known for known in TITLES if bare.endswith(known) and len(bare) > len(known)), "")
    bare = bare.removesuffix(found).strip()
    said = title.strip()
    # A form of address may hold the whole name (张丽阿姨): then only the known title at its end may pass.
    known = next((word for word in TITLES if said.endswith(word)), "")
    return prefix + _surname(bare) + (known or found or somebody)


def _surname(bare: str) -> str:
    return bare[:2] if bare[:2] in _LONG_SURNAMES else bare[:1]


def masked_phone(phone: str) -> str:
    """`13812341234` is `138****1234`; shorter numbers keep their last four digits, or nothing below seven digits."""
    digits = re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", phone))
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    if not digits:
        return ""
    if len(digits) < 7:
        return "****"
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) == 11 else f"****{digits[-4:]}"


def masked_address(address: str, building: str = "{no}栋") -> str:
    """`学府院 3-2-501` and `学府院 3栋 2单元 5层` are `学府院 3栋`. Empty when no building can be told apart."""
    text = re.sub(r"[‐‑–—−]", "-", unicodedata.normalize("NFKC", address)).strip()
    spoken = _SPOKEN.match(text)
    if spoken:
        return spoken[0]
    door = _DOOR.match(text)
    if not door or re.search(r"[0-9]-\Z", door["before"]):
        return ""
    return f"{door['before']}{building.format(no=door['building'])}"


def masked_text(text: str, names: Iterable[str] = (), building: str | None = "{no}栋") -> str:
    """Free text without long numbers, door numbers and the given names. Other names in it cannot be known.

    With `building` None the door numbers stay."""
    for name in names:
        bare = name.strip().removeprefix(PRACTICE_PREFIX)
        if len(bare) > 1:
            text = text.replace(bare, masked_name(bare))
    text = text.translate(_NARROW)
    if building is not None:
        shown = building
        text = _DOOR_IN_TEXT.sub(lambda found: shown.format(no=found[1]), text)
        text = _SPOKEN_IN_TEXT.sub(lambda found: found[1] or found[2], text)
    return _DIGITS.sub(_masked_number, text)


def _masked_number(found: re.Match[str]) -> str:
    number = found[0]
    if found["day"]:
        return number
    digits = re.sub(r"[^0-9]", "", number)
    # Only phones keep an end; of an identity number or a bank card nothing is left.
    return masked_phone(digits) if len(digits) <= 13 and number[-1] not in "Xx" else "****"


def excerpt(text: str, limit: int) -> str:
    """`text` on one line, at most `limit` characters with an ellipsis for the rest."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
