"""Reads lavaan's model syntax into statements, each with the line that it stands in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from surveykit.analyse.sem.expressions import Expression
from surveykit.errors import Problem, SurveykitError

OPERATORS = ("=~", "~*~", "~~", "<~", ":=", "==", "~", "|", "<", ">")
CONSTRAINTS = (":=", "==", "<", ">")
_NAME = re.compile(r"^[^\W\d][\w.]*(:[^\W\d][\w.]*)?$")
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
_CALL = re.compile(r"^(c|start|equal|label|lower|upper|sqrt|exp|log)\((.*)\)$", re.DOTALL)


@dataclass(slots=True)
class Statement:
    """One term of the model: `lhs op rhs` with what was written before the star, a value a group or one for all."""

    lhs: str
    op: str
    rhs: str
    line: int
    fixed: tuple[float | None, ...] = ()
    freed: bool = False
    labels: tuple[str, ...] = ()
    start: tuple[float | None, ...] = ()
    lower: float | None = None
    upper: float | None = None
    equal_to: str = ""


@dataclass(frozen=True, slots=True)
class Constraint:
    """`name := expression`, or `left == right`, `left < right`, `left > right`."""

    lhs: str
    op: str
    rhs: str
    line: int


@dataclass(slots=True)
class Syntax:
    """What a model text says."""

    statements: list[Statement] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)


def parse(text: str) -> Syntax:
    """The statements of lavaan syntax, terms written twice joined; every fault is named with its line and term."""
    found = Syntax()
    problems: list[Problem] = []
    seen: dict[tuple[str, str, str], Statement] = {}
    for line, formula in _formulas(text):
        try:
            _read(line, formula, found, seen)
        except SurveykitError as error:
            problems += error.problems
    if problems:
        raise SurveykitError(problems)
    if not found.statements:
        raise SurveykitError.of("SEM-EMPTY")
    return found


def _formulas(text: str) -> list[tuple[int, str]]:
    """Line number and text of each formula; a line without an operator goes on with the one before."""
    formulas: list[tuple[int, str]] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        for piece in _outside(re.split(r"[#!]", raw)[0], ";"):
            line = piece.strip()
            if not line:
                continue
            going_on = bool(formulas) and (
                _operator(line) is None or line[0] in "+*" or formulas[-1][1][-1] in "+*,(~=|"
            )
            if going_on:
                formulas[-1] = (formulas[-1][0], f"{formulas[-1][1]} {line}")
            else:
                formulas.append((number, line))
    return formulas


def _masked(text: str) -> str:
    """The text with everything in quotes or brackets replaced by blanks of the same length."""
    out, depth, quote = [], 0, ""
    for char in text:
        if quote:
            quote = "" if char == quote else quote
            out.append(" ")
        elif char in "\"'":
            quote = char
            out.append(" ")
        else:
            depth += char in "(["
            out.append(" " if depth else char)
            depth -= char in ")]" and depth > 0
    return "".join(out)


def _outside(text: str, mark: str) -> list[str]:
    """The text split at a mark that stands outside quotes and brackets."""
    masked, parts, begin = _masked(text), [], 0
    for at, char in enumerate(masked):
        if char == mark:
            parts.append(text[begin:at])
            begin = at + 1
    return [*parts, text[begin:]]


def _operator(text: str) -> tuple[int, str] | None:
    masked = _masked(text)
    places = [(masked.find(op), -len(op), op) for op in OPERATORS if op in masked]
    if not places:
        return None
    at, _, op = min(places)
    return at, op


def _refuse(line: int, term: str, code: str = "SEM-SYNTAX", **values: str) -> SurveykitError:
    return SurveykitError.of(code, f"model line {line}", term=term.strip(), **values)


def _read(line: int, formula: str, found: Syntax, seen: dict[tuple[str, str, str], Statement]) -> None:
    place = _operator(formula)
    if place is None:
        raise _refuse(line, formula, "SEM-NO-OPERATOR")
    at, op = place
    left, right = formula[:at].strip(), formula[at + len(op) :].strip()
    if not left or not right:
        raise _refuse(line, formula)
    if op in CONSTRAINTS:
        if op == ":=" and not _NAME.match(left):
            raise _refuse(line, left)
        for side in (right,) if op == ":=" else (left, right):
            Expression.of(side, f"model line {line}")
        found.constraints.append(Constraint(left, op, right, line))
        return
    if op == "<~":
        raise _refuse(line, formula, "SEM-FORMATIVE")
    for name in _outside(left, "+"):
        name = name.strip()
        if not _NAME.match(name):
            raise _refuse(line, name)
        for term in _outside(right, "+"):
            _add(_term(line, name, op, term.strip()), found, seen)


def _add(new: Statement, found: Syntax, seen: dict[tuple[str, str, str], Statement]) -> None:
    key = (new.lhs, new.op, new.rhs)
    mirror = (new.rhs, new.op, new.lhs) if new.op == "~~" else key
    old = seen.get(key) or seen.get(mirror)
    if old is None:
        seen[key] = new
        found.statements.append(new)
        return
    for name in ("fixed", "labels", "start", "lower", "upper", "equal_to"):
        value = getattr(new, name)
        if value not in ((), None, ""):
            setattr(old, name, value)
    old.freed = old.freed or new.freed


def _term(line: int, lhs: str, op: str, text: str) -> Statement:
    *modifiers, last = (part.strip() for part in _outside(text, "*"))
    rhs = last
    if op == "~" and rhs in ("1", "0"):
        made = Statement(lhs, "~1", "", line, fixed=(0.0,) if rhs == "0" else ())
    elif _NAME.match(rhs):
        made = Statement(lhs, op, rhs, line)
    else:
        raise _refuse(line, text)
    if op in ("=~", "~") and lhs == rhs:
        raise _refuse(line, f"{lhs} {op} {rhs}", "SEM-SELF")
    for modifier in modifiers:
        _modify(made, modifier, line)
    return made


def _modify(made: Statement, modifier: str, line: int) -> None:
    call = _CALL.match(modifier)
    if call and call[1] == "c":
        _vector(made, [part.strip() for part in _outside(call[2], ",")], line)
    elif call and call[1] == "start":
        made.start = tuple(_number(part, line) for part in _values(call[2]))
    elif call and call[1] == "equal":
        made.equal_to = _bare(call[2]).replace(" ", "")
    elif call and call[1] == "label":
        made.labels = tuple(_bare(part) for part in _values(call[2]))
    elif call and call[1] in ("lower", "upper"):
        setattr(made, call[1], _number(call[2], line))
    elif call or _NUMBER.match(modifier):
        made.fixed = (_number(modifier, line),)
    else:
        _vector(made, [modifier], line)


def _values(inside: str) -> list[str]:
    inner = _CALL.match(inside.strip())
    text = inner[2] if inner and inner[1] == "c" else inside
    return [part.strip() for part in _outside(text, ",")]


def _bare(text: str) -> str:
    return text.strip().strip("\"'")


def _number(text: str, line: int) -> float | None:
    text = text.strip()
    return None if text == "NA" else Expression.of(text, f"model line {line}").constant()


def _vector(made: Statement, parts: list[str], line: int) -> None:
    """Numbers fix, NA frees, words label; one part holds for every group."""
    if all(part == "NA" or _NUMBER.match(part) or _CALL.match(part) for part in parts):
        values = tuple(_number(part, line) for part in parts)
        if all(value is None for value in values):
            made.freed = True
        else:
            made.fixed = values
        return
    labels = tuple(_bare(part) for part in parts)
    if not all(_NAME.match(label) for label in labels):
        raise _refuse(line, f"{', '.join(parts)}*{made.rhs}")
    made.labels = labels
