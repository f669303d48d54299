# make run | test | lint | lock | peers | bench | clean : the same by hand and in CI.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PEERS := .venv-peers
export VIRTUAL_ENV := $(CURDIR)/$(VENV)
# No library of ours may phone home.
export DO_NOT_TRACK := 1
export KEDRO_DISABLE_TELEMETRY := true

.PHONY: run test lint lock peers bench clean help
.DEFAULT_GOAL := help

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(READY) ## set up, then simulate, train, audit, gate and register (kedro run)
	@$(BIN)/kedro run --reuse

test: $(READY) ## set up, then run all tests
	@$(BIN)/pytest -n logical --maxprocesses 4 --dist loadfile

lint: $(READY) ## style, types and import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

lock: $(READY) ## resolve requirements.lock anew from pyproject.toml
	@$(BIN)/uv pip compile --quiet pyproject.toml --group dev --python-version 3.11 --no-header --no-annotate -o requirements.lock
	@sed -i.old -E '/^(nvidia-(cu|nccl|nvjitlink|nvshmem|nvtx)|cuda-|triton==)/d' requirements.lock && rm requirements.lock.old

peers: $(PEERS)/.ready ## set up the libraries that `python -m benchmarks` measures beside ours

bench: run $(PEERS)/.ready ## all benchmarks with their peers, and the page of their goals (an hour or two)
	@$(BIN)/python -m benchmarks all

clean: ## remove the environment and all that runs can make again (var/ lives on)
	rm -rf $(VENV) $(PEERS) build dist .viz
	find data -mindepth 1 -maxdepth 1 -type d -exec rm -rf {} +

# torch comes first and alone: its CPU build, where the package index at hand offers one.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo "Learnloop needs Python 3.11 (found: $$($(PYTHON) --version)); say make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Setting up the environment in $(VENV) (once; about two minutes) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@torch=$$(grep '^torch==' requirements.lock); \
		$(BIN)/uv pip install --quiet --torch-backend cpu "$$torch" 2>/dev/null || \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$torch"
	@$(BIN)/uv pip install --quiet --no-deps -r requirements.lock
	@$(BIN)/uv pip install --quiet --no-deps -e .
	@touch $@

$(PEERS)/.ready: benchmarks/peers/requirements.txt
	@test -x $(PEERS)/bin/python || $(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check $$(grep '^torch==' $<)
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@
