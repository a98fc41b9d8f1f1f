"""Examples of coded comments for the contract test."""

from __future__ import annotations

from collections.abc import Callable

import surveykit as sk
from surveykit.result import Result
from tests.analyse.comments.small import COMMENTS

EXAMPLES: dict[str, Callable[[], Result]] = {
    "comments": lambda: sk.comments(COMMENTS, "text"),
    "comments by group": lambda: sk.comments(COMMENTS, "text", by="group", min_base=4),
    "comments of nobody": lambda: sk.comments(COMMENTS.head(0), "text"),
    "comments that say nothing": lambda: sk.comments(["", "none", "无"]),
}
