"""The parameter table: every parameter of every group, free or fixed, with the defaults of lavaan's cfa() and sem()."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from surveykit.analyse.sem.syntax import Constraint, Statement, Syntax
from surveykit.errors import SurveykitError


@dataclass(slots=True)
class Parameter:
    """One row: fixed at `value` unless `free`; rows with the same `label` are one parameter.

    `exogenous` marks moments of covariates that are taken as they are in the sample. `group` counts from 1.
    """

    lhs: str
    op: str
    rhs: str
    group: int
    user: bool = False
    free: bool = True
    value: float = float("nan")
    label: str = ""
    start: float | None = None
    exogenous: bool = False
    lower: float | None = None
    upper: float | None = None

    @property
    def key(self) -> str:
        """`lhs op rhs`, as written."""
        return f"{self.lhs}{self.op}{self.rhs}"


@dataclass(frozen=True, slots=True)
class Options:
    """What decides the defaults of a table."""

    meanstructure: bool = False
    std_lv: bool = False
    orthogonal: bool = False
    fixed_x: bool = True
    thresholds: dict[str, int] = field(default_factory=dict)
    theta: bool = False
    group_equal: tuple[str, ...] = ()
    group_partial: tuple[str, ...] = ()
    auto_cov_y: bool = True
    wu_estabrook: bool = False


@dataclass(slots=True)
class Roles:
    """Which variables are what: latent, observed, and on which side of the regressions."""

    latent: list[str]
    observed: list[str]
    exogenous: list[str]
    latent_x: list[str]
    outcomes: list[str]
    indicators: list[str]


@dataclass(slots=True)
class Table:
    """Parameters of all groups, constraints between them, and the roles of the variables."""

    rows: list[Parameter]
    constraints: list[Constraint]
    roles: Roles
    n_groups: int


def roles(syntax: Syntax) -> Roles:
    """Latent and observed variables in lavaan's order."""
    by = {op: [s for s in syntax.statements if s.op == op] for op in ("=~", "~", "~~", "~1", "|", "~*~")}
    latent = list(dict.fromkeys(s.lhs for s in by["=~"]))
    indicators = list(dict.fromkeys(s.rhs for s in by["=~"]))
    left = list(dict.fromkeys(s.lhs for s in by["~"]))
    right = list(dict.fromkeys(s.rhs for s in by["~"]))
    first = [name for name in indicators if name not in latent]
    y = [name for name in left if name not in latent and name not in first]
    x = [name for name in right if name not in latent and name not in first and name not in y]
    said = [name for s in by["~~"] for name in (s.lhs, s.rhs)] + [s.lhs for op in ("~1", "|") for s in by[op]]
    extra = [name for name in dict.fromkeys(said) if name not in latent and name not in [*first, *y, *x]]
    observed = [*first, *y, *x, *extra]
    exogenous = [name for name in x if name not in said]
    latent_x = [name for name in latent if name not in indicators and name not in left]
    pure = [name for name in left if name not in indicators and name not in right]
    outcomes = [name for name in latent if name in pure]
    outcomes += [name for name in observed if name in pure and name not in latent]
    return Roles(latent, observed, exogenous, latent_x, outcomes, indicators)


def build(syntax: Syntax, options: Options, group_labels: Sequence[str] = ("",)) -> Table:
    """The table of a model: what was written, then the defaults, then each group's own rules and equalities."""
    names = roles(syntax)
    _check(syntax, names, options)
    groups = len(group_labels)
    one = _written(syntax, groups)
    one += _defaults(names, options, {_pair(row.lhs, row.op, row.rhs) for row, _ in one})
    if not options.std_lv:
        _mark(one, names)
    else:
        _standardise(one, names)
    _single_indicators(one, names, options)
    rows = [_of_group(row, statement, g, groups) for g in range(1, groups + 1) for row, statement in one]
    _across(rows, names, options)
    _equalities(rows, syntax)
    return Table(rows, list(syntax.constraints), names, groups)


Draft = tuple[Parameter, Statement | None]


def _pair(lhs: str, op: str, rhs: str) -> tuple[str, str, str]:
    return (*sorted((lhs, rhs)), op) if op == "~~" else (lhs, op, rhs)  # type: ignore[return-value]


