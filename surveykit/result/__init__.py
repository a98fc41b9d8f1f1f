"""The Result contract and Provenance, once."""

from surveykit.result.contract import Result, formatted, kind_of
from surveykit.result.provenance import Provenance, own_version
from surveykit.result.writer import Names, Writer

__all__ = ["Names", "Provenance", "Result", "Writer", "formatted", "kind_of", "own_version"]
