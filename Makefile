# Yinxin 印信. `make` alone says what there is.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PY := .venv/bin/python
TESTS ?= tests
PYTEST_WORKERS ?= 2
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

.DEFAULT_GOAL := help
.PHONY: help run demo test check set-up set-up-tests assets chain outside lint types floors contracts docs wheel clean

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: set-up ## set up, run the main job once, leave the site open at http://localhost:8000
	@$(PY) -m api.commands run

demo: set-up ## the main job without the site; outputs in var/demo/
	@$(PY) -m api.commands demo

test: set-up-tests outside ## every test
	@$(PY) -m pytest -n $(PYTEST_WORKERS) --dist loadgroup $(TESTS)

check: set-up-tests lint types floors contracts docs ## lint, types, import floors, contract artifacts, docs

lint:
	@$(PY) -m ruff check . && $(PY) -m ruff format --check .
types:
	@$(PY) -m mypy
floors:
	@.venv/bin/lint-imports
contracts: chain
	@$(PY) -m ledger.compilation --check
docs:
	@$(PY) -m pytest -q -p no:cacheprovider tests/docs

set-up: .venv/.server assets chain
set-up-tests: .venv/.dev assets chain
assets: api/assets/.done
chain: hardhat-local/.done

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python is missing: install Python 3.11 or newer and run make again."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $(PYTHON) is older. Install it, or name it: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "[set-up] a virtual environment in .venv"
	@$(PYTHON) -m venv .venv

.venv/.server: requirements/server.txt pyproject.toml | .venv/bin/python
	@echo "[set-up] the locked Python packages (about a minute the first time)"
	@$(PY) -m pip install --disable-pip-version-check --progress-bar off --no-deps --require-hashes -r requirements/server.txt | sed -u -n 's/^Collecting \([^ ]*\).*/[set-up]   \1/p'
	@touch $@

.venv/.dev: requirements/dev.txt pyproject.toml | .venv/bin/python
	@echo "[set-up] the locked Python packages with the test tools (about a minute the first time)"
	@$(PY) -m pip install --disable-pip-version-check --progress-bar off --no-deps --require-hashes -r requirements/dev.txt | sed -u -n 's/^Collecting \([^ ]*\).*/[set-up]   \1/p'
	@touch $@ .venv/.server

api/assets/.done: api/assets/package-lock.json api/assets/manifest.json | .venv/bin/python
	@command -v npm >/dev/null || { echo "Node is missing: install Node 20 or newer with npm and run make again."; exit 1; }
	@echo "[set-up] fonts and browser libraries, checked by SHA-256"
	@$(PY) -m api.assets.build
	@touch $@

hardhat-local/.done: hardhat-local/package-lock.json
	@command -v npm >/dev/null || { echo "Node is missing: install Node 20 or newer with npm and run make again."; exit 1; }
	@echo "[set-up] the local chain"
	@npm --prefix hardhat-local ci --no-audit --no-fund --loglevel=error
	@touch $@

outside:
	@tests/outside-tools

wheel: assets ## build dist/yinxin-*.whl with its browser files and fonts inside
	@$(PY) -m hatchling build -t wheel

clean: ## remove all that set-up and runs made, var/ included
	rm -rf .venv node_modules hardhat-local/node_modules hardhat-local/.done api/assets/node_modules api/assets/.done \
	  api/static/third_party signing/fonts dist var
