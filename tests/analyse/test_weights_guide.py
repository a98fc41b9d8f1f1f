"""What docs/for_survey_users.md shows runs as it stands, from top to bottom."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "for_survey_users.md"


def test_the_guide_for_users_of_survey_and_mice_runs(monkeypatch):
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) == 5
    space: dict[str, object] = {"__name__": "guide"}
    for block in blocks:
        exec(compile(block, str(GUIDE), "exec"), space)
    assert abs(space["raked"].sampling.weights.sum() - 6194) < 1e-6
