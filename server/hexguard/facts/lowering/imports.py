"""Lowers import statements: one fact for each name that they bind."""

from typing import Final

from hexguard.facts.lowering.builder import Builder
from hexguard.facts.model import Import
from hexguard.facts.scopes import Binding, BindingKind
from hexguard.syntax.parse import Node, kind_id


def lower_import(node: Node, builder: Builder) -> None:
    """`import a.b as c, d`."""
    statement = builder.node(node)
    for child in node.children_by_field_name("name"):
        module, alias = _name_and_alias(child, builder)
        _bind(Import(builder.node(child), statement, module, None, alias, 0, builder.context), builder)


def lower_from_import(node: Node, builder: Builder) -> None:
    """`from ..a import b as c`, and `from a import *` as the name `*`."""
    statement = builder.node(node)
    origin = node.child_by_field_name("module_name")
    written = builder.text(origin) if origin else ""
    module = written.lstrip(". \t")
    level = written[: len(written) - len(module)].count(".")
    for child in node.children_by_field_name("name"):
        name, alias = _name_and_alias(child, builder)
        _bind(Import(builder.node(child), statement, module, name, alias, level, builder.context), builder)
    for child in node.named_children:
        if child.kind_id == _WILDCARD:
            star = builder.add(Import(builder.node(child), statement, module, "*", None, level, builder.context))
            builder.bind("*", Binding("*", BindingKind.IMPORT, detail=star))


def _name_and_alias(node: Node, builder: Builder) -> tuple[str, str | None]:
    if node.kind_id != _ALIASED:
        return _dotted(node, builder), None
    name, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
    return _dotted(name, builder) if name else "", builder.text(alias) if alias else None


def _dotted(node: Node, builder: Builder) -> str:
    return "".join(builder.text(node).split())


def _bind(fact: Import, builder: Builder) -> None:
    builder.bind(fact.bound, Binding(fact.bound, BindingKind.IMPORT, detail=builder.add(fact)))


_ALIASED: Final = kind_id("aliased_import")
_WILDCARD: Final = kind_id("wildcard_import")
