# Everything runs in `.venv`, which is built on first use and again when pyproject.toml or the pinned requirements change.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
PYTEST_ARGS ?= -n auto --dist worksteal
BENCH_VENV := .venv-bench
BENCH_STAMP := $(BENCH_VENV)/.ready
BENCH_ARGS ?=
FUZZ_ARGS ?=
FIXES_ARGS ?=

.PHONY: try test check docs bench fuzz fixes test-all clean

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

# Compares Hexguard with other servers, and writes docs/performance.md; BENCH_ARGS=--quick for a first look.
bench: $(STAMP) $(BENCH_STAMP)
	@$(BIN)/python -m hexguard_dev bench $(BENCH_ARGS)

# Random edits on real code, each compared with from scratch; FUZZ_ARGS="--minutes 10 --seed 1 PATH" for more of them.
fuzz: $(STAMP)
	@$(BIN)/python -m hexguard_dev fuzz $(FUZZ_ARGS)

# Every fix on real code; writes docs/fixes.md. FIXES_ARGS="name@version=path ..." names the projects.
fixes: $(STAMP)
	@$(BIN)/python -m hexguard_dev fixes $(FIXES_ARGS)

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
	rm -rf .venv $(BENCH_VENV) .venv-3.12 .venv-3.13 dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(STAMP): pyproject.toml requirements-dev.txt
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed, not ' + sys.version)"
	@echo "Building $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Fixit needs another pygls than ours. Without it the benchmark runs all the same, and says so.
$(BENCH_STAMP): requirements-bench.txt
	@echo "Building $(BENCH_VENV) ..."
	@$(PYTHON) -m venv $(BENCH_VENV) \
	    && $(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt \
	    && touch $@ \
	    || echo "$(BENCH_VENV) could not be built, so the benchmark leaves Fixit out"
