"""Handlers that leave a session in a failed transaction.

## What it does
Reports an `except` that catches what `commit()` or `flush()` of a session raises, where nothing calls `rollback()` and
the session is used again: in the handler itself, in the next round of a loop, or in code after it.

## Why it matters
After the error the session refuses everything until `rollback()` is called: the next query, in a place that did nothing
wrong, raises `PendingRollbackError`.
In a loop, one bad item makes all items after it fail.

## Fix safety
Unsafe: what was added and not committed is dropped, and the rows of the session are read again when they are next used.
An `AsyncSession` cannot do that on access, so what the handler tells of a row has to be read before.

## Known limits
Only handlers of all exceptions and of those in `sqlalchemy.exc` are looked at.
Handlers that hand the session to another function are left alone, since that one may roll back.
Whether a caller goes on with the session that it gave is not known, and so nothing is said about it.
A `begin()` around the call, or another handler right around it, takes care of the transaction.
"""

from collections.abc import Iterator

from hexguard.facts.chains import dotted
from hexguard.facts.expressions import Call, Expr
from hexguard.facts.handlers import entered_between, is_caught_before, reached
from hexguard.facts.loops import loops_around
from hexguard.facts.model import Assignment, Choice, Handler, Raise
from hexguard.facts.rebinding import is_bound_in, rebinds
from hexguard.facts.waits import inside
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard.text.edit import Edit
from hexguard.text.span import Span
from hexguard_rules.knowledge.sessions import (
    BEGINNING_NAMES,
    CATCH_ALL,
    ENDING_NAMES,
    FLUSHING,
    FLUSHING_NAMES,
    HARMLESS_ERRORS,
    SYNC_SESSIONS,
    WAITING_NAMES,
)
from hexguard_rules.knowledge.tasks import LEAVING

TITLE = "Roll back first"

RULE = Rule(
    name="missing-rollback-on-error",
    message="`{session}` cannot be used after this error, because nothing calls `rollback()`",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    requires=("sqlalchemy>=1.4",),
    examples=(
        Bad(
            """
            from sqlalchemy.exc import IntegrityError
            from sqlalchemy.ext.asyncio import AsyncSession

            async def import_users(session: AsyncSession, users: list[User]) -> None:
                for user in users:
                    session.add(user)
                    try:
                        await session.commit()
                    except IntegrityError:
            #       ^^^^^^
                        # There is such a user.
                        if user.is_admin:
                            raise
            """,
            fixed="""
            from sqlalchemy.exc import IntegrityError
            from sqlalchemy.ext.asyncio import AsyncSession

            async def import_users(session: AsyncSession, users: list[User]) -> None:
                for user in users:
                    session.add(user)
                    try:
                        await session.commit()
                    except IntegrityError:
                        await session.rollback()
                        # There is such a user.
                        if user.is_admin:
                            raise
            """,
        ),
        Bad(
            """
            from sqlalchemy import exc as errors
            from sqlalchemy.orm import Session, sessionmaker

            make_session = sessionmaker()

            class Users:
                def __init__(self, db: Session) -> None:
                    self.db = db

                def add(self, user: User) -> User:
                    try:
                        self.db.add(user)
                        self.db.flush()
                    except errors.IntegrityError as error:  # most likely the name
            #       ^^^^^^
                        if is_about_name(error):
                            return self.db.merge(user)
                        raise
                    return user

            def sync_all() -> None:
                session = make_session()
                try:
                    sync(session)
                    session.commit()
                except Exception:
            #   ^^^^^^
                    pass
                session.execute(delete(Job))
                session.close()
            """,
            fixed="""
            from sqlalchemy import exc as errors
            from sqlalchemy.orm import Session, sessionmaker

            make_session = sessionmaker()

            class Users:
                def __init__(self, db: Session) -> None:
                    self.db = db

                def add(self, user: User) -> User:
                    try:
                        self.db.add(user)
                        self.db.flush()
                    except errors.IntegrityError as error:  # most likely the name
                        self.db.rollback()
                        if is_about_name(error):
                            return self.db.merge(user)
                        raise
                    return user

            def sync_all() -> None:
                session = make_session()
                try:
                    sync(session)
                    session.commit()
                except Exception:
                    session.rollback()
                session.execute(delete(Job))
                session.close()
            """,
        ),
        Bad(
            """
            from sqlalchemy.orm import Session

            def save(session: Session, users: list[User]) -> None:
                for user in users:
                    try:
                        session.add(user)
                        session.commit()
                    except Exception: log.exception("skipped")
            #       ^^^^^^
            """,
            why="the handler stands in one line, and needs a line of its own for the call",
        ),
        Good(
            """
            from sqlalchemy.exc import IntegrityError, SQLAlchemyError
            from sqlalchemy.ext.asyncio import AsyncSession

            async def save(session: AsyncSession, user: User) -> bool:
                try:
                    session.add(user)
                    await session.commit()
                except IntegrityError:
                    await session.rollback()
                    return False
                except SQLAlchemyError as error:
                    await clean_up(session)
                except Exception as error:
                    if user.id is None:
                        raise SaveError from error
                    else:
                        raise
                return await session.get(User, user.id) is not None

            async def save_all(session: AsyncSession, users: list[User]) -> None:
                is_saved = False
                try:
                    session.add_all(users)
                    await session.commit()
                    is_saved = True
                except Exception:
                    log.exception("not saved")
                finally:
                    if not is_saved:
                        await session.rollback()
                for user in users:
                    await session.rollback()
                    try:
                        user.name = await fetch_name(user.id)
                        await session.commit()
                    except Exception:
                        log.exception("not renamed")
            """,
            why="somebody rolls back, or the caller hears of the error",
        ),
        Good(
            """
            from fastapi import Depends, FastAPI
            from sqlalchemy.exc import IntegrityError
            from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

            from app.database import get_session

            app = FastAPI()

            @app.post("/users")
            async def register(user: NewUser, session: AsyncSession = Depends(get_session)) -> str:
                session.add(User(name=user.name))
                try:
                    await session.commit()
                except IntegrityError:
                    return "there is such a user"
                return "welcome"

            async def touch(make_session: async_sessionmaker[AsyncSession], users: list[User]) -> None:
                for user in users:
                    try:
                        async with make_session() as session:
                            session.add(user)
                            await session.commit()
                    except Exception:
                        log.exception("skipped")
            """,
            why="the session is closed right after, which rolls back",
        ),
        Good(
            """
            from sqlalchemy.orm import Session, sessionmaker

            class Jobs:
                def __init__(self, session: Session) -> None:
                    self.session = session

                def add(self, job: Job) -> bool:
                    try:
                        self.session.add(job)
                        self.session.commit()
                    except Exception:
                        return False
                    else:
                        self.session.refresh(job)
                        return True

            def run(make_session: sessionmaker[Session], jobs: list[Job]) -> None:
                with make_session() as session:
                    try:
                        session.add_all(jobs)
                        session.commit()
                    except Exception:
                        log.exception("not saved")
                    with make_session() as session:
                        session.execute(delete(Job))
            """,
            why="missed: the caller may go on with the session, or not; the second session is another one",
        ),
        Good(
            """
            from sqlalchemy.exc import IntegrityError, NoResultFound
            from sqlalchemy.orm import Session

            def save(session: Session, users: list[User]) -> None:
                for user in users:
                    try:
                        with session.begin_nested():
                            session.add(user)
                            session.flush()
                    except IntegrityError:
                        log.warning("skipped")
                    try:
                        session.commit()
                        load(session).one()
                    except (NoResultFound, KeyError):
                        log.warning("not found")
            """,
            why="the savepoint is rolled back by its `with`, and the other errors are not those of a commit",
        ),
    ),
)


