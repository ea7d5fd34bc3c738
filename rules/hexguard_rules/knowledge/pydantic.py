"""What is known about Pydantic 2 and what changed since version 1. Source: its documentation, *Migration Guide*."""

import re

BASE_MODEL = "pydantic.BaseModel"

SCHEMA_BASES = frozenset(
    {
        BASE_MODEL,
        "pydantic.RootModel",
        "pydantic.BaseSettings",
        "pydantic_settings.BaseSettings",
    }
)
"""Classes whose subclasses are models; SQLModel has its own settings and methods."""

SETTINGS_BASES = frozenset({"pydantic.BaseSettings", "pydantic_settings.BaseSettings"})

FLUENT = frozenset(
    f"{base}.{method}"
    for base in SCHEMA_BASES
    for method in (
        *("construct", "copy", "from_orm", "parse_file", "parse_obj", "parse_raw"),
        *("model_construct", "model_copy", "model_validate", "model_validate_json", "model_validate_strings"),
    )
)
"""Methods that give another instance of the same model."""

PYDANTIC_ALIASES = {
    "pydantic.main.BaseModel": BASE_MODEL,
    "pydantic.generics.GenericModel": BASE_MODEL,
    "pydantic.root_model.RootModel": "pydantic.RootModel",
    "pydantic.env_settings.BaseSettings": "pydantic.BaseSettings",
    "pydantic_settings.main.BaseSettings": "pydantic_settings.BaseSettings",
    "pydantic_settings.main.SettingsConfigDict": "pydantic_settings.SettingsConfigDict",
    "pydantic.config.ConfigDict": "pydantic.ConfigDict",
    "pydantic.fields.Field": "pydantic.Field",
    "pydantic.class_validators.validator": "pydantic.validator",
    "pydantic.class_validators.root_validator": "pydantic.root_validator",
    "pydantic.deprecated.class_validators.validator": "pydantic.validator",
    "pydantic.deprecated.class_validators.root_validator": "pydantic.root_validator",
    "pydantic.functional_validators.field_validator": "pydantic.field_validator",
    "pydantic.functional_validators.model_validator": "pydantic.model_validator",
}

CONFIG_DICT = "pydantic.ConfigDict"
SETTINGS_CONFIG_DICT = "pydantic_settings.SettingsConfigDict"

RENAMED_OPTIONS = {
    "allow_population_by_field_name": "populate_by_name",
    "anystr_lower": "str_to_lower",
    "anystr_strip_whitespace": "str_strip_whitespace",
    "anystr_upper": "str_to_upper",
    "keep_untouched": "ignored_types",
    "max_anystr_length": "str_max_length",
    "min_anystr_length": "str_min_length",
    "orm_mode": "from_attributes",
    "schema_extra": "json_schema_extra",
    "validate_all": "validate_default",
}
"""Settings of models that have another name in version 2, which ignores the old one.

`populate_by_name` works in all of version 2; `validate_by_name`, which 2.11 brought, says the same.
"""

REMOVED_OPTIONS = {
    "allow_mutation": "`frozen` says the opposite",
    "copy_on_model_validation": "nothing is copied any more",
    "error_msg_templates": "errors are translated where they are shown",
    "fields": "each field says it in its `Field`",
    "getter_dict": "a validator with `mode='before'` can take objects apart",
    "json_dumps": "serializers of fields and models do its work",
    "json_loads": "the JSON is read by Pydantic itself",
    "post_init_call": "it has no counterpart",
    "smart_union": "unions are always smart",
    "underscore_attrs_are_private": "names with an underscore are always private",
}
"""Settings that version 2 has no more, and what there is instead."""

METHODS = {
    "construct": "model_construct",
    "copy": "model_copy",
    "dict": "model_dump",
    "json": "model_dump_json",
    "parse_obj": "model_validate",
    "parse_raw": "model_validate_json",
    "schema": "model_json_schema",
    "update_forward_refs": "model_rebuild",
    "validate": "model_validate",
}
"""Methods of models that have another name in version 2."""

_DUMPING = frozenset({"include", "exclude", "by_alias", "exclude_unset", "exclude_defaults", "exclude_none"})

METHOD_ARGUMENTS: dict[str, tuple[int, frozenset[str] | None]] = {
    "construct": (1, None),
    "copy": (0, frozenset({"update", "deep"})),
    "dict": (0, _DUMPING),
    "json": (0, _DUMPING),
    "parse_obj": (1, frozenset({"obj"})),
    "parse_raw": (1, frozenset()),
    "schema": (2, frozenset({"by_alias", "ref_template"})),
    "update_forward_refs": (0, frozenset()),
    "validate": (1, frozenset()),
}
"""How many arguments by position, and which by name, both methods take and mean the same by; `None` for any name."""

RENAMED_FIELD_ARGUMENTS = {
    "allow_mutation": "frozen",
    "env": "validation_alias",
    "example": "examples",
    "max_items": "max_length",
    "min_items": "min_length",
    "regex": "pattern",
}
"""Arguments of `Field` that have another name in version 2."""

REMOVED_FIELD_ARGUMENTS = {
    "const": "the annotation says it, as `Literal[...]`",
    "unique_items": "the annotation says it, as `set[...]`",
}
"""Arguments of `Field` that version 2 has no more, and what there is instead."""

SECRET_NAME = re.compile(
    r"(?:^|_)(?:secret|password|passwd|passphrase|token|api_?key|private_key|secret_key|access_key|signing_key"
    r"|encryption_key|credentials?)$",
    re.IGNORECASE,
)
"""Names of settings whose value is a secret; what goes on after the word is something about it (`token_url`)."""