def _check(syntax: Syntax, names: Roles, options: Options) -> None:
    for s in syntax.statements:
        if s.op in ("|", "~*~") and s.lhs not in options.thresholds:
            raise SurveykitError.of("SEM-NOT-ORDERED", f"model line {s.line}", term=f"{s.lhs} {s.op} {s.rhs}")
    if not names.observed:
        raise SurveykitError.of("SEM-EMPTY")


def _written(syntax: Syntax, groups: int) -> list[Draft]:
    rows: list[Draft] = []
    for s in syntax.statements:
        for part in (s.fixed, s.labels, s.start):
            if len(part) not in (0, 1, groups):
                raise SurveykitError.of(
                    "SEM-GROUP-VECTOR",
                    f"model line {s.line}",
                    term=f"{s.lhs} {s.op} {s.rhs}",
                    found=len(part),
                    groups=groups,
                )
        rows.append((Parameter(s.lhs, s.op, s.rhs, 1, user=True, lower=s.lower, upper=s.upper), s))
    return rows


def _defaults(names: Roles, options: Options, there: set[tuple[str, str, str]]) -> list[Draft]:
    made: list[Parameter] = []

    def add(lhs: str, op: str, rhs: str, free: bool = True, value: float = float("nan"), exo: bool = False) -> None:
        if _pair(lhs, op, rhs) not in there:
            made.append(Parameter(lhs, op, rhs, 1, free=free, value=value, exogenous=exo))

    ordered = options.thresholds
    for name in names.observed:
        for step in range(ordered.get(name, 0)):
            add(name, "|", f"t{step + 1}")
    for name in names.observed:
        if name in names.exogenous:
            continue
        if name in ordered:
            add(name, "~~", name, free=False, value=1.0 if options.theta else float("nan"))
        else:
            add(name, "~~", name)
    for name in names.latent:
        add(name, "~~", name)
    for one, other in combinations(names.latent_x, 2):
        add(one, "~~", other, free=not options.orthogonal, value=0.0)
    if options.auto_cov_y:
        for one, other in combinations(names.outcomes, 2):
            add(one, "~~", other)
    for at, name in enumerate(names.exogenous):
        for other in names.exogenous[at:]:
            add(name, "~~", other, free=not options.fixed_x, exo=options.fixed_x)
    for name in names.observed if ordered else ():
        if name in ordered:
            add(name, "~*~", name, free=False, value=1.0)
    if options.meanstructure:
        for name in names.observed:
            if name in names.exogenous:
                add(name, "~1", "", free=not options.fixed_x, exo=options.fixed_x)
            elif name in ordered:
                add(name, "~1", "", free=False, value=0.0)
            else:
                add(name, "~1", "")
        for name in names.latent:
            add(name, "~1", "", free=False, value=0.0)
    return [(row, None) for row in made]


def _mark(rows: list[Draft], names: Roles) -> None:
    """The first indicator of each factor has loading 1, unless the model says otherwise."""
    for name in names.latent:
        at, (row, said) = next((i, d) for i, d in enumerate(rows) if d[0].op == "=~" and d[0].lhs == name)
        if said is None or not (said.fixed or said.freed):
            rows[at] = (replace(row, free=False, value=1.0), said)


def _standardise(rows: list[Draft], names: Roles) -> None:
    """Latent variances (disturbances too) are 1, unless the model says otherwise."""
    for at, (row, said) in enumerate(rows):
        if row.op == "~~" and row.lhs == row.rhs and row.lhs in names.latent and said is None:
            rows[at] = (replace(row, free=False, value=1.0), said)


def _single_indicators(rows: list[Draft], names: Roles, options: Options) -> None:
    """An indicator that is alone on its factor and on no other has no residual variance."""
    for name in names.latent:
        mine = [row for row, _ in rows if row.op == "=~" and row.lhs == name]
        if len(mine) != 1 or mine[0].rhs in names.latent or mine[0].rhs in options.thresholds:
            continue
        item = mine[0].rhs
        if sum(row.op == "=~" and row.rhs == item for row, _ in rows) > 1:
            continue
        for at, (row, said) in enumerate(rows):
            if row.op == "~~" and row.lhs == row.rhs == item and said is None:
                rows[at] = (replace(row, free=False, value=0.0), said)


