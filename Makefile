# What one does here. `make` lists it.

PYTHON ?= python3
UV_VERSION := 0.13.8
UV := .uv/bin/uv
BIN := .venv/bin
export UV_PYTHON_DOWNLOADS := never

SECONDS ?= 600
SEED ?=

.DEFAULT_GOAL := help
.PHONY: help install run test test-chaos check format

help: ## Say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: .venv/.installed ## Create .venv from uv.lock; needs Python 3.11 or newer and a package index, nothing else
	@$(BIN)/python -m compileall -q beatbook services gateway

run: install ## Start everything with the demo country on http://127.0.0.1:8000; Ctrl-C stops it
	$(BIN)/beatbook up --demo

test: install ## Run all tests on servers of their own (TESTS=path picks some)
	$(BIN)/pytest --numprocesses auto --dist loadfile $(TESTS)

test-chaos: install ## Kill and freeze everything at random under load, SECONDS=600 long; SEED=7 repeats a run
	BEATBOOK_CHAOS_SECONDS=$(SECONDS) BEATBOOK_CHAOS_SEED=$(SEED) $(BIN)/pytest --capture=no tests/chaos/test_chaos.py

check: install ## Format, lint, types, walls and pure tests: what to run before a commit
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -m pure --quiet

format: install ## Format the code and mend what lint can mend
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

$(UV):
	$(PYTHON) -m venv .uv
	.uv/bin/pip install --quiet uv==$(UV_VERSION)

.venv/.installed: uv.lock pyproject.toml | $(UV)
	$(UV) sync --locked --quiet --compile-bytecode --python $(PYTHON)
	@touch $@
