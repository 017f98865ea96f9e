"""What one cell of a table may hold, whatever kind of file it came from."""

from __future__ import annotations

import datetime as dt

Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta
