# Everything a person does with this repository. `make` alone says what there is.

PYTHON ?= python3
AUDITS := bizzy kazoom
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help audit test test-runs test-spark test-deep lint format bench bench-all bench-detection lab notebooks-released samples schemas constraints clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-19s %s\n", $$1, $$2 }' Makefile

audit: $(VENV)/installed  ## audit both operators' sample exports; the reports go to reports/
	@started=$$(date +%s); reports=; \
	for audit in $(AUDITS); do \
	  code=0; $(BIN)/teleaudit run audits/$$audit/audit.yaml --out reports || code=$$?; \
	  [ $$code -le 2 ] || { echo "make audit: $$audit ended with exit code $$code" >&2; exit $$code; }; \
	  run=$$(ls -d reports/$$audit/*/COMPLETE | sort | tail -n 1); \
	  reports="$$reports$$(printf '\n  %s  (exit code %s)' "$${run%COMPLETE}record/report.da.pdf" $$code)"; \
	done; \
	printf 'Audited in %s s. The reports:%s\n' $$(($$(date +%s) - started)) "$$reports"

test: $(VENV)/installed-test lint  ## style, types and all tests but whole runs, Spark and the long ones; five minutes
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not whole_run and not deep and not spark"

test-runs: $(VENV)/installed-test  ## whole runs, stock kernels, JupyterLab, installations: what a user does
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder -m "whole_run and not deep and not spark"

test-spark: $(VENV)/installed-test  ## what needs Spark, in one process: the rules and the readers on it answer as on DuckDB
	$(BIN)/pytest -m "spark and not deep"

test-deep: $(VENV)/installed-test  ## the long tests, and many examples where a few are drawn otherwise
	$(BIN)/pytest -n 3 --dist worksteal --hypothesis-profile deep -m "(deep or hypothesis) and not spark"
	$(BIN)/pytest --hypothesis-profile deep -m "(deep or hypothesis) and spark"

lint: $(VENV)/installed-test  ## style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: $(VENV)/installed-test  ## put the code into its form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(VENV)/installed-bench  ## speed and memory against peers, a few minutes at small sizes
	$(BIN)/python benchmarks/teledata.py --rows 1000000 --repeat 1
	$(BIN)/python benchmarks/detectors.py --rows 1000000
	$(BIN)/python benchmarks/report.py
	$(BIN)/python benchmarks/scaling.py --rows 100000 1000000 --out build/benchmarks

bench-all: $(VENV)/installed-bench  ## all measurements of the README; hours, and 60 GB of disk
	$(BIN)/python benchmarks/teledata.py
	$(BIN)/python benchmarks/detectors.py
	$(BIN)/python benchmarks/spark.py
	$(BIN)/python benchmarks/scaling.py

bench-detection: $(VENV)/installed-bench  ## what the detectors find and miss in a labelled corpus, beside their peers, a few minutes
	$(BIN)/python -m benchmarks.detection --peers
	$(BIN)/python -m benchmarks.detection.clean --megabytes 50

lab: $(VENV)/installed  ## JupyterLab on the notebooks, of AUDIT=name or of what they ask for; no other machine is asked for news or updates
	$(BIN)/teleaudit lab $(AUDIT)

notebooks-released: $(VENV)/installed  ## write down that notebooks/ are as this version releases them, teleaudit/notebooks/released.json
	$(BIN)/python -m teleaudit.notebooks.selection

schemas: $(VENV)/installed  ## make schemas/ anew, what editors check audit.yaml, policy.yaml and rules by
	$(BIN)/python -m teleaudit.rules.file_schemas

samples: $(VENV)/installed  ## make data_samples/ anew from its seed
	$(BIN)/teleaudit samples data_samples

clean:  ## remove the environment, caches and built files; reports/ stay
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

# The environment. A stamp says what is installed: while the pins stand, nothing asks the network again.
# The environment gets its pip from the pins, so Debian's python3-venv (ensurepip) is not needed.
PIP := $(PYTHON) -m pip --disable-pip-version-check --python $(BIN)/python install --quiet

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "teleaudit needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>&1 || true). Name another: make PYTHON=python3.12 audit" >&2; exit 1; }
	@$(PYTHON) -c 'import pip' 2>/dev/null || { echo "$(PYTHON) has no pip. On Debian: apt install python3-pip" >&2; exit 1; }
	$(PYTHON) -m venv --without-pip $(VENV)

$(VENV)/installed: constraints.txt pyproject.toml | $(BIN)/python
	@echo "Installing what constraints.txt pins, about a minute ..."
	@$(PIP) --require-hashes -r constraints.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/installed-test: constraints-test.txt $(VENV)/installed
	@echo "Installing what the tests need, constraints-test.txt ..."
	@$(PIP) --require-hashes -r constraints-test.txt
	@touch $@

$(VENV)/installed-bench: constraints-bench.txt $(VENV)/installed
	@echo "Installing what the benchmarks compare with, constraints-bench.txt ..."
	@$(PIP) --require-hashes -r constraints-bench.txt
	@touch $@

# The pins: every version with the hashes of all its files, for every Python from 3.11 on; no address, no path.
LOCK := uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes \
  --no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make constraints" --quiet

constraints:  ## pin what pyproject.toml asks for (needs uv; UV_FLAGS=--upgrade for the newest)
	$(LOCK) $(UV_FLAGS) -o constraints.txt
	$(LOCK) $(UV_FLAGS) --extra sign -c constraints.txt -o constraints-sign.txt
	$(LOCK) $(UV_FLAGS) --extra test --extra sign -c constraints-sign.txt -o constraints-test.txt
	$(LOCK) $(UV_FLAGS) --extra bench --extra spark --extra sign -c constraints-sign.txt -o constraints-bench.txt
