# Everything happens in .venv; a stamp file says that it is set up, so a second run installs nothing.
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
DEV := $(VENV)/.ready-dev
PYTHON ?= python3
RUN ?= runs/worlds
export BUTTONUP_BFCL ?= $(CURDIR)/$(VENV)/bfcl
export BUTTONUP_TAU2 ?= $(CURDIR)/$(VENV)/tau2

.PHONY: run test test-all check bench clean

run: $(STAMP)  ## make 200 verified samples from the shipped worlds
	$(BIN)/buttonup run -n 200 --out $(RUN)

test: $(DEV)  ## all tests but the slow ones
	$(BIN)/python -m pytest -n auto -m "not slow"

test-all: $(DEV)
	$(BIN)/python -m pytest -n auto

check: $(DEV)  ## format, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_layers.py

bench: $(DEV)
	for script in bench/*.py; do $(BIN)/python $$script || exit 1; done

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(DEV): $(STAMP) requirements-dev.txt requirements-templates.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement requirements-templates.txt
	-$(BIN)/buttonup evaluate --install bfcl  # tests that want these skip where they cannot be had
	-$(BIN)/buttonup evaluate --install tau2
	touch $@

clean:
	rm -rf $(VENV)
