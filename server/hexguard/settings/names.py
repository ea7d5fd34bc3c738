"""Names the files in which a project says what it is, for those who read them and for those who only watch them."""

OWN_FILES = ("hexguard.toml", ".hexguard.toml")
PYPROJECT = "pyproject.toml"
SETTINGS_FILES = (*OWN_FILES, PYPROJECT)
"""The names of the files in which a person writes settings of ours."""

TABLE = ("tool", "hexguard")
"""Where in a `pyproject.toml` our settings are."""

IMPORT_LINTER_FILES = ("setup.cfg", ".importlinter")
CONFIGURATION_FILES = (*OWN_FILES, PYPROJECT, *IMPORT_LINTER_FILES)
"""The names of all files with settings, at the root of a project."""

BASELINE = "hexguard-baseline.txt"
"""Where a project keeps the findings that it leaves alone, unless its settings say otherwise."""

TOML_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml")
JSON_LOCK = "Pipfile.lock"
REQUIREMENTS = ("requirements*.txt", "requirements/*.txt")
DEPENDENCY_FILES = (*TOML_LOCKS, JSON_LOCK, "pyproject.toml", "setup.cfg", ".python-version", *REQUIREMENTS)
"""The names of all files that tell what a project depends on; `*` stands for anything but a slash."""


def table_in(name: str) -> tuple[str, ...]:
    """Give the keys that lead to our settings in a file of this name; in a file of our own they are at its root."""
    return TABLE if name == PYPROJECT else ()
