"""Which rules of other linters say what which rule of ours says."""

RULES: dict[tuple[str, str], tuple[str, ...]] = {
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
    ("bump-pydantic", "replace_config"): ("pydantic-class-config", "pydantic-renamed-config-key"),
    ("bump-pydantic", "replace_imports"): ("pydantic-basesettings-import",),
    ("bump-pydantic", "validator"): ("pydantic-v1-validator", "pydantic-root-validator"),
    ("bump-pydantic", "field"): ("pydantic-renamed-field-kwarg",),
}
"""By suite and code; a rule that is not in the catalogue is left out."""
