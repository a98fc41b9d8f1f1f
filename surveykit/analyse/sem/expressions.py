"""Arithmetic in parameter names, with its exact slopes: defined parameters and constraints."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from surveykit.errors import SurveykitError

FloatArray = NDArray[np.float64]
Dual = tuple[float, FloatArray]
"""A value and its gradient."""

_FUNCTIONS: dict[str, tuple[Callable[[float], float], Callable[[float], float]]] = {
    "exp": (math.exp, math.exp),
    "log": (math.log, lambda x: 1 / x),
    "sqrt": (math.sqrt, lambda x: 0.5 / math.sqrt(x)),
    "abs": (abs, lambda x: math.copysign(1.0, x)),
}
_ON_ARRAYS = {"exp": np.exp, "log": np.log, "sqrt": np.sqrt, "abs": np.abs}
_DOT = "__dot__"


@dataclass(frozen=True, slots=True)
class Expression:
    """An arithmetic expression: names, numbers, + - * / ^ and exp, log, sqrt, abs."""

    text: str
    place: str
    names: tuple[str, ...]

    @classmethod
    def of(cls, text: str, place: str) -> Expression:
        """Read an expression; refuses anything that is not arithmetic."""
        tree = _tree(text)
        if tree is None:
            raise SurveykitError.of("SEM-EXPRESSION", place, term=text.strip())
        called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        named = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called]
        return cls(text, place, tuple(dict.fromkeys(node.id.replace(_DOT, ".") for node in named)))

    def __call__(self, known: Mapping[str, Dual], size: int) -> Dual:
        """Value and gradient (size,) where each name has a value and gradient; NaN outside the domain."""
        tree = _tree(self.text)
        assert tree is not None
        try:
            return _dual(tree.body, known, size)
        except (ValueError, ZeroDivisionError, OverflowError):
            return float("nan"), np.full(size, np.nan)

    def over(self, known: Mapping[str, FloatArray]) -> FloatArray:
        """Values where each name stands for an array of them; NaN outside the domain."""
        tree = _tree(self.text)
        assert tree is not None
        with np.errstate(all="ignore"):
            return np.asarray(_arrays(tree.body, known), dtype=np.float64)

    def constant(self) -> float:
        """The value of an expression without names."""
        if self.names:
            raise SurveykitError.of("SEM-EXPRESSION", self.place, term=self.text.strip())
        return self({}, 0)[0]


@cache
def _tree(text: str) -> ast.Expression | None:
    """The checked syntax tree, or None where the text is not arithmetic."""
    source = text.strip().replace("^", "**")
    source = re.sub(r"[^\W\d][\w.]*", lambda name: name[0].replace(".", _DOT), source)
    try:
        tree = ast.parse(source, mode="eval")
    except (SyntaxError, ValueError):
        return None
    allowed = (ast.Expression, ast.BinOp, ast.UnaryOp, ast.Constant, ast.Name, ast.Load, ast.operator, ast.unaryop)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if not (isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS and len(node.args) == 1):
                return None
        elif not isinstance(node, allowed):
            return None
        if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div | ast.Pow):
            return None
        if isinstance(node, ast.Constant) and not isinstance(node.value, int | float):
            return None
    return tree


def _dual(node: ast.expr, known: Mapping[str, Dual], size: int) -> Dual:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value), np.zeros(size)
    if isinstance(node, ast.Name):
        return known[node.id.replace(_DOT, ".")]
    if isinstance(node, ast.UnaryOp):
        value, slope = _dual(node.operand, known, size)
        return (-value, -slope) if isinstance(node.op, ast.USub) else (value, slope)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        value, slope = _dual(node.args[0], known, size)
        function, derivative = _FUNCTIONS[node.func.id]
        return function(value), derivative(value) * slope
    assert isinstance(node, ast.BinOp)
    (a, da), (b, db) = _dual(node.left, known, size), _dual(node.right, known, size)
    match node.op:
        case ast.Add():
            return a + b, da + db
        case ast.Sub():
            return a - b, da - db
        case ast.Mult():
            return a * b, b * da + a * db
        case ast.Div():
            return a / b, da / b - a * db / b**2
        case _:
            power = a**b
            slope = b * a ** (b - 1) * da if da.any() else np.zeros(size)
            return float(power), slope + (power * math.log(a) * db if db.any() else 0.0)


def _arrays(node: ast.expr, known: Mapping[str, FloatArray]) -> FloatArray:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return np.asarray(float(node.value))
    if isinstance(node, ast.Name):
        return known[node.id.replace(_DOT, ".")]
    if isinstance(node, ast.UnaryOp):
        value = _arrays(node.operand, known)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return np.asarray(_ON_ARRAYS[node.func.id](_arrays(node.args[0], known)))
    assert isinstance(node, ast.BinOp)
    a, b = _arrays(node.left, known), _arrays(node.right, known)
    match node.op:
        case ast.Add():
            return a + b
        case ast.Sub():
            return a - b
        case ast.Mult():
            return a * b
        case ast.Div():
            return a / b
        case _:
            return np.asarray(a**b)
