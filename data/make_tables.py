"""Draws the customer tables of the synthetic studies again; what is planted stands in the constants.

Every study: two years up to END, the survey on SURVEY, customers who answered (by their number) and others who did not.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

import surveykit as sk

HERE = Path(__file__).resolve().parent
START, SURVEY, END = (pd.Timestamp(day) for day in ("2024-11-01", "2026-04-15", "2026-11-01"))
STRANGERS = 5
"""The last five respondents of every study are unknown to the customer tables."""

# S1: three times as many leave in this quarter; complaints about efficiency treble from this month on.
S1_BAD_QUARTER, S1_LEAVE_TIMES = ("2025-07-01", "2025-10-01"), 3.0
S1_SLOW_FROM, S1_SLOW_TIMES = "2026-05-01", 3.0
# S2: log odds of renewal a standard deviation of satisfaction, and of communication beside it.
S2_RENEW_LEVEL, S2_RENEW_SATISFACTION, S2_RENEW_COMMUNICATION = 0.4, 0.8, 0.5
# S3: four of ten orders promised in this month are late (one of twelve otherwise).
S3_START = pd.Timestamp("2025-11-01")
S3_LATE_MONTH, S3_LATE_SHARE, S3_USUAL_LATE = "2026-08", 0.4, 1 / 12
# S4: this week answers five times as slowly; e-mail is slow throughout; one of six keeps the standards badly.
S4_BAD_WEEK, S4_SLOW_TIMES, S4_WEAK_STAFF = ("2026-08-10", "2026-08-17"), 5.0, "W4"

SAYINGS = {
    "en": {
        ("SPEED", -1): ["I waited far too long for an answer.", "The queue was long and slow."],
        ("SPEED", 1): ["Quick and on time, thank you.", "A prompt answer within the hour."],
        ("ATTITUDE", -1): ["The clerk was rude to me.", "Staff were indifferent and unhelpful."],
        ("ATTITUDE", 1): ["Friendly and patient staff.", "The manager was polite and helpful."],
        ("PRICE", -1): ["Too expensive for what it is.", "A hidden fee again."],
        ("PRICE", 1): ["A fair price, good value for money."],
        ("QUALITY", -1): ["There was a mistake in the report.", "Careless work with wrong numbers."],
        ("QUALITY", 1): ["Accurate and thorough work."],
        ("INFORMATION", -1): ["Nobody explained the contract, it is confusing."],
        ("INFORMATION", 1): ["A clear explanation of every document."],
        ("DIGITAL", -1): ["The app crashes, a terrible system."],
        ("DIGITAL", 1): ["The online service is convenient and easy."],
    },
    "zh": {
        ("SPEED", -1): ["等了很久才有人回复，太慢了。", "又拖延了三天，效率差。", "排队等候时间太久。"],
        ("SPEED", 1): ["办理很快，非常及时。", "回复迅速，谢谢。"],
        ("ATTITUDE", -1): ["服务态度差，爱理不理。", "工作人员很不耐烦，态度冷淡。"],
        ("ATTITUDE", 1): ["服务态度很好，热情周到。", "接待人员耐心细心。"],
        ("PRICE", -1): ["收费太贵，不值。", "又多收了手续费。"],
        ("PRICE", 1): ["价格合理，性价比高。"],
        ("QUALITY", -1): ["报表出错了，工作马虎。", "数据弄错，质量差。"],
        ("QUALITY", 1): ["工作认真，质量不错。"],
        ("INFORMATION", -1): ["合同没有说明，解释不清楚。"],
        ("INFORMATION", 1): ["说明清楚，沟通顺利。"],
        ("DIGITAL", -1): ["系统老是登录失败，糟糕。"],
        ("DIGITAL", 1): ["网上办理很方便。"],
    },
    "ru": {
        ("SPEED", -1): ["Слишком долго ждал ответа.", "Очередь длинная и медленная."],
        ("SPEED", 1): ["Быстро и вовремя, спасибо.", "Ответили оперативно, за час."],
        ("ATTITUDE", -1): ["Сотрудница нагрубила.", "Персонал равнодушный и невежливый."],
        ("ATTITUDE", 1): ["Вежливые и терпеливые сотрудники.", "Менеджер внимательный, спасибо."],
        ("PRICE", -1): ["Слишком дорого.", "Опять скрытая комиссия, обман."],
        ("PRICE", 1): ["Цены доступные, выгодно."],
        ("QUALITY", -1): ["В отчёте ошибки.", "Работа небрежная, цифры неверные."],
        ("QUALITY", 1): ["Аккуратная и качественная работа."],
        ("INFORMATION", -1): ["Условия договора непонятные, никто не объяснил."],
        ("INFORMATION", 1): ["Всё понятно объяснили."],
        ("DIGITAL", -1): ["Приложение не работает, ужасная система."],
        ("DIGITAL", 1): ["Онлайн-сервис удобный."],
    },
}  # fmt: skip
# What the dissatisfied and the satisfied write about, as shares of the themes.
THEMES = ("SPEED", "ATTITUDE", "PRICE", "QUALITY", "INFORMATION", "DIGITAL")
UNHAPPY, HAPPY = (0.42, 0.10, 0.18, 0.12, 0.10, 0.08), (0.12, 0.40, 0.08, 0.22, 0.12, 0.06)
CONTACT = {"en": " Call me: +1 555-010-0199.", "zh": " 请联系 13800000000。", "ru": " Пишите: ivan@example.com."}


def respondents(study: str) -> pd.DataFrame:
    """Number, and standardised satisfaction (and communication where asked), of everybody who answered."""
    data = sk.load_data(study)
    scores = sk.score(data, scales=sk.load_study(study).measured(data.items)).frame
    found = pd.DataFrame({"customer": data.frame(["respondent"])["respondent"].astype(str)})
    for name, column in (("SAT", "z"), ("COM", "com")):
        value = scores[name] if name in scores else pd.Series(0.0, index=scores.index)
        found[column] = ((value - value.mean()) / (value.std() or 1.0)).fillna(0.0)
    return found


def people(study: str, others: int, rng: np.random.Generator) -> pd.DataFrame:
    """Customers of a study: the respondents but the last five, and others who did not answer."""
    own = respondents(study).iloc[:-STRANGERS]
    own = own.assign(language=rng.choice(["en", "zh", "ru"], len(own)))
    more = pd.DataFrame(
        {
            "customer": [str(number) for number in range(5001, 5001 + others)],
            "language": rng.choice(["en", "zh", "ru"], others),
            "z": rng.normal(size=others),
            "com": rng.normal(size=others),
        }
    )
    return pd.concat([own.assign(answered=True), more.assign(answered=False)], ignore_index=True)


def days(rng: np.random.Generator, begin: pd.Timestamp, end: pd.Timestamp, n: int) -> pd.DatetimeIndex:
    """Moments at random between two others, to the minute."""
    return begin + pd.to_timedelta(rng.integers(0, int((end - begin).total_seconds() // 60), n), unit="min")


def leaving(
    who: pd.DataFrame, rng: np.random.Generator, yearly: float, reasons: dict[str, float], bad: bool
) -> pd.DataFrame:
    """When customers joined, whether and when they left and why: less often the more satisfied they are."""
    joined = days(rng, pd.Timestamp("2022-01-01"), START + pd.Timedelta(days=240), len(who)).normalize()
    joined = joined.where(~(who["answered"] & (joined > SURVEY - pd.Timedelta(days=60))), START)
    edges = pd.date_range(START, END, freq="D")
    daily = np.full(len(edges), yearly / 365)
    if bad:
        daily[(edges >= S1_BAD_QUARTER[0]) & (edges < S1_BAD_QUARTER[1])] *= S1_LEAVE_TIMES
    spent = np.cumsum(daily)
    wanted = rng.exponential(size=len(who)) / np.exp(-0.5 * who["z"].to_numpy())
    at = np.searchsorted(spent, wanted)
    left = pd.Series(edges[np.minimum(at, len(edges) - 1)]).where(at < len(edges))
    left = left.where(left > joined + pd.Timedelta(days=10))
    left = left.where(~(who["answered"] & (left <= SURVEY)))
    why = pd.Series(rng.choice(list(reasons), len(who), p=list(reasons.values())), dtype=object)
    return pd.DataFrame(
        {
            "customer": who["customer"],
            "joined": joined,
            "left": left.dt.normalize(),
            "churn_reason": why.where(left.notna() & (why != "unknown")),
            "segment": rng.choice(["company", "household"], len(who), p=[0.35, 0.65]),
            "acquisition_cost": rng.gamma(4, 30, len(who)).round(0),
        }
    )


def buying(base: pd.DataFrame, rng: np.random.Generator, monthly: float, mean: float) -> pd.DataFrame:
    """What customers paid while they were there."""
    count = rng.poisson(monthly * 24, len(base))
    who = np.repeat(np.arange(len(base)), count)
    at = days(rng, START, END, len(who)).normalize()
    amount = rng.gamma(3, mean / 3, len(who)).round(2)
    rows = pd.DataFrame({"customer": base["customer"].to_numpy()[who], "at": at, "amount": amount})
    return numbered(present(rows, base, "at"), "purchase", "at")


def present(rows: pd.DataFrame, base: pd.DataFrame, time: str) -> pd.DataFrame:
    """The rows of customers who were there at the time."""
    own = base.set_index("customer").loc[rows["customer"]]
    here = (rows[time].to_numpy() >= own["joined"].to_numpy()) & ~(rows[time].to_numpy() > own["left"].to_numpy())
    return rows[here]


def numbered(rows: pd.DataFrame, key: str, time: str) -> pd.DataFrame:
    """Rows in order of time with a key of their own in front."""
    rows = rows.sort_values([time, "customer"], kind="stable").reset_index(drop=True)
    rows.insert(0, key, [f"{key[0]}{at:05d}" for at in range(1, len(rows) + 1)])
    return rows


def complaining(
    base: pd.DataFrame, who: pd.DataFrame, rng: np.random.Generator, yearly: float, slow: bool
) -> pd.DataFrame:
    """Complaints by type, how they were handled and how satisfied the customer was with that."""
    rate = yearly * 2 * np.exp(-0.4 * who["z"].to_numpy())
    owner = np.repeat(np.arange(len(base)), rng.poisson(rate * 1.6))
    opened = days(rng, START, END, len(owner))
    kind = rng.choice(["attitude", "quality", "efficiency", "other"], len(owner), p=[0.25, 0.3, 0.3, 0.15])
    early = (opened < S1_SLOW_FROM) & (kind == "efficiency") if slow else np.zeros(len(owner), dtype=bool)
    keep = rng.random(len(owner)) < np.where(early, 1 / S1_SLOW_TIMES, 0.65)
    handled = (rng.random(len(owner)) < 0.75).astype(int)
    resolved = opened + pd.to_timedelta(np.round(rng.exponential(60, len(owner)), 1), unit="h")
    fixed = np.clip(np.round(2.2 + 1.6 * handled + rng.normal(scale=0.8, size=len(owner))), 1, 5)
    rows = pd.DataFrame(
        {
            "customer": base["customer"].to_numpy()[owner],
            "opened": opened,
            "resolved": pd.Series(resolved).where(pd.Series(resolved) < END),
            "handled": handled,
            "type": kind,
            "channel": rng.choice(["phone", "web", "branch"], len(owner), p=[0.5, 0.3, 0.2]),
            "satisfaction": fixed,
        }
    )
    return numbered(present(rows[keep], base, "opened"), "complaint", "opened")


def writing(base: pd.DataFrame, who: pd.DataFrame, rng: np.random.Generator, yearly: float) -> pd.DataFrame:
    """Praise, complaints and suggestions with their texts."""
    owner = np.repeat(np.arange(len(base)), rng.poisson(yearly * 2, len(base)))
    at = days(rng, START, END, len(owner)).normalize()
    glad = rng.random(len(owner)) < 1 / (1 + np.exp(-1.6 * who["z"].to_numpy()[owner]))
    theme = np.where(glad, rng.choice(THEMES, len(owner), p=HAPPY), rng.choice(THEMES, len(owner), p=UNHAPPY))
    suggestion = rng.random(len(owner)) < 0.25
    language = who["language"].to_numpy()[owner]
    texts = [
        _said(SAYINGS[lang][(one, 1 if good else -1)], rng) + (CONTACT[lang] if rng.random() < 0.04 else "")
        for lang, one, good in zip(language, theme, glad, strict=True)
    ]
    rows = pd.DataFrame(
        {
            "customer": base["customer"].to_numpy()[owner],
            "at": at,
            "channel": rng.choice(["web", "phone", "branch"], len(owner), p=[0.6, 0.25, 0.15]),
            "valid": (rng.random(len(owner)) < 0.9).astype(int),
            "kind": np.where(suggestion, "suggestion", np.where(glad, "praise", "complaint")),
            "type": np.char.lower(theme.astype(str)),
            "adopted": np.where(suggestion, (rng.random(len(owner)) < 0.3).astype(float), np.nan),
            "text": texts,
        }
    )
    return numbered(present(rows, base, "at"), "feedback", "at")


def _said(sayings: list[str], rng: np.random.Generator) -> str:
    return sayings[int(rng.integers(len(sayings)))]


def asking(rng: np.random.Generator, at: pd.DatetimeIndex, slow: np.ndarray) -> pd.DataFrame:
    """Contacts opened at these moments, with channel, staff, outcome and times; some are still open at the end."""
    n = len(at)
    channel = rng.choice(["phone", "chat", "email"], n, p=[0.5, 0.3, 0.2])
    usual = pd.Series(channel).map({"phone": 25.0, "chat": 40.0, "email": 5.5 * 3600}).to_numpy()
    wait = rng.exponential(usual) * np.where(slow, S4_SLOW_TIMES, 1.0)
    gone = (channel != "email") & (rng.random(n) < np.clip(wait / 600, 0, 0.5))
    answered = at + pd.to_timedelta(np.round(wait), unit="s")
    work = rng.gamma(2, np.where(channel == "email", 5 * 3600, 150))
    later = rng.random(n) < 0.15
    resolved = answered + pd.to_timedelta(np.round(work + later * rng.exponential(2 * 86400, n)), unit="s")
    rows = pd.DataFrame(
        {
            "opened": at,
            "answered": pd.Series(answered).where(~gone & (answered < END)),
            "resolved": pd.Series(resolved).where(~gone & (resolved < END)),
            "channel": channel,
            "staff": rng.choice([f"W{number}" for number in range(1, 7)], n),
            "outcome": np.where(gone, "abandoned", "served"),
        }
    )
    first = rows["resolved"].notna() & ~later
    return rows.assign(first_contact=np.where(rows["resolved"].notna(), first.astype(float), np.nan))


def s1_satisfaction() -> dict[str, pd.DataFrame]:
    """A financial service provider: churn, complaints, praise, suggestions, spend, response times."""
    rng = np.random.default_rng(1101)
    who = people("s1_satisfaction", 300, rng)
    reasons = {"service quality": 0.45, "product quality": 0.25, "after-sales": 0.15, "unknown": 0.15}
    base = leaving(who, rng, 0.16, reasons, bad=True)
    owner = np.repeat(np.arange(len(base)), rng.poisson(1.6, len(base)))
    contacts = asking(rng, days(rng, START, END, len(owner)), np.zeros(len(owner), dtype=bool))
    contacts.insert(0, "customer", base["customer"].to_numpy()[owner])
    return {
        "customers": base,
        "complaints": complaining(base, who, rng, 0.28, slow=True),
        "feedback": writing(base, who, rng, 0.45),
        "contacts": numbered(present(contacts, base, "opened"), "contact", "opened"),
        "purchases": buying(base, rng, 0.12, 180),
    }


def s2_loyalty() -> dict[str, pd.DataFrame]:
    """An accounting firm: contracts due after the survey, referrals, activities, contacts, complaints, spend."""
    rng = np.random.default_rng(1102)
    who = people("s2_loyalty", 250, rng)
    reasons = {"service": 0.4, "price": 0.35, "closed down": 0.15, "unknown": 0.1}
    base = leaving(who, rng, 0.10, reasons, bad=False)
    due = SURVEY + pd.to_timedelta(rng.integers(15, 190, len(who)), unit="D")
    odds = S2_RENEW_LEVEL + S2_RENEW_SATISFACTION * who["z"] + S2_RENEW_COMMUNICATION * who["com"]
    renewed = (rng.random(len(who)) < 1 / (1 + np.exp(-odds))).astype(int)
    contracts = pd.DataFrame(
        {
            "customer": who["customer"],
            "start": due - pd.Timedelta(days=365),
            "due": due,
            "renewed": renewed,
            "value": rng.gamma(4, 300, len(who)).round(0),
        }
    )
    earlier = contracts.assign(
        due=contracts["due"] - pd.Timedelta(days=365), start=contracts["start"] - pd.Timedelta(days=365), renewed=1
    )
    gone = base["left"].notna() & (base["left"] < due)
    contracts = numbered(pd.concat([earlier, contracts[~gone]]), "contract", "due")
    refers = np.repeat(np.arange(len(base)), rng.poisson(0.35 * np.exp(0.7 * who["z"])))
    referrals = pd.DataFrame(
        {"customer": base["customer"].to_numpy()[refers], "made": days(rng, START, END, len(refers)).normalize()}
    )
    takes = np.repeat(np.arange(len(base)), rng.poisson(0.5, len(base)))
    before = np.clip(np.round(3.2 + 0.6 * who["z"].to_numpy()[takes] + rng.normal(scale=0.6, size=len(takes))), 1, 5)
    after = np.clip(before + rng.choice([-1, 0, 1], len(takes), p=[0.1, 0.5, 0.4]), 1, 5)
    activities = pd.DataFrame(
        {
            "activity": rng.choice(["tax seminar", "open day"], len(takes)),
            "customer": base["customer"].to_numpy()[takes],
            "at": days(rng, START, END, len(takes)).normalize(),
            "before": before,
            "after": after,
        }
    )
    owner = np.repeat(np.arange(len(base)), rng.poisson(2.2, len(base)))
    contacts = asking(rng, days(rng, START, END, len(owner)), np.zeros(len(owner), dtype=bool))
    contacts.insert(0, "customer", base["customer"].to_numpy()[owner])
    return {
        "customers": base,
        "contracts": contracts,
        "contacts": numbered(present(contacts, base, "opened"), "contact", "opened"),
        "complaints": complaining(base, who, rng, 0.22, slow=False),
        "referrals": numbered(present(referrals, base, "made"), "referral", "made"),
        "activities": numbered(present(activities, base, "at"), "participation", "at"),
        "feedback": writing(base, who, rng, 0.3),
        "purchases": buying(base, rng, 0.15, 260),
    }


def s3_service() -> dict[str, pd.DataFrame]:
    """A seller: orders with their promise, invoices, complaints."""
    rng = np.random.default_rng(1103)
    who = people("s3_service", 150, rng)
    base = pd.DataFrame({"customer": who["customer"], "joined": START - pd.Timedelta(days=200), "left": pd.NaT})
    owner = np.repeat(np.arange(len(base)), rng.poisson(4.2, len(base)))
    n = len(owner)
    placed = days(rng, S3_START, END, n)
    promised = placed.normalize() + pd.to_timedelta(rng.integers(2, 9, n), unit="D")
    late = rng.random(n) < np.where(promised.strftime("%Y-%m") == S3_LATE_MONTH, S3_LATE_SHARE, S3_USUAL_LATE)
    offset = np.where(late, rng.uniform(4, 120, n), -rng.uniform(1, 20, n))
    delivered = pd.Series(promised + pd.to_timedelta(np.round(offset, 1), unit="h")).clip(lower=pd.Series(placed))
    cancelled = rng.random(n) < 0.02
    delivered = delivered.where((delivered < END) & ~cancelled)
    lines = rng.integers(1, 7, n)
    filled = lines - rng.binomial(lines, 0.03)
    asked = rng.random(n) < 0.12
    orders = pd.DataFrame(
        {
            "customer": base["customer"].to_numpy()[owner],
            "placed": placed,
            "promised": promised,
            "delivered": delivered,
            "lines": lines,
            "lines_filled": filled,
            "correct": np.where(delivered.notna(), (rng.random(n) < 0.97).astype(float), np.nan),
            "change_asked": asked.astype(int),
            "change_made": np.where(asked, (rng.random(n) < 0.7).astype(float), np.nan),
            "tracked": (rng.random(n) < 0.8).astype(int),
            "returned": np.where(delivered.notna(), (rng.random(n) < 0.05).astype(float), np.nan),
            "cancelled": cancelled.astype(int),
        }
    )
    orders = numbered(orders, "order", "placed")
    sent = orders[orders["delivered"].notna()]
    due = sent["delivered"].dt.normalize() + pd.Timedelta(days=7)
    issued = sent["delivered"] + pd.to_timedelta(rng.exponential(60, len(sent)).round(1), unit="h")
    invoices = pd.DataFrame(
        {
            "customer": sent["customer"],
            "order": sent["order"],
            "due": due,
            "issued": issued.where(issued < END),
            "correct": (rng.random(len(sent)) < 0.96).astype(int),
        }
    )
    raised = complaining(base, who, rng, 0.12, slow=False)
    return {
        "customers": base[["customer", "joined"]].assign(segment=rng.choice(["trade", "private"], len(base))),
        "orders": orders,
        "invoices": numbered(invoices, "invoice", "due"),
        "complaints": numbered(raised[raised["opened"] >= S3_START].drop(columns="complaint"), "complaint", "opened"),
    }


def s4_levels() -> dict[str, pd.DataFrame]:
    """A service centre: half a year of contacts by channel and person, and mystery shopping."""
    rng = np.random.default_rng(1104)
    who = people("s4_levels", 120, rng)
    span = pd.date_range(END - pd.Timedelta(days=182), END - pd.Timedelta(days=1), freq="D")
    busy = np.array([1.3, 1.15, 1.0, 1.0, 1.1, 0.45, 0.3])[span.day_of_week]
    count = rng.poisson(26 * busy)
    at = np.repeat(span, count) + pd.to_timedelta(rng.integers(8 * 60, 20 * 60, int(count.sum())), unit="min")
    slow = np.asarray((at >= S4_BAD_WEEK[0]) & (at < S4_BAD_WEEK[1]))
    contacts = asking(rng, pd.DatetimeIndex(at), slow)
    contacts.insert(0, "customer", rng.choice(who["customer"], len(contacts)))
    staff = [f"W{number}" for number in range(1, 7)]
    checked = np.repeat(staff, 26)
    level = np.where(checked == S4_WEAK_STAFF, 0.62, 0.88)
    checks = pd.DataFrame(
        {
            "customer": "",
            "at": np.tile(pd.date_range(span[0], periods=26, freq="7D"), 6),
            "staff": checked,
            "met": rng.binomial(12, level),
            "standards": 12,
        }
    )
    return {
        "customers": pd.DataFrame(
            {"customer": who["customer"], "joined": START, "segment": rng.choice(["new", "regular"], len(who))}
        ),
        "contacts": numbered(contacts, "contact", "opened"),
        "checks": numbered(checks, "check", "at").drop(columns="customer"),
    }


def s3_provider() -> pd.DataFrame:
    """Twenty-four members of staff rate the same service: delivery (DEL) and returns (RTN) higher than customers do."""
    study, form = sk.load_study("s3_service"), sk.load_questionnaire("s3_provider")
    measured = study.measured([item.code for item in form.items])
    levels = {name: level for name, level in study.simulation.levels.items() if name in measured}
    levels |= {"DEL": 0.78, "RTN": 0.72}
    loadings = {code: own for code, own in study.simulation.loadings.items() if form.has(code)}
    truth = study.simulation.model_copy(
        update={"levels": levels, "paths": {}, "loadings": loadings, "n": 24, "seed": 3060, "careless": 0.0}
    )
    model = study.model.model_copy(update={"measurement": measured, "structure": {}})
    asked = study.model_copy(update={"questionnaire": form, "model": model, "simulation": truth})
    return sk.simulate(asked).raw.astype("Int64")


STUDIES: dict[str, Callable[[], dict[str, pd.DataFrame]]] = {
    "s1_satisfaction": s1_satisfaction,
    "s2_loyalty": s2_loyalty,
    "s3_service": s3_service,
    "s4_levels": s4_levels,
}


def make(study: str, folder: Path) -> list[Path]:
    """Write the tables of one study to a folder, a file a table."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, frame in STUDIES[study]().items():
        path = folder / f"{name}.csv"
        frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
        written.append(path)
    return written


if __name__ == "__main__":
    for study in STUDIES:
        make(study, HERE / study / "tables")
    s3_provider().to_csv(HERE / "s3_service" / "provider.csv", index=False, encoding="utf-8", lineterminator="\n")
