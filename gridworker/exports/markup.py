"""What text has to be before it stands in the XML of an office file."""

from __future__ import annotations

import re

_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """`text` without what XML cannot hold, whatever somebody pasted into it. Nothing is escaped yet."""
    return _NO_XML.sub("", text)
