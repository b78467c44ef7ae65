# Third Factor. Every target first sets up what it needs in .venv, then does its job.
# Needed beforehand: Python 3.11 or newer, git, make. Another interpreter: make run PYTHON=python3.12

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8050
PY := .venv/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check
DOCS := $(PY) -m engine docs

.PHONY: help run serve test test-slow fuzz lint bench docs claims clean
.DELETE_ON_ERROR:

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run: .venv/.runtime ## the laboratory on http://127.0.0.1:8050 (PORT=8050)
	@$(PY) app.py --port $(PORT)

serve: .venv/.runtime ## the same for many visitors, under gunicorn (HOST=127.0.0.1 PORT=8050 WEB_CONCURRENCY=2)
	@HOST=$(HOST) PORT=$(PORT) $(PY) -m gunicorn -c gunicorn.conf.py app:server

test: .venv/.dev ## all tests but the long ones, browser included
	@scripts/need-chromium
	@$(PY) -m pytest -q -m "not slow" -n 2 --dist loadfile

test-slow: .venv/.dev ## the long tests
	@scripts/need-chromium
	@$(PY) -m pytest -q -m slow

fuzz: .venv/.dev ## random states of every experiment, other ones every time, for FUZZ_MINUTES=10
	@FUZZ_MINUTES=$(or $(FUZZ_MINUTES),10) PYTHON=$(PY) scripts/fuzz

lint: .venv/.dev ## style, types, layers and generated pages
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy --no-error-summary
	@$(PY) .venv/bin/lint-imports --no-logo
	@$(if $(wildcard docs/reference.md),$(DOCS) --check)

bench: .venv/.dev ## the benchmarks, as tables with ratios
	@$(PY) -m benchmarks

docs: .venv/.runtime ## write the generated pages of docs/ anew
	@$(DOCS)

claims: .venv/.dev ## measure the claims and write docs/claims and docs/claims.md anew (one experiment: ONLY=choice)
	@PYTHONPATH=.:tests $(PY) -m claims $(ONLY)

clean: ## remove everything that a target has made, .venv included
	rm -rf .venv .kernel_cache .pytest_cache .hypothesis .ruff_cache .mypy_cache .import_linter_cache .claims_cache test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps in .venv are older than the requirements when packages must be installed again.

.venv/.runtime: requirements.txt | $(PY)
	@echo "Installing packages (once, about a minute)"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/.dev: requirements-dev.txt requirements.txt | $(PY)
	@echo "Installing packages for tests and checks (once, about a minute)"
	@$(PIP) -r requirements-dev.txt
	@touch .venv/.runtime $@

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Third Factor needs Python 3.11 or newer, and '$(PYTHON)' is not that. Name one that is, for example: make $(or $(MAKECMDGOALS),run) PYTHON=python3.12"; exit 1; }
	@echo "Creating .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear .venv || { \
		rm -rf .venv; echo "'$(PYTHON) -m venv' does not work here. On Debian and Ubuntu this helps: apt-get install python3-venv"; exit 1; }