@RULE.check(Handler)
def check(handler: Handler, view: View) -> Iterator[Finding[Handler]]:
    sent = _sent(handler, view)
    if not sent or not _catches(handler, view):
        return
    raises = _leaves(handler, view)
    for session, call in sent.items():
        is_missed = _is_asked_inside(session, handler, view) or (not raises and _is_used_again(session, handler, view))
        if is_missed and not _is_rolled_back(session, handler, view):
            kind = "sync" if view.callee(call).rpartition(".")[0] in SYNC_SESSIONS else "async"
            yield RULE.at(handler, handler.keyword, session=session, kind=kind)


def _sent(handler: Handler, view: View) -> dict[str, Call]:
    """The sessions that the `try` commits or flushes, as they are written, with the first of these calls."""
    block, (start, end) = view.block, handler.tried
    found: dict[str, Call] = {}
    # Most handlers are about something else, so the cheapest questions come first.
    calls = (fact for fact in block.facts if type(fact) is Call and start <= fact.node < end)
    for call in calls:
        if call.method not in FLUSHING_NAMES or not call.receiver or not (name := dotted(call.receiver)):
            continue
        is_here = block.function_scope(call.context.scope) == block.function_scope(handler.context.scope)
        if is_here and view.callee(call) in FLUSHING and not _is_cared_for(name, call, handler, view):
            found.setdefault(name, call)
    return found


def _is_cared_for(session: str, call: Call, handler: Handler, view: View) -> bool:
    """Whether something between a call and the handler rolls back or closes: another handler, or a `with`."""
    if is_caught_before(call, handler, view.block):
        return True
    if any(isinstance(value, Call) and value.method in BEGINNING_NAMES for value in call.context.withs):
        return True
    between = list(entered_between(handler, call, view.block))
    return rebinds(session, between) or any(dotted(found.value) == session for found in between)


def _catches(handler: Handler, view: View) -> bool:
    """Whether errors of the database arrive here."""

    def may_be(kind: Expr) -> bool:
        name = view.name(kind)
        return name in CATCH_ALL or (name.startswith("sqlalchemy.exc.") and name not in HARMLESS_ERRORS)

    earlier = any(view.name(kind) in CATCH_ALL for kind in handler.earlier)
    return not earlier and (not handler.types or any(may_be(kind) for kind in handler.types))


