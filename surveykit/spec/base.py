"""What every specification shares: frozen fields, no unknown keys, texts in several languages, a fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Annotated, NoReturn

from pydantic import BaseModel, ConfigDict, Field, RootModel, StringConstraints
from pydantic_core import PydanticCustomError

from surveykit.errors import Value

ItemCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,6}[0-9]{1,2}[a-z]?$")]
"""Survives SPSS, LimeSurvey, REDCap, XLSForm and Stata without renaming."""
ConstructCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,6}$")]
SectionCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,6}[0-9]{0,2}$")]
FileCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{2,39}$")]
Lang = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class Spec(BaseModel):
    """A frozen specification; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical form: JSON with sorted keys, without defaults' order or file layout mattering."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


class Text(RootModel[dict[Lang, Words]]):
    """One text in several languages: language code -> words."""

    model_config = ConfigDict(frozen=True)

    root: dict[Lang, Words] = Field(min_length=1)

    def __getitem__(self, lang: str) -> str:
        return self.root[lang]

    def __iter__(self) -> Iterator[str]:  # type: ignore[override]
        return iter(self.root)

    def get(self, lang: str, default: str = "") -> str:
        """The words in `lang`, or `default`."""
        return self.root.get(lang, default)


def refuse(code: str, **values: Value) -> NoReturn:
    """Refuse a value inside a validator with a problem of the catalogue; the reader adds file and line."""
    raise PydanticCustomError("surveykit", "{code}", {"code": code, "values": values})
