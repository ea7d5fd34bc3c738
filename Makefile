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

EXTENSION := clients/vscode
EXTENSION_STAMP := $(EXTENSION)/node_modules/.ready
HEXGUARD_EDITORS ?= all
export HEXGUARD_EDITORS

.PHONY: try test test-extension test-editors editor extension check docs bench fuzz fixes test-all clean

try: $(STAMP)
	@$(BIN)/python -m hexguard_dev try

test: $(STAMP) test-extension
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

# What the VS Code extension does without VS Code, its types and its style; it needs node.
test-extension:
	@if command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)'; then \
	    $(MAKE) --no-print-directory $(EXTENSION_STAMP) && cd $(EXTENSION) && npm run --silent check && npm run --silent test; \
	else \
	    echo "node 20 or newer with npm was not found, so the unit tests of the VS Code extension were left out"; \
	fi

# Real editors, which are installed into the user's cache on first use. HEXGUARD_EDITORS=none leaves them out.
test-editors: $(STAMP)
	@if [ "$(HEXGUARD_EDITORS)" = none ]; then \
	    echo "HEXGUARD_EDITORS=none, so no editor was tested"; \
	else \
	    failed=0; \
	    { $(MAKE) --no-print-directory $(EXTENSION_STAMP) && tests/editors/vscode/run.sh $(BIN); } || failed=1; \
	    tests/editors/run.sh $(BIN) || failed=1; \
	    exit $$failed; \
	fi

# The sample shop in VS Code, in a browser; PORT=8080 unless set.
editor: $(STAMP) $(EXTENSION_STAMP)
	@tests/editors/vscode/run.sh $(BIN) open

# The extension for VS Code as one file, with a wheel of the server inside.
extension: $(STAMP) $(EXTENSION_STAMP)
	@cd $(EXTENSION) && npm run --silent package

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
	rm -rf $(EXTENSION)/node_modules $(EXTENSION)/dist $(EXTENSION)/bundled $(EXTENSION)/*.vsix
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

$(EXTENSION_STAMP): $(EXTENSION)/package-lock.json
	@command -v npm >/dev/null || { echo "node and npm are needed" >&2; exit 1; }
	@echo "Installing what the extension is built with ..."
	@cd $(EXTENSION) && npm ci --silent --no-fund --no-audit
	@touch $@
