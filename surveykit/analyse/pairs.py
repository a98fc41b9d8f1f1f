"""Two questions about each of several attributes: which column is which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from surveykit.errors import SurveykitError

Columns = Mapping[str, str] | Sequence[str]


def paired(first: Columns, second: Columns, named_by: int = 0) -> dict[str, tuple[str, str]]:
    """Attribute -> its two columns, from two mappings with the same attributes, or two lists in the same order.

    Attributes of lists bear the names of the first list's columns, or of the second's with `named_by=1`.
    """
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        odd = sorted(set(first) ^ set(second))
        if odd:
            raise SurveykitError.of("PAIRS-NAMES", ", ".join(map(str, odd)))
        found = {str(name): (str(first[name]), str(second[name])) for name in first}
    elif isinstance(first, Mapping) or isinstance(second, Mapping) or isinstance(first, str) or isinstance(second, str):
        raise SurveykitError.of("PAIRS-KIND")
    else:
        if len(first) != len(second):
            raise SurveykitError.of("PAIRS-LENGTH", first=len(first), second=len(second))
        found = {str(pair[named_by]): (str(pair[0]), str(pair[1])) for pair in zip(first, second, strict=True)}
    if not found:
        raise SurveykitError.of("PAIRS-LENGTH", first=0, second=0)
    columns = [column for pair in found.values() for column in pair]
    twice = [column for column in columns if columns.count(column) > 1]
    if twice or len(found) < len(columns) / 2:
        raise SurveykitError.of("STATS-NAMES-TWICE", name=twice[0] if twice else next(iter(found)))
    return found
