"""The code in the documents is true: it parses, and what is shown to users of R runs as it stands."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GUIDE = "docs/for_lavaan_users.md"
DOCUMENTS = (GUIDE, "docs/for_survey_users.md", "docs/guide.md", "README.md", "README.zh.md", "README.ru.md")


def blocks(document: str) -> list[tuple[int, str, str]]:
    """Line, mark after the language and text of each Python block; "run" marks one that stands alone."""
    text = (ROOT / document).read_text(encoding="utf-8")
    found = re.finditer(r"^```python[ \t]*(\S*)[ \t]*\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    return [(text.count("\n", 0, match.start()) + 2, match[1], match[2]) for match in found]


def compiled(document: str, line: int, source: str):
    tree = ast.parse(source, filename=f"{document}:{line}")
    return compile(ast.increment_lineno(tree, line - 1), str(ROOT / document), "exec")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_python_block_parses(document):
    for line, _, source in blocks(document):
        compiled(document, line, source)


@pytest.mark.filterwarnings("default::surveykit.SurveykitWarning")
def test_the_guide_for_lavaan_users_runs_from_top_to_bottom(monkeypatch):
    monkeypatch.chdir(ROOT)
    found = blocks(GUIDE)
    assert len(found) >= 10
    space: dict[str, object] = {"__name__": "guide"}
    for line, _, source in found:
        exec(compiled(GUIDE, line, source), space)


RUNNABLE = [(name, *block) for name in DOCUMENTS[1:] for block in blocks(name) if block[1] == "run"]


@pytest.mark.parametrize(("document", "line", "mark", "source"), RUNNABLE, ids=[f"{b[0]}:{b[1]}" for b in RUNNABLE])
def test_a_block_marked_to_run_runs(document, line, mark, source, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    exec(compiled(document, line, source), {"__name__": "guide"})