def _leaves(handler: Handler, view: View) -> bool:
    """Whether a handler raises or ends the process, unless only an `if` in it does and others go on."""
    scope = view.block.function_scope(handler.context.scope)
    body = inside(view.block, handler.body, scope)
    nodes = [fact.node for fact in body if isinstance(fact, Raise) or _ends_process(fact, view)]
    if not nodes or handler.last not in _GOING_ON:
        return bool(nodes)
    start, end = handler.body
    choices = (choice for choice in view.block.of_type(Choice) if start <= choice.node < end)
    return any(all(any(first <= node < last for node in nodes) for first, last in choice.bodies) for choice in choices)


def _ends_process(fact: object, view: View) -> bool:
    return isinstance(fact, Call) and view.callee(fact) in LEAVING


def _is_asked_inside(session: str, handler: Handler, view: View) -> bool:
    """Whether the handler itself goes on with the session."""
    scope = view.block.function_scope(handler.context.scope)
    calls = (fact for fact in inside(view.block, handler.body, scope) if isinstance(fact, Call))
    return any(call.method in WAITING_NAMES and call.receiver and dotted(call.receiver) == session for call in calls)


def _is_rolled_back(session: str, handler: Handler, view: View) -> bool:
    """Whether the handler itself may roll back or close the session."""
    scope = view.block.function_scope(handler.context.scope)
    calls = [fact for fact in inside(view.block, handler.body, scope) if isinstance(fact, Call)]
    return any(
        "rollback" in call.method or _ends(session, call) or _may_roll_back(session, call, view) for call in calls
    )


def _ends(session: str, call: Call) -> bool:
    return call.method in ENDING_NAMES and call.receiver is not None and dotted(call.receiver) == session


def _may_roll_back(session: str, call: Call, view: View) -> bool:
    """Whether a call in the handler is given the session, or is of a method of the object that holds it."""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    if any(dotted(expr) == session for expr in given):
        return True
    owner = session.rpartition(".")[0]
    if not owner or call.receiver is None or dotted(call.receiver) != owner:
        return False
    inner = view.calls(view.callee(call))
    return not inner or any(name.rpartition(".")[2] in ENDING_NAMES for name in inner)


def _is_used_again(session: str, handler: Handler, view: View) -> bool:
    """Whether the next round of a loop, or code after the handler, goes on with the session as it is."""
    if handler.last == "return":
        return False
    calls = list(reached(handler, view.block))
    ends = [call.node for call in calls if _ends(session, call)]
    loops = list(loops_around(view.block, handler.node, handler.context))
    for loop in loops if handler.last != "break" else ():
        start, end = loop.body
        if not is_bound_in(session, loop, view.block) and not any(start <= node < end for node in ends):
            return True
    after = loops[-1].body[1] if loops and handler.last in ("break", "continue") else handler.body[1]
    used = [call.node for call in calls if call.node >= after and _is_used(session, call, handler, view)]
    return bool(used) and not any(after <= node < used[0] for node in ends)


def _is_used(session: str, call: Call, handler: Handler, view: View) -> bool:
    """Whether a call after a handler is about the session, and not about another one that has its name by then."""
    owner = dotted(call.receiver) if call.receiver else ""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    if call.method in ENDING_NAMES or (owner != session and all(dotted(expr) != session for expr in given)):
        return False
    assigned = (
        found for found in view.block.of_type(Assignment) if handler.body[1] <= found.node < call.node and not found.op
    )
    return not rebinds(session, (*entered_between(handler, call, view.block), *assigned))


@RULE.fix(Applicability.UNSAFE)
def roll_back(finding: Finding[Handler], edits: Edits) -> Fix | Refusal:
    handler, text = finding.fact, f"{finding['session']}.rollback()"
    if finding["kind"] == "async":
        if not handler.context.in_async:
            return Refusal(TITLE, "`await` is only allowed in an `async def`")
        text = f"await {text}"
    after = max((edits.span(kind.node).end for kind in handler.types), default=edits.span(handler.keyword).end)
    end = edits.span(handler.node).end
    header, _, rest = edits.slice(Span(after, end)).partition(":")
    line = edits.whole_lines(Span(after + len(header), after + len(header))).end
    if "#" in header or line >= end or rest.partition(edits.newline)[0].partition("#")[0].strip():
        return Refusal(TITLE, "the handler stands in one line, or a comment stands between its exceptions")
    body = edits.slice(Span(line, end))
    if body.strip() == "pass":
        return Fix(TITLE, (Edit(Span(end - len("pass"), end), text),))
    rows = (row for row in body.split(edits.newline) if row.strip() and not row.lstrip().startswith("#"))
    first = next(rows, "")
    indent = first[: len(first) - len(first.lstrip())]
    return Fix(TITLE, (edits.insert_at(line, f"{indent}{text}{edits.newline}"),))


_GOING_ON = frozenset({"break", "continue", "expression", "if", "pass", "return"})
"""Kinds of the last statement of a handler with which it goes on, though something before may raise."""
