"""Changes around the documents: files come, change and go, documents are opened and closed, settings differ."""

import json
from collections.abc import Iterator, Sequence

from hexguard.settings.switches import SWITCHES
from hexguard_dev.fuzz.desk import Desk
from hexguard_dev.fuzz.steps import Change, Close, Configure, Delete, Open, Rename, Write
from hexguard_rules.catalogue import CATALOGUE

MOST_OPEN = 5
MOST_FILES = 18
SETTINGS = "hexguard.toml"
SELECTORS = ("all", *sorted(CATALOGUE.families), *sorted(CATALOGUE.names))
REQUIREMENTS = ("sqlalchemy==1.3\n", "sqlalchemy>=2\nfastapi==0.90\n", "django\n", "")

Made = Iterator[tuple[Change, ...]]


def written(desk: Desk) -> Made:
    """A file changes on disk, mostly one that is not open: it is saved, edited elsewhere, or loses or gains a part."""
    path = desk.chance.choice(desk.modules())
    text = desk.text(path)
    lines = desk.lines(text, 10)
    other = desk.lines(snippet := desk.chance.choice(desk.snippets), 20)
    yield (
        Write(
            path,
            desk.chance.choice(
                (
                    text,
                    text[: lines.start] + text[lines.end :],
                    text[: lines.start] + snippet[other.start : other.end] + text[lines.start :],
                    f"# a line above\n\n{text}",
                    desk.text(desk.chance.choice(desk.modules())),
                )
            ),
        ),
    )


def created(desk: Desk) -> Made:
    """A file comes, opened or not."""
    if len(desk.modules()) >= MOST_FILES:
        return
    path = _new_path(desk)
    source = desk.chance.choice((desk.text(desk.chance.choice(desk.modules())), desk.chance.choice(desk.snippets), ""))
    yield (Write(path, source),)
    if desk.chance.random() < 0.3:
        yield (Open(path),)


def removed(desk: Desk) -> Made:
    """A file goes, and sometimes comes back."""
    path = desk.chance.choice(desk.modules())
    text = desk.live.disk.get(path)
    if text is None:
        return
    yield (Delete(path),)
    if desk.chance.random() < 0.6:
        yield (Write(path, text),)


def renamed_file(desk: Desk) -> Made:
    """A file gets another path; if it is open, its document follows in the same step, or stays where it is."""
    path, to = desk.chance.choice(desk.modules()), _new_path(desk)
    if path in desk.live.opened and desk.chance.random() < 0.6:
        yield Close(path), Rename(path, to), Open(to)
    else:
        yield (Rename(path, to),)


def opened(desk: Desk) -> Made:
    """A file is opened, or one that does not exist yet."""
    closed = [path for path in desk.modules() if path not in desk.live.opened]
    if len(desk.live.opened) < MOST_OPEN:
        yield (Open(desk.chance.choice(closed) if closed and desk.chance.random() < 0.9 else _new_path(desk)),)


def closed(desk: Desk) -> Made:
    """A document is closed, saved or not."""
    if len(desk.live.opened) > 1:
        path = desk.opened()
        if desk.chance.random() < 0.5:
            yield (Write(path, desk.text(path)),)
        yield (Close(path),)


def configured(desk: Desk) -> Made:
    """The settings change: in the project, in what it depends on, or in the editor."""
    match desk.chance.randrange(8):
        case 0:
            yield (Delete(SETTINGS),)
        case 1:
            yield (Configure({"select": desk.chance.sample(SELECTORS, k=2)}),)
        case 2:
            yield (Configure({}),)
        case 3:
            yield (Write("requirements.txt", desk.chance.choice(REQUIREMENTS)),)
        case _:
            yield (Write(SETTINGS, _settings(desk)),)


def _settings(desk: Desk) -> str:
    """Some settings; now and then they are wrong, because somebody is just typing them."""
    chance = desk.chance
    packages = sorted(
        {path.rpartition("/")[0].removeprefix("src/").replace("/", ".") for path in desk.modules()} - {""}
    )
    lines = [f"select = {_list(chance.sample(SELECTORS, k=3))}"] if chance.random() < 0.3 else []
    name = chance.choice(tuple(SWITCHES))
    choices = (
        f"ignore = {_list(chance.sample(SELECTORS[1:], k=2))}",
        f"preset = {json.dumps(chance.choice(('simple', 'layered', 'hexagonal', 'django', 'nosuch')))}",
        f"python = {json.dumps(chance.choice(('3.8', '3.9', '3.11', '3.14')))}",
        "preview = true",
        f"exclude = ['{chance.choice(desk.modules())}']",
        f"exclude = ['{chance.choice(desk.modules()).rpartition('/')[0] or 'x'}/']",
        f"src = ['{chance.choice(desk.modules()).rpartition('/')[0] or '.'}']",
        "preview = tru",
        f"switches = {{ '{name}' = '{chance.choice((*SWITCHES[name].choices, 'nosuch'))}' }}",
        f"per-file-ignores = {{ '{chance.choice(desk.modules())}' = {_list(chance.sample(SELECTORS, k=1))} }}",
        f"severity = {{ {chance.choice(SELECTORS[1:])} = 'nit' }}",
    )
    lines += chance.sample(choices, k=chance.randrange(4))
    if len(packages) > 1 and chance.random() < 0.6:
        lines += _architecture(packages, chance.sample(packages, k=2))
    return "\n".join((*lines, ""))


def _architecture(packages: Sequence[str], chosen: Sequence[str]) -> list[str]:
    """Two layers and a contract between them, so that every import across the packages counts."""
    inner, outer = chosen
    rest = [package for package in packages if package not in chosen][:2]
    return [
        *(f'[[layers]]\nname = "inner"\nmodules = {_list([inner])}', ""),
        *(f'[[layers]]\nname = "outer"\nmodules = {_list([outer, *rest])}', ""),
        '[[contracts]]\nname = "The inner layer stands alone"\nkind = "forbidden"',
        'source = ["inner"]\nforbidden = ["outer"]',
    ]


def _list(values: Sequence[str]) -> str:
    return json.dumps(list(values))


def _new_path(desk: Desk) -> str:
    """A path beside some file, under which there is nothing yet."""
    folder, slash, _ = desk.chance.choice(desk.modules()).rpartition("/")
    taken = {*desk.live.disk, *desk.live.opened}
    free = (f"{folder}{slash}extra{number}.py" for number in range(len(taken) + 1))
    return next(path for path in free if path not in taken)
