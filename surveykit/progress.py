"""Shows the step that long work is at: on a terminal, in a notebook, and nowhere when output is piped."""

from __future__ import annotations

import html
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str], None]


@contextmanager
def shown() -> Iterator[Progress]:
    """A function to call with the name of each step; what it shows is gone when the work ends."""
    if _in_notebook():
        from IPython.display import HTML, display

        handle = display(HTML(""), display_id=True)
        try:
            yield lambda step: handle.update(HTML(f"<em>{html.escape(step)} …</em>"))
        finally:
            handle.update(HTML(""))
    elif sys.stderr is not None and sys.stderr.isatty():
        from rich.console import Console

        with Console(stderr=True).status("") as status:
            yield lambda step: status.update(f"{step} …")
    else:
        yield lambda step: None


def _in_notebook() -> bool:
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None else None
    return shell is not None and type(shell).__name__ == "ZMQInteractiveShell"
