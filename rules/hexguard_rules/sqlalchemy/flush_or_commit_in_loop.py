"""Sessions that are flushed or committed once for each item.

## What it does
Reports `commit()`, `flush()` and `refresh()` of a session in a loop over items.

## Why it matters
Each of them costs at least one round trip, and a commit waits for the disk as well.
One flush after the loop sends all rows together, and one commit keeps all or none of them.

## What the rewrite does
It moves a flush or commit at the end of the body behind the loop.
Items before one that fails are no longer saved, and an empty loop flushes or commits as well.

## Known limits
Loops that go through chunks, attempts or numbers, that return or break, or that await something else than a session are
left alone, and so are `while` and `async for`; chunks and attempts are known by their names.
So are loops that count or compare sizes, have the call in a `try`, or open a session or a savepoint for each item.
A commit is left alone if the loop calls what may change something elsewhere: functions that do not take the session.
Modules of tests are left alone.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Await, Binary, Call, Compare
from hexguard.facts.loops import is_per_item, loops_around, names_in
from hexguard.facts.model import Assignment, Fact, Handler, Loop, With
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.sessions import SENDING, SESSIONS

RULE = Rule(
    name="flush-or-commit-in-loop",
    message="`{method}` in a loop costs a round trip for each item",
    doc=__doc__,
    severity=Severity.BLOCKING,
    requires=("sqlalchemy>=1.4",),
    examples=(
        Bad(
            """
            from sqlalchemy.ext.asyncio import AsyncSession

            async def import_users(session: AsyncSession, names: list[str]) -> None:
                for name in names:
                    session.add(User(name=name))
                    await session.commit()  # keep what is there
            #             ^^^^^^^^^^^^^^
                print("imported")
            """,
            why="the comment would lose what it is about",
        ),
        Bad(
            """
            from sqlalchemy.orm import Session, sessionmaker

            make_session = sessionmaker()

            class Import:
                def __init__(self, session: Session) -> None:
                    self.session = session

                def run(self, rows: list[dict[str, str]]) -> None:
                    for number, row in enumerate(rows):
                        if number > 0:
                            self.session.add(Row(**row))
                        self.session.flush()
            #           ^^^^^^^^^^^^^^^^^^

            def load(rows: list[dict[str, str]]) -> None:
                with make_session() as session:
                    for row in rows:
                        session.add(Row(**row))
                        session.commit()
            #           ^^^^^^^^^^^^^^
            """,
            fixed="""
            from sqlalchemy.orm import Session, sessionmaker

            make_session = sessionmaker()

            class Import:
                def __init__(self, session: Session) -> None:
                    self.session = session

                def run(self, rows: list[dict[str, str]]) -> None:
                    for number, row in enumerate(rows):
                        if number > 0:
                            self.session.add(Row(**row))
                    self.session.flush()

            def load(rows: list[dict[str, str]]) -> None:
                with make_session() as session:
                    for row in rows:
                        session.add(Row(**row))
                    session.commit()
            """,
        ),
        Bad(
            """
            from sqlalchemy.ext.asyncio import AsyncSession

            async def create(session: AsyncSession, users: list[User]) -> list[int]:
                ids = []
                for user in users:
                    session.add(user)
                    await session.flush()
            #             ^^^^^^^^^^^^^
                    ids.append(user.id)
                return ids
            """,
            why="what follows may need what the flush gives",
        ),
        Good(
            """
            from itertools import batched
            from sqlalchemy.ext.asyncio import AsyncSession

            async def create(session: AsyncSession, users: list[User]) -> None:
                session.add_all(users)
                await session.commit()
                for chunk in batched(users, 500):
                    session.add_all(chunk)
                    await session.commit()
                for number, user in enumerate(users):
                    session.add(user)
                    if number % 500 == 0:
                        await session.flush()
            """,
            why="one round trip for many",
        ),
        Good(
            """
            from sqlalchemy.exc import IntegrityError
            from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

            async def create(session: AsyncSession, make: async_sessionmaker[AsyncSession], users: list[User]) -> None:
                for user in users:
                    try:
                        session.add(user)
                        await session.commit()
                    except IntegrityError:
                        await session.rollback()
                for user in users:
                    async with make() as own:
                        own.add(user)
                        await own.commit()
                for user in users:
                    await send_mail(user)
                    user.has_mail = True
                    await session.commit()
                for user in users:
                    user.chat_id = chat.invite(user)
                    await session.commit()
            """,
            why="each item is decided about on its own, or something elsewhere has happened for it",
        ),
        Good(
            """
            class Repository:
                def commit(self) -> None: ...

            def commit_all(repositories: list[Repository]) -> None:
                for repository in repositories:
                    repository.commit()
            """,
            why="what is committed is no session of SQLAlchemy",
        ),
        Good(
            """
            #- tests/conftest.py
            from sqlalchemy.orm import Session

            def fill(session: Session, users: list[User]) -> None:
                for user in users:
                    session.add(user)
                    session.commit()
            """,
            why="a test has few rows",
        ),
    ),
)


@RULE.check(Call, callees=SENDING)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    if not call.in_loop or view.is_test:
        return
    loop = next(reversed(list(loops_around(view.block, call.node, call.context))), None)
    if loop and not call.context.in_handler and is_per_item(loop, view.block) and not _decides(loop, call, view):
        yield RULE.at(call, call.func.node, method=call.method)


def _decides(loop: Loop, call: Call, view: View) -> bool:
    """Whether something in the loop says that its items, or some of them together, are sent on their own."""
    receiver = set(names_in(call.receiver))
    inside = (fact for fact in view.block.facts if loop.body[0] <= fact.node < loop.body[1])
    return any(_is_decision(fact, call, receiver, view) for fact in inside)


def _is_decision(fact: Fact, call: Call, receiver: set[str], view: View) -> bool:
    match fact:
        case Handler(tried=(start, end)):
            return start <= call.node < end
        case Binary(op="%"):
            return True
        case Compare(operands=operands):
            return any(isinstance(operand, Call) and operand.method == "len" for operand in operands)
        case With(target=target):
            return bool(receiver & set(names_in(target)))
        case Assignment(target=target):
            return target == call.receiver or bool(receiver & set(names_in(target)))
        case Call(func=func) if fact.method in ("begin", "begin_nested"):
            return view.name(func).rpartition(".")[0] in SESSIONS
        case Call() if call.method == "commit":
            return not receiver & set(names_in(fact)) and not _is_harmless(fact, view)
        case Await(value=value):
            return not isinstance(value, Call) or view.callee(value).rpartition(".")[0] not in SESSIONS
        case _:
            return False


def _is_harmless(call: Call, view: View) -> bool:
    """Whether a call changes nothing outside the process: it makes an object, converts, prints or logs."""
    return call.method[:1].isupper() or view.callee(call).startswith(_HARMLESS)


_HARMLESS = ("builtins.", "datetime.", "logging.", "sqlalchemy.", "uuid.")


@RULE.fix(Applicability.REFACTOR)
def move_behind(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    call, title = finding.fact, f"Call `{finding['method']}` once, behind the loop"
    awaits = (fact for fact in edits.facts() if isinstance(fact, Await) and fact.value == call)
    node = next((found.node for found in awaits), call.node)
    loops = [fact for fact in edits.facts() if isinstance(fact, Loop) and fact.body[0] <= node < fact.body[1]]
    loop = edits.span(loops[-1].node)
    rest = edits.text(loops[-1].node)[edits.span(node).end - loop.start :]
    if finding["method"] == "refresh":
        return Refusal(title, "each object is refreshed on its own")
    if len(loops) > 1:
        return Refusal(title, "behind the inner loop, it is still in the outer one")
    if rest.strip() or not _is_last(node, loops[-1], edits):
        return Refusal(title, "the rest of the loop may need it, or a comment belongs to it")
    removed, added = edits.without_lines(node), edits.lines_after(loops[-1].node, edits.text(node))
    if removed is None or added is None:
        return Refusal(title, "it shares its lines with something else")
    return Fix(title, (removed, added))


def _is_last(node: int, loop: Loop, edits: Edits) -> bool:
    """Whether a statement stands directly in the body of a loop, below others and without a comment."""
    first, span = edits.span(loop.body[0]), edits.span(node)
    line = edits.slice(edits.whole_lines(span))
    is_below = first.start < edits.line_start(span.start)
    return is_below and edits.indent_at(first.start) == edits.indent_at(span.start) and "#" not in line
