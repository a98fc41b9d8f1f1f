"""Where the rows live."""

from surveykit.engine.memory import MemoryEngine
from surveykit.engine.protocol import Engine

__all__ = ["Engine", "MemoryEngine"]
