"""Where a result comes from: enough to make it again, and no time of day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def own_version() -> str:
    """The installed version of surveykit."""
    try:
        return version("surveykit")
    except PackageNotFoundError:
        return "0+unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Fingerprints of specification and data, the call and its arguments, the engine, the seed, the version."""

    call: str
    arguments: tuple[tuple[str, str], ...] = ()
    data: str = ""
    spec: str = ""
    engine: str = "memory"
    seed: int | None = None
    version: str = ""

    @classmethod
    def of(
        cls,
        call: str,
        *,
        data: str = "",
        spec: str = "",
        engine: str = "memory",
        seed: int | None = None,
        **arguments: object,
    ) -> Provenance:
        """Note a call with its arguments, in the order of their names."""
        noted = tuple((name, repr(value)) for name, value in sorted(arguments.items()))
        return cls(
            call=call,
            arguments=noted,
            data=data,
            spec=spec,
            engine=engine,
            seed=seed,
            version=own_version(),
        )
