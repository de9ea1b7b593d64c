# What one needs while working on smtptui. `make venv` first; everything else runs in it.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: venv check test test-quick full docs release

venv:            ## a virtual environment with everything the tests need
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q -e '.[test]'

check:           ## format, lint, types, imports
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(BIN)/mypy
	$(BIN)/lint-imports

test-quick:      ## at most a minute: the rooms without a terminal, a mail server or a process of its own
	$(BIN)/pytest -q -n auto -m "not slow" tests

test:            ## everything; loopback only
	$(BIN)/pytest -q -n auto

full:            ## what takes too long for every change: the kill matrix whole
	PYTHON=$(BIN)/python .ci/full

docs:            ## the files that are made from the code
	$(BIN)/python -m smtptui.tui.actions > smtptui/tui/KEYS.md
	$(BIN)/python -m smtptui.cli.framework.completion_scripts

release:         ## wheel and source archive in dist/; the steps are in CONTRIBUTING.md
	$(BIN)/pip install -q build
	$(BIN)/python -m build
