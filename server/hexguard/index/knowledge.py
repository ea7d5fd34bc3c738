"""The form of what is known about libraries, whose code the index does not read.

The tables themselves are data of the rules (`hexguard_rules.knowledge`); the index only knows their form.
All names are qualified, in the spelling that the library documents (`sqlalchemy.orm.Session`).
"""

import msgspec


class Knowledge(msgspec.Struct, frozen=True):
    """Tables about libraries.

    `aliases`: other spellings of a documented name (`sqlalchemy.orm.session.Session`).
    `returns`: what calling a function or method gives an instance of; a class needs no entry.
    `fluent`: methods that give an instance of the class that they are called on, or whose instance they are called on.
    `enters`: what a `with` over an instance of the key gives, where that is not the instance itself.
    `attributes`: the type of an attribute of an instance.
    `blocking`: calls that block the thread, with what they wait for.
    `threads`: functions that call their first argument with the others in a thread, and give its result when awaited.
    `dependencies`: markers whose first argument makes the value of a parameter (`fastapi.Depends`).
    `routers`: classes whose methods register routes.
    `model_bases`: classes, and functions that make classes, whose subclasses are mapped to tables.
    `relationships`: functions that make a relationship of a model.
    `dataclass_bases`: classes whose subclasses are models and dataclasses at once.
    `columns`: functions and classes that make a column of a model.
    `factories`: classes of engines and session makers.
    `schema_bases`: classes whose subclasses Pydantic builds from their annotations; `settings_bases` those of settings.
    `transparent_decorators`: decorators after which a call still runs the function's body at once, in the same thread.
    """

    aliases: dict[str, str] = {}
    returns: dict[str, str] = {}
    fluent: frozenset[str] = frozenset()
    enters: dict[str, str] = {}
    attributes: dict[str, str] = {}
    blocking: dict[str, str] = {}
    threads: frozenset[str] = frozenset()
    dependencies: frozenset[str] = frozenset()
    routers: frozenset[str] = frozenset()
    model_bases: frozenset[str] = frozenset()
    relationships: frozenset[str] = frozenset()
    dataclass_bases: frozenset[str] = frozenset()
    columns: frozenset[str] = frozenset()
    factories: frozenset[str] = frozenset()
    schema_bases: frozenset[str] = frozenset()
    settings_bases: frozenset[str] = frozenset()
    transparent_decorators: frozenset[str] = frozenset()