def _of_group(row: Parameter, said: Statement | None, group: int, groups: int) -> Parameter:
    made = replace(row, group=group)
    if said is None:
        return made

    def of(values: tuple) -> object:  # type: ignore[type-arg]
        return None if not values else values[group - 1] if len(values) == groups else values[0]

    fixed = of(said.fixed)
    if isinstance(fixed, float | int):
        made.free, made.value = False, float(fixed)
    elif said.freed or said.fixed:
        made.free, made.value = True, float("nan")
    label = of(said.labels)
    made.label = str(label) if isinstance(label, str) and label != "NA" else ""
    start = of(said.start)
    made.start = float(start) if isinstance(start, float | int) else None
    return made


def _kind(row: Parameter, names: Roles) -> str:
    """The class of `group.equal` that a row belongs to."""
    latent = set(names.latent)
    if row.exogenous:
        return ""
    match row.op:
        case "=~":
            return "loadings"
        case "~":
            return "regressions"
        case "|":
            return "thresholds"
        case "~1":
            return "means" if row.lhs in latent else "intercepts"
        case "~~":
            if row.lhs in latent:
                return "lv.variances" if row.lhs == row.rhs else "lv.covariances"
            return "residuals" if row.lhs == row.rhs else "residual.covariances"
    return ""


CLASSES = (
    "loadings", "intercepts", "means", "thresholds", "regressions", "residuals", "residual.covariances",
    "lv.variances", "lv.covariances",
)  # fmt: skip


def _across(rows: list[Parameter], names: Roles, options: Options) -> None:
    """What equal parameters release in the later groups, then the equalities themselves."""
    equal = set(options.group_equal)
    partial = {text.replace(" ", "") for text in options.group_partial}
    for row in rows:
        kind = _kind(row, names)
        kept = equal - {kind} if row.key in partial else equal
        if row.group > 1 and not row.user and _released(row, kind, kept, options):
            row.free, row.value = True, float("nan")
    unknown = partial - {row.key for row in rows} - {f"{row.lhs}~1" for row in rows if row.op == "~1"}
    if unknown:
        raise SurveykitError.of("SEM-PARTIAL", terms=", ".join(sorted(unknown)))
    first = {(row.op, row.lhs, row.rhs): row for row in rows if row.group == 1}
    for row in rows:
        if row.free and row.group > 1 and _kind(row, names) in equal and row.key not in partial and not row.label:
            twin = first[row.op, row.lhs, row.rhs]
            if twin.free:
                twin.label = twin.label or f".{twin.key}"
                row.label = twin.label


def _released(row: Parameter, kind: str, equal: set[str], options: Options) -> bool:
    """Whether equalities identify a parameter of a later group that is fixed in the first.

    With `wu_estabrook` (Wu & Estabrook 2016) equal thresholds release intercepts and scales of ordered items, and
    latent means wait for equal intercepts; otherwise equal thresholds release latent means, as in lavaan.
    """
    ordered = row.lhs in options.thresholds and "thresholds" in equal
    match kind:
        case "means":
            waits = {"intercepts"} if options.wu_estabrook else {"intercepts", "thresholds"}
            return bool(equal & waits) and "means" not in equal
        case "lv.variances":
            return options.std_lv and "loadings" in equal and "lv.variances" not in equal
        case "intercepts":
            return ordered and options.wu_estabrook and "intercepts" not in equal
        case "residuals":
            return ordered and options.theta and "residuals" not in equal
    return ordered and row.op == "~*~" and not options.theta and "residuals" not in equal


def _equalities(rows: list[Parameter], syntax: Syntax) -> None:
    """`equal("f =~ x")` gives two rows one label."""
    for statement in (s for s in syntax.statements if s.equal_to):
        for row in rows:
            if (row.lhs, row.op, row.rhs) != (statement.lhs, statement.op, statement.rhs):
                continue
            named = (statement.equal_to, statement.equal_to.removesuffix("1"))
            targets = [other for other in rows if other.group == row.group and other.key in named]
            if not targets:
                raise SurveykitError.of("SEM-EQUAL-UNKNOWN", f"model line {statement.line}", term=statement.equal_to)
            targets[0].label = targets[0].label or f".{targets[0].key}.{row.group}"
            row.label = targets[0].label
