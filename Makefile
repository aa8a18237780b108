# Otvet. `make help` lists what can be made. Works with GNU make 3.81, which macOS brings.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
# For `make run` and `make bench`: ARGS="run --help"
ARGS :=
# For `make test` and `make check`: PYTEST_ARGS="-k viber" runs a part. More workers than cores: many tests wait for
# processes to start; whole files, so that what a file shares is started once.
PYTEST_ARGS ?= -n 3 --dist loadfile
# For `make lock`: UPGRADE=--upgrade takes the newest releases instead of keeping what is locked.
UPGRADE :=

INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --only-binary :all:
COMPILE := $(BIN)/python -m uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(UPGRADE)

.DEFAULT_GOAL := help
.PHONY: help run test check format lock bench clean
# A stamp means that its recipe came to its end.
.DELETE_ON_ERROR:

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

run: $(VENV)/.runtime ## install what is needed and start the service
	@exec $(BIN)/python -m bot $(ARGS)

test: $(VENV)/.development ## run the whole test suite
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: $(VENV)/.development ## format, lint, types, import rules, then the tests: what CI runs
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest $(PYTEST_ARGS)

format: $(VENV)/.development ## put the code into the project's format
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

lock: $(VENV)/.made ## write the lock files anew from pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: "uv>=0.9"
	$(COMPILE) --output-file requirements.txt > /dev/null
	$(COMPILE) --extra dev --constraints requirements.txt --output-file requirements-dev.txt > /dev/null

bench: $(VENV)/.development ## measure: see docs/
	$(BIN)/python -m benchmarks $(ARGS)

clean: ## remove .venv, caches and build results; data/ and .env stay
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the environment ---

# PYTHON=/path/to/python3.12 is tried first.
$(VENV)/.made:
	@found=; for candidate in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
		"$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null || continue; \
		found=$$candidate; \
		"$$candidate" -c 'import ensurepip, venv' 2> /dev/null || continue; \
		echo "Making $(VENV) with $$("$$candidate" --version)"; \
		"$$candidate" -m venv --clear $(VENV) || exit 1; \
		touch $@; \
		exit 0; \
	done; \
	if [ -n "$$found" ]; then \
		echo "$$found has no venv module. On Debian and Ubuntu: apt install python3-venv" >&2; \
	else \
		echo "Python 3.11 or newer is needed and was not found. Install it, or say where it is: make run PYTHON=/path/to/python3" >&2; \
	fi; \
	exit 1

# `otvet` is the same as `python -m bot`, from whatever folder it is called. The project itself is not installed:
# that would mean building it.
$(VENV)/.runtime: $(VENV)/.made requirements.txt
	@echo "Installing the locked dependencies"
	@$(INSTALL) -r requirements.txt
	@printf '%s\n' '#!/bin/sh' 'cd "$$(dirname "$$0")/../.." && exec .venv/bin/python -m bot "$$@"' > $(BIN)/otvet
	@chmod +x $(BIN)/otvet
	@touch $@

$(VENV)/.development: $(VENV)/.runtime requirements-dev.txt
	@echo "Installing what the tests need"
	@$(INSTALL) -r requirements-dev.txt
	@touch $@
