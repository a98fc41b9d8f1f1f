# Each target sets up what it needs in .venv; `make demo PYTHON=python3.12` chooses the interpreter.
PYTHON ?= $(shell for p in python3.12 python3.13 python3.11 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null \
	&& { echo $$p; break; }; done)
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
OUT ?= output/demo

.PHONY: demo test lab lint bench oracle docs lock clean

demo: .venv/.ready
	@$(BIN)/surveykit demo --out $(OUT)

test: .venv/.ready-test lint
	@$(BIN)/python -m pytest -n 2

lint: .venv/.ready-test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

lab: .venv/.ready
	@$(BIN)/jupyter lab notebooks/00_quickstart.ipynb

bench: .venv/.ready-test
	@$(BIN)/python benchmarks/run.py --out docs/benchmarks.md

oracle:
	Rscript tests/oracle/make.R output/oracle

docs: .venv/.ready
	@$(BIN)/surveykit schema --out questionnaires/schemas

lock: .venv/.ready-test
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile pyproject.toml --extra test --python-version 3.11 --no-header --no-annotate --no-emit-index-url --output-file requirements.lock

clean:
	rm -rf .venv build dist

.venv/.ready: pyproject.toml requirements.lock
	@test -n "$(PYTHON)" || { echo "surveykit needs Python 3.11, 3.12 or 3.13: install one, or name it with PYTHON=..."; exit 2; }
	@echo "Setting up .venv with $(PYTHON) (once, one to three minutes) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e .
	@touch $@

.venv/.ready-test: .venv/.ready
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e ".[test]"
	@touch $@
