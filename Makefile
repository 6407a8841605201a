.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# One worker more than a small machine has cores: browsers, databases and killed jobs leave the others waiting.
TEST_WORKERS ?= 3
# Threads of numerical libraries, waiting for each other on few cores, double the time of tests that run side by side.
TEST_THREADS ?= 1

.PHONY: help run test lint format requirements clean

help: ## show this help
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed; name it: make run PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.made requirements.txt setup.cfg pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

run: $(VENV)/.installed ## set up, load the demo region, print the best partners of a demo proposal, serve the pages on localhost
	$(BIN)/abbina demo
	$(BIN)/abbina serve

test: $(VENV)/.installed-dev ## set up, check style, types and layers, and run every test
	$(MAKE) --no-print-directory lint
	OMP_NUM_THREADS=$(TEST_THREADS) $(BIN)/python -m pytest -q -n $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.installed-dev ## ruff (lint and format), mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-dev ## put the code in format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

requirements: $(VENV)/.installed-dev ## compile requirements*.in into exact pins (the CPU build of torch is chosen)
	sh scripts/compile-requirements

clean: ## remove the environment and what tests left; keeps var/
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache
