"""Where the shipped questionnaires and data sets are, in a checkout and in an installed wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def home() -> Path:
    """The folder that holds `questionnaires/` and `data/`."""
    installed = _PACKAGE / "_home"
    return installed if installed.is_dir() else _PACKAGE.parent
