"""Hides personal data in comments: phones, e-mails, addresses of pages and people, identity and bank card numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable

from surveykit.language import say

DIGIT_RUN = re.compile(r"\d")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"


def _digits(text: str) -> str:
    return "".join(str(int(mark)) for mark in DIGIT_RUN.findall(text))


def _is_date(year: int, month: int, day: int) -> bool:
    return 1900 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31


def _chinese_id(text: str) -> bool:
    """A Chinese identity number: a date within, and the check digit of GB 11643 in the long form."""
    digits = _digits(text)
    if len(text) == 15:
        return _is_date(1900 + int(digits[6:8]), int(digits[8:10]), int(digits[10:12]))
    if not _is_date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14])):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits[:17], WEIGHTS, strict=True))
    return CHECKS[total % 11] == text[-1].upper()


def _luhn(text: str) -> bool:
    """A bank card number: 13 to 19 digits that keep Luhn's rule (ISO/IEC 7812)."""
    digits = [int(digit) for digit in _digits(text)]
    if not 13 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    doubled = [digit * 2 - 9 * (digit > 4) if at % 2 else digit for at, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def _any(text: str) -> bool:
    return True


_FREE = r"(?<![\d.,-])"
_END = r"(?![\d]|[.,]\d)"
KINDS: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("email", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), _any),
    ("link", re.compile(r"(?:https?://|www\.)[^\s，。；）)]+", re.IGNORECASE), _any),
    ("id", re.compile(rf"{_FREE}(?:[1-9]\d{{16}}[\dXx]|[1-9]\d{{14}}){_END}"), _chinese_id),
    ("id", re.compile(rf"{_FREE}\d{{3}}-\d{{3}}-\d{{3}}[ -]\d{{2}}{_END}"), _any),
    ("id", re.compile(r"(?<=паспорт)\D{0,12}\d{2}\s?\d{2}\s?№?\s?\d{6}", re.IGNORECASE), _any),
    ("id", re.compile(r"(?<=инн)\W{0,3}(?:\d{12}|\d{10})(?!\d)", re.IGNORECASE), _any),
    ("id", re.compile(r"(?<=снилс)\W{0,3}\d{11}(?!\d)", re.IGNORECASE), _any),
    ("id", re.compile(r"(?<=passport)\W{0,12}(?:no\.?\s*)?[A-Z]{0,2}\d{6,9}(?!\d)", re.IGNORECASE), _any),
    ("card", re.compile(rf"{_FREE}\d(?:[ -]?\d){{12,18}}{_END}"), _luhn),
    ("phone", re.compile(rf"{_FREE}(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{{4}}[- ]?\d{{4}}{_END}"), _any),
    ("phone", re.compile(rf"{_FREE}(?:\(0\d{{2,3}}\)|0\d{{2,3}})[- ]?\d{{7,8}}{_END}"), _any),
    ("phone", re.compile(rf"{_FREE}(?:\+7|8)[ -]?\(?\d{{3}}\)?[ -]?\d{{3}}[ -]?\d{{2}}[ -]?\d{{2}}{_END}"), _any),
    ("phone", re.compile(rf"{_FREE}\(?[2-9]\d{{2}}\)?[ -]\d{{3}}-\d{{4}}{_END}"), _any),
    ("phone", re.compile(r"(?<!\d)\+\d{1,3}[ -]?(?:\(\d{1,4}\)[ -]?)?\d{2,4}(?:[ -]?\d{2,4}){1,3}(?!\d)"), _any),
    ("account", re.compile(r"(?<![a-z])qq\s*(?:号|群)?\s*[:：]?\s*\d{5,11}(?!\d)", re.IGNORECASE), _any),
    ("account", re.compile(
        r"(?:微信号?|(?<![a-z])(?:wechat|weixin|vx))\s*(?:号|id)?\s*[:：]\s*[a-z][\w-]{4,19}", re.IGNORECASE), _any),
    ("account", re.compile(r"(?<![\w.])@[A-Za-z0-9_\u4e00-\u9fff\u0400-\u04ff]{2,30}"), _any),
)  # fmt: skip


def masked(text: str, lang: str = "en", counts: Counter[str] | None = None) -> str:
    """One text with its personal data replaced by a word in brackets; `counts` is added to by kind."""
    for kind, pattern, proved in KINDS:
        text = pattern.sub(lambda match, kind=kind, proved=proved: _hidden(match, kind, proved, lang, counts), text)
    return text


def _hidden(
    match: re.Match[str], kind: str, proved: Callable[[str], bool], lang: str, counts: Counter[str] | None
) -> str:
    found = match.group()
    if not proved(found):
        return found
    if counts is not None:
        counts[kind] += 1
    blank = found[: len(found) - len(found.lstrip())]
    return f"{blank}[{say(f'mask.{kind}', lang)}]"


def mask_personal(texts: Iterable[object], lang: str = "en") -> tuple[list[str], dict[str, int]]:
    """Texts with personal data hidden, and how many of each kind were: phone, email, id, card, link, account.

    Phones (Chinese, Russian, North American, and international with +), e-mails, links, Chinese identity numbers (check
    digit), Russian passport, INN and SNILS, bank cards (Luhn), QQ and WeChat accounts, @names. `lang`: of the words in
    brackets. Missing texts become "". Names of people and postal addresses are not recognised: read before you publish.
    """
    counts: Counter[str] = Counter()
    return [masked(text, lang, counts) if isinstance(text, str) else "" for text in texts], dict(counts)
