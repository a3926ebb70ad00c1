# fieldops: `make run` shows one real site walk, `make test` proves it.  `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup console screenshots run test check-coverage soak lint style types format bench gen check-gen lock clean

# The first Python that is new enough; override with `make PYTHON=/path/to/python`.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
OURS := -e . -e ./sync $(patsubst %/pyproject.toml,-e ./%,$(sort $(wildcard plugins/*/pyproject.toml)))
NAMES := fieldops fieldops-sync $(patsubst plugins/%/pyproject.toml,fieldops-%,$(sort $(wildcard plugins/*/pyproject.toml)))
WORKERS ?= 2
TYPES := $(BIN)/mypy --no-error-summary && $(BIN)/mypy --no-error-summary -p tests \
	&& $(BIN)/mypy --no-error-summary --strict -p bench
# Each of these modules writes generated files (schemas, reference docs); with --check it only compares.
GENERATORS := fieldops_sync.schemas tests.vectors.problem_table tests.checklists.schema_file tests.plugin.hook_pages \
	tests.web.console_api

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
# Every server that a test starts would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE

help: ## List the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(READY) ## Install exactly what requirements.lock says, and fieldops itself, into .venv.

$(READY): requirements.lock pyproject.toml sync/pyproject.toml $(wildcard plugins/*/pyproject.toml)
	@test -n "$(PYTHON)" || { echo "fieldops needs Python 3.11 or newer; install it or say make PYTHON=..." >&2; exit 1; }
	@echo "setup: $(VENV) with $$($(PYTHON) --version) (once; about a minute)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@awk '/^[^ #]/ { ours = /^pip==/ } ours' requirements.lock > $(VENV)/pip.lock
	@$(BIN)/python -m pip install --quiet --require-hashes -r $(VENV)/pip.lock
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@# The console is built by Node >= 20.19: the machine's, else that of a Python package.
	@node --input-type=module -e 'const [a, b] = process.versions.node.split("."); process.exit(a * 100 + +b < 2019 ? 1 : 0)' 2>/dev/null \
		&& command -v npm >/dev/null || $(BIN)/python -m pip install --quiet --require-hashes -r ui/node.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation $(OURS)
	@touch $@
	@echo "setup: done"

console: setup ## Build the console's pages into the package, if anything of ui/ has changed.
	@$(BIN)/python ui/build.py

run: console ## Play one real site walk and keep serving; ONCE=1 stops after it, PHOTOS=folder takes your photos.
	@$(BIN)/fieldops demo $(if $(ONCE),--once) $(if $(PHOTOS),--photos "$(PHOTOS)")

test: console style check-gen ## Lint, and every test on both databases and both blob stores, with the coverage gates.
	@mkdir -p var && rm -f var/coverage*
	@echo "test: pytest on $(WORKERS) workers, and mypy while they wait for something"
	@# pytest-cov begins after pytest's plugins, one of which is ours; coverage itself sees every import.
	@nice bash -c '$(TYPES)' & types=$$!; tests=0; \
	trap 'kill $$types 2>/dev/null || :' EXIT; \
	$(BIN)/coverage run -m pytest -n $(WORKERS) --dist worksteal --durations=15 || tests=$$?; \
	wait $$types || { echo "lint: mypy has found something; make types shows it" >&2; exit 1; }; \
	exit $$tests
	@$(MAKE) --no-print-directory check-coverage

check-coverage: setup
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage json --quiet
	@$(BIN)/python -m tests.house.gates var/coverage.json

soak: console ## The long crash, network and load suites (up to an hour).
	@echo "soak: suites that may run side by side, then those that want the machine to themselves"
	@failed=0; \
	$(BIN)/python -m pytest -m "soak and not alone" -n $(WORKERS) --dist worksteal --durations=10 tests || failed=1; \
	$(BIN)/python -m pytest -m "soak and alone" --durations=5 tests || failed=1; \
	exit $$failed

lint: style types ## Style, types and import floors.

style: setup
	@echo "lint: ruff, import floors"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo "lint: run make format" >&2; exit 1; }
	@report=$$($(BIN)/lint-imports --no-logo) || { echo "$$report"; exit 1; }

types: setup
	@echo "lint: mypy"
	@$(TYPES)

format: setup ## Format the code and mend what ruff can mend.
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

bench: setup ## Measure; prints and writes bench/results.json.
	@$(BIN)/python -m bench

gen: setup ## Write the generated files again (schemas, reference docs).
	@for name in $(GENERATORS); do echo "gen: $$name"; $(BIN)/python -m "$$name"; done

check-gen: setup
	@for name in $(GENERATORS); do \
		$(BIN)/python -m "$$name" --check || { echo "$$name: its files are stale; run make gen" >&2; exit 1; }; done

screenshots: console ## Write a picture of every page of the console, in both languages and two widths, to var/screenshots.
	@$(BIN)/python -m tests.console.screenshots

lock: ## Resolve requirements.in into requirements.lock, keeping what it pins; UPGRADE=1 takes the newest.
	@test -x var/uv/bin/uv || { $(PYTHON) -m venv var/uv && var/uv/bin/python -m pip install --quiet uv; }
	@var/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes $(if $(UPGRADE),--upgrade) \
		--no-emit-index-url --no-emit-find-links --no-annotate --no-header \
		$(foreach name,$(NAMES),--no-emit-package $(name)) --group dev requirements.in -o requirements.lock

clean: ## Remove everything that the targets above made.
	@rm -rf $(VENV) var ui/node_modules ui/src/generated src/fieldops/console/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.*
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
