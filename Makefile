# Everything runs in `.venv`, which is built on first use and again when pyproject.toml or the pinned requirements change.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
PYTEST_ARGS ?= -n auto --dist worksteal

.PHONY: try test check docs test-all clean

try: $(STAMP)
	@$(BIN)/python -m hexguard_dev try

test: $(STAMP)
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

check: $(STAMP)
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m mypy
	$(BIN)/python -m pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports
	$(BIN)/hexguard check server rules tests

docs: $(STAMP)
	@$(BIN)/python -m hexguard_dev docs

# The suite on every supported Python that this machine has, each in its own environment.
test-all: test
	@for version in 3.12 3.13; do \
	    found=""; \
	    for python in python$$version $${PYENV_ROOT:-$$HOME/.pyenv}/versions/$$version.*/bin/python; do \
	        if "$$python" -c "" 2>/dev/null; then found="$$python"; break; fi; \
	    done; \
	    if [ -z "$$found" ]; then echo "Python $$version: not found, left out"; continue; fi; \
	    echo "Python $$version: $$found"; \
	    $(MAKE) --no-print-directory test PYTHON="$$found" VENV=".venv-$$version" || exit 1; \
	done

clean:
	rm -rf .venv .venv-3.12 .venv-3.13 dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(STAMP): pyproject.toml requirements-dev.txt
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed, not ' + sys.version)"
	@echo "Building $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
