"""Which rules of other linters, and which changes that maintainers made by hand, say what which rule of ours says."""

from collections.abc import Mapping

HISTORY = "history"
"""The suite of the changes by which maintainers mended what a rule of ours reports."""

RULES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("ruff", "ASYNC210"): ("blocking-http-in-async",),
    ("ruff", "ASYNC212"): ("blocking-http-in-async",),
    ("ruff", "ASYNC220"): ("blocking-subprocess-in-async",),
    ("ruff", "ASYNC221"): ("blocking-subprocess-in-async",),
    ("ruff", "ASYNC222"): ("blocking-subprocess-in-async",),
    ("ruff", "ASYNC251"): ("blocking-sleep-in-async",),
    ("ruff", "RUF006"): ("fire-and-forget-task",),
    ("ruff", "E722"): ("bare-except",),
    ("ruff", "B006"): ("mutable-default-argument",),
    ("ruff", "UP007"): ("optional-union-syntax",),
    ("ruff", "UP045"): ("optional-union-syntax",),
    ("ruff", "DTZ003"): ("utcnow-deprecated",),
    ("ruff", "DTZ004"): ("utcnow-deprecated",),
    ("ruff", "S113"): ("http-client-without-timeout",),
    ("flake8-bugbear", "B001"): ("bare-except",),
    ("flake8-bugbear", "B006"): ("mutable-default-argument",),
    ("pyupgrade", "typing_pep604"): ("optional-union-syntax",),
    ("fixit", "UseAsyncSleepInAsyncDef"): ("blocking-sleep-in-async",),
    ("bump-pydantic", "add_default_none"): ("pydantic-optional-without-default",),
    ("bump-pydantic", "replace_config"): ("pydantic-class-config", "pydantic-renamed-config-key"),
    ("bump-pydantic", "replace_imports"): ("pydantic-basesettings-import",),
    ("bump-pydantic", "validator"): ("pydantic-v1-validator", "pydantic-root-validator"),
    ("bump-pydantic", "field"): ("pydantic-renamed-field-kwarg",),
    (HISTORY, "bare-except"): ("bare-except",),
    (HISTORY, "blocking-offloaded"): ("blocking-call-transitive",),
    (HISTORY, "create-task-unstored"): ("fire-and-forget-task",),
    (HISTORY, "expire-on-commit"): ("missing-expire-on-commit-false",),
    (HISTORY, "mutable-default"): ("mutable-default-argument",),
    (HISTORY, "on-event"): ("on-event-deprecated",),
    (HISTORY, "optional-union"): ("optional-union-syntax",),
    (HISTORY, "pyd-config"): ("pydantic-class-config",),
    (HISTORY, "pyd-dict"): ("pydantic-v1-method",),
    (HISTORY, "pyd-json"): ("pydantic-v1-method",),
    (HISTORY, "pyd-method"): ("pydantic-v1-method", "pydantic-from-orm", "pydantic-renamed-config-key"),
    (HISTORY, "pyd-validator"): ("pydantic-v1-validator", "pydantic-root-validator"),
    (HISTORY, "requests-timeout"): ("http-client-without-timeout",),
    (HISTORY, "requests-to-async-http"): ("blocking-http-in-async",),
    (HISTORY, "sa-column"): ("legacy-column-declaration",),
    (HISTORY, "sa-legacy-query"): ("legacy-session-query", "legacy-query-get"),
    (HISTORY, "utcnow"): ("utcnow-deprecated",),
}
"""By suite and code."""
