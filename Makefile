# Everything runs from the checkout: `make demo` on a fresh machine, `make help` for the rest.
# PORT and STATE let several local clouds run side by side; nothing is written outside the checkout and STATE.
PORT   ?= 4566
STATE  ?= .state
ENGINE ?= duckdb
STACK  ?= saleslake-local
ONCE   ?=
CASES  ?=
SEED   ?=

PY      := .venv/bin/python
CONSOLE := .venv/bin/saleslake --stack $(STACK)
LOCAL   := $(PY) -m local
READY   := .venv/.ready
CLOUD   := --port $(PORT) --state "$(STATE)"
QUICK   := tests/unit tests/sql tests/local tests/integration tests/project
# These targets talk to the local cloud and to nothing else; for a real account call `saleslake` itself.
AT_HOME := eval "$$($(LOCAL) env $(CLOUD))" && $(CONSOLE)
export PORT STATE ENGINE
export SAM_CLI_TELEMETRY := 0
unexport AWS_PROFILE AWS_SESSION_TOKEN

.DEFAULT_GOAL := help
.PHONY: help setup demo up load status url query releases invoke logs env down test check bench world conformance differential \
        fuzz locks format docs clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  \033[1m%-13s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ── Environment ──────────────────────────────────────────────────────────────
setup: $(READY) ## create .venv with everything pinned and hash-checked (others call it as needed)

$(READY): requirements/bootstrap.txt requirements/dev.txt pyproject.toml
	@test -x $(PY) || { for python in python3.13 python3; do \
	    $$python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null && break; \
	  done && echo "creating .venv" >&2 && $$python -m venv .venv; } \
	  || { echo "saleslake needs Python 3.13 with venv: neither python3.13 nor python3 is it" >&2; exit 1; }
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@echo "installing the locked packages" >&2
	@.venv/bin/uv pip install --quiet --python $(PY) --require-hashes -r requirements/dev.txt
	@.venv/bin/uv pip install --quiet --python $(PY) --no-deps --no-build-isolation --offline --editable .
	@touch $@

# the contract linter wants other versions than ours, so it lives apart; the tests ask for it
.venv-contracts/.ready: $(READY) requirements/contracts.txt
	@.venv/bin/uv venv --quiet --clear --python $(PY) .venv-contracts
	@.venv/bin/uv pip install --quiet --python .venv-contracts --require-hashes -r requirements/contracts.txt
	@touch $@

locks: $(READY) ## resolve every .in file into its lock again
	$(PY) requirements/lock.py

# ── The local cloud ──────────────────────────────────────────────────────────
demo: $(READY) ## fresh machine to first answers beside the truth [FILE=path] [ONCE=1: stop after] [ENGINE=trino]
	@$(PY) -m local.demo $(CLOUD) --engine $(ENGINE) $(if $(ONCE),--once) $(if $(FILE),--file "$(FILE)")

up: $(READY) ## start the local cloud and deploy the stack [ENGINE=duckdb|trino]
	@$(LOCAL) up $(CLOUD) --engine $(ENGINE)

load: $(READY) ## deliver FILE=path [DATASET=name] and follow it into a release
	@$(if $(FILE),,echo "usage: make load FILE=path [DATASET=name]" >&2; exit 2;) \
	$(AT_HOME) load "$(FILE)" $(if $(DATASET),--dataset "$(DATASET)")

status: $(READY) ## the release, the runs, and what became of every row
	@$(AT_HOME) status

url: $(READY) ## the API's base address (`make -s url` prints it alone)
	@$(AT_HOME) url

query: $(READY) ## what a view says: NAME=view (without: which there are) [CSV=1] [STACK=name]
	@$(AT_HOME) query $(NAME) $(if $(CSV),--csv)

releases: $(READY) ## the releases, newest first
	@$(AT_HOME) releases

invoke: $(READY) ## call a deployed function: FUNCTION=name [EVENT=events/name.json]
	@$(if $(FUNCTION),,echo "usage: make invoke FUNCTION=name [EVENT=path]" >&2; exit 2;) \
	$(AT_HOME) invoke "$(FUNCTION)" $(if $(EVENT),--event "$(EVENT)")

logs: ## what the local cloud writes
	@tail -n 200 $(STATE)/logs/*.log $(STATE)/*.log 2>/dev/null || echo "no logs under $(STATE)"

env: $(READY) ## print the exports that point aws, sam and saleslake at the local cloud: eval "$(make -s env)"
	@$(LOCAL) env $(CLOUD)
	@echo 'unset AWS_PROFILE AWS_SESSION_TOKEN; export SALESLAKE_STACK=$(STACK)'

down: $(READY) ## stop the local cloud
	@$(LOCAL) down $(CLOUD)

# ── Proof ────────────────────────────────────────────────────────────────────
test: $(READY) ## the quick tests, in four processes: much of it waits
	$(PY) -m pytest -n 4 --dist loadgroup -m "not slow" $(wildcard $(QUICK))

check: $(READY) ## style, types, import direction, template, locks, generated docs
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo
	.venv/bin/cfn-lint template.yaml
	.venv/bin/sam validate --lint --region us-east-1
	$(PY) requirements/lock.py --check
	@mkdir -p .cache && $(PY) -m saleslake.metrics .cache/metrics.json \
	  && cmp -s .cache/metrics.json layers/common/saleslake/metrics/metrics.json \
	  || { echo "metrics.json is not metrics.yaml's: run make docs" >&2; exit 1; }
	@$(PY) -m saleslake.analytics .cache/openapi.json && cmp -s .cache/openapi.json docs/openapi.json \
	  || { echo "docs/openapi.json is stale: run make docs" >&2; exit 1; }
	@$(PY) -m saleslake.warehouse.document .cache/datasets.md && cmp -s .cache/datasets.md docs/datasets.md \
	  || { echo "docs/datasets.md is stale: run make docs" >&2; exit 1; }

docs: $(READY) ## write again what is generated: docs, and the catalogue as the API reads it
	$(PY) -m saleslake.metrics layers/common/saleslake/metrics/metrics.json
	$(PY) -m saleslake.analytics docs/openapi.json
	$(PY) -m saleslake.warehouse.document docs/datasets.md

format: $(READY) ## let ruff write the code its way
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

bench: $(READY) ## the figures, as medians of whole processes [FILE=path: this report] [ONLY=benchmark]
	$(PY) -m benchmarks $(if $(FILE),--file "$(FILE)") $(if $(ONLY),--only $(ONLY))

world: $(READY) ## whole companies, bad input, crashes, every permission, on the deployed stack, beside independent computations
	$(PY) -m pytest -n 2 --dist loadgroup -m slow tests/world $(wildcard $(QUICK))

conformance differential: export CI := true # without Trino they fail instead of being skipped

conformance: $(READY) ## every SQL file: allowed by Athena, valid on Trino, the same on both engines (fetches Trino: needs Maven)
	$(PY) -m pytest -s tests/conformance

differential: $(READY) ## random queries on both engines [CASES=2000] [SEED=n] (fetches Trino: needs Maven)
	$(PY) -m pytest -s tests/differential

fuzz: $(READY) ## mutated files through inspection and transform: nothing breaks, is lost or made up [CASES=2000] [SEED=n]
	$(PY) -m pytest -s tests/fuzz

clean: ## remove what builds and tests leave behind (not .venv, not STATE)
	rm -rf .aws-sam .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis out
	find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
