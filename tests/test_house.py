"""The house stands as docs/decisions/0001 says: floors, small modules, no hidden imports, one list of dependencies."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "surveykit").rglob("*.py"))
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_floors_are_kept():
    found = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**__import__("os").environ, "PYTHONUTF8": "1"},
    )
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_small_and_imports_the_package_only_at_its_top(path):
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= 400
    tree = ast.parse(source)
    top = set(tree.body)
    for node in ast.walk(tree):
        inner = isinstance(node, ast.Import | ast.ImportFrom) and node not in top
        if inner and path.name != "__init__.py":
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
            relative = isinstance(node, ast.ImportFrom) and node.level > 0
            assert not relative and not any(name.startswith("surveykit") for name in names), ast.unparse(node)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_what_it_is_for(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_every_public_name_loads_and_is_documented():
    import surveykit as sk

    for name in sk.__all__:
        assert getattr(sk, name).__doc__, name
    assert set(sk.__all__) <= set(dir(sk))
    with pytest.raises(AttributeError):
        _ = sk.no_such_name


def test_importing_surveykit_loads_nothing_heavy():
    code = "import sys, surveykit; print([m for m in ('numpy','pandas','matplotlib','scipy') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_command_line_help_loads_nothing_heavy():
    code = (
        "import sys; from click.testing import CliRunner; from surveykit.cli import main;"
        "r = CliRunner().invoke(main, ['--help']); assert r.exit_code == 0;"
        "print([m for m in ('numpy','pandas','matplotlib','scipy','yaml') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def _requirements(lines: list[str]) -> dict[str, str]:
    found = {}
    for line in lines:
        match = re.match(r"^([A-Za-z0-9_.-]+)(.*)$", line)
        assert match, line
        found[match[1].lower().replace("_", "-")] = match[2].replace(" ", "")
    return found


def test_environment_yml_names_the_same_packages_and_bounds_as_pyproject():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda = [entry for entry in environment["dependencies"] if isinstance(entry, str) and entry != "pip"]
    pip = next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    listed = _requirements([*conda, *[line for line in pip if not line.startswith("-e")]])
    python = listed.pop("python")
    assert python == PYPROJECT["project"]["requires-python"]
    assert listed == _requirements(PYPROJECT["project"]["dependencies"])


def test_every_dependency_has_a_floor_and_a_cap():
    for line in PYPROJECT["project"]["dependencies"]:
        assert ">=" in line and "<" in line, line


def test_the_lock_holds_names_and_versions_only_and_every_dependency():
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").split()
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.+!-]+", line) for line in lines)
    locked = {line.split("==")[0].lower() for line in lines}
    wanted = PYPROJECT["project"]["dependencies"] + PYPROJECT["project"]["optional-dependencies"]["test"]
    assert set(_requirements(wanted)) <= locked


def test_text_files_are_opened_with_an_encoding():
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            modes = [c.value for a in node.args[:2] for c in ast.walk(a) if isinstance(c, ast.Constant)]
            binary = any("b" in mode for mode in modes if isinstance(mode, str))
            text_mode = name in ("read_text", "write_text") or (name == "open" and not binary)
            if text_mode:
                assert any(k.arg == "encoding" for k in node.keywords), f"{path.name}:{node.lineno}"
