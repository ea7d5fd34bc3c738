"""Names the files in which a project says what it is, for those who read them and for those who only watch them."""

OWN_FILES = ("hexguard.toml", ".hexguard.toml")
PYPROJECT = "pyproject.toml"
IMPORT_LINTER_FILES = ("setup.cfg", ".importlinter")
CONFIGURATION_FILES = (*OWN_FILES, PYPROJECT, *IMPORT_LINTER_FILES)
"""The names of all files with settings, at the root of a project."""

TOML_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml")
JSON_LOCK = "Pipfile.lock"
REQUIREMENTS = ("requirements*.txt", "requirements/*.txt")
DEPENDENCY_FILES = (*TOML_LOCKS, JSON_LOCK, "pyproject.toml", "setup.cfg", ".python-version", *REQUIREMENTS)
"""The names of all files that tell what a project depends on; `*` stands for anything but a slash."""
