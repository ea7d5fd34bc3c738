"""Handlers that name no exception.

## What it does
Reports `except:` without a type, unless the handler raises the exception again.

## Why it matters
It also catches `KeyboardInterrupt`, `SystemExit` and `asyncio.CancelledError`.
The process cannot be stopped and a canceled request runs on, while a mistake such as a `NameError` looks like success.

## Fix safety
Unsafe: `except Exception:` lets those three through.
That is the point, but the handler no longer runs for them.

## Known limits
No fix in a module that gives the name `Exception` to something else.
A handler that raises again under a condition is left alone as well.
The exceptions that the body can raise are not worked out: `except Exception:` is a start, the narrow type is yours.
"""

from collections.abc import Iterator

from hexguard.facts.model import Handler
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View

TITLE = "Catch `Exception`"

RULE = Rule(
    name="bare-except",
    message="`except:` also catches cancellation and exit, and hides every mistake",
    doc=__doc__,
    severity=Severity.BLOCKING,
    aliases=("AP-11", "AS-11"),
    examples=(
        Bad(
            """
            def read_rate(payload: dict[str, str]) -> float:
                try:
                    return float(payload["rate"])
                except:
            #   ^^^^^^
                    return 0.0
            """,
            fixed="""
            def read_rate(payload: dict[str, str]) -> float:
                try:
                    return float(payload["rate"])
                except Exception:
                    return 0.0
            """,
        ),
        Bad(
            """
            class Worker:
                async def run(self) -> None:
                    async def step() -> None:
                        try:
                            await self.queue.handle()
                        except ValueError:
                            raise
                        except :  # keep going
            #           ^^^^^^
                            self.failed += 1
                    await step()
            """,
            fixed="""
            class Worker:
                async def run(self) -> None:
                    async def step() -> None:
                        try:
                            await self.queue.handle()
                        except ValueError:
                            raise
                        except Exception :  # keep going
                            self.failed += 1
                    await step()
            """,
        ),
        Bad(
            """
            try:
                import orjson as json
            except:
            #^^^^^
                import json
            """,
            fixed="""
            try:
                import orjson as json
            except Exception:
                import json
            """,
        ),
        Bad(
            """
            def stop(worker: Worker) -> None:
                try:
                    worker.stop()
                except Exception as error:
                    report(error)
                except:
            #   ^^^^^^
                    pass
            """,
            why="`Exception` is caught already, so this handler only ever sees cancellation and exit",
        ),
        Good(
            """
            def save(session: Session, order: Order) -> None:
                try:
                    session.add(order)
                    session.commit()
                except:
                    session.rollback()
                    raise
            """,
            why="nothing is swallowed: the handler cleans up and raises again",
        ),
        Good(
            """
            def close(connection: Connection) -> None:
                try:
                    connection.close()
                except (OSError, Exception):
                    pass
                except BaseException as error:
                    report(error)
            """,
            why="the types are written out, however wide they are",
        ),
    ),
)


@RULE.check(Handler)
def check(handler: Handler, view: View) -> Iterator[Finding[Handler]]:
    if not handler.types and not handler.is_group and not handler.reraises:
        is_caught = any(view.name(earlier) in _WIDE for earlier in handler.earlier)
        yield RULE.at(handler, handler.keyword, caught="yes" if is_caught else "")


_WIDE = ("builtins.Exception", "builtins.BaseException")


@RULE.fix(Applicability.UNSAFE)
def catch_exception(finding: Finding[Handler], edits: Edits) -> Fix | Refusal:
    is_rebound = any("Exception" in scope.bindings for part in edits.parts() for scope in part.facts.scopes)
    if finding["caught"]:
        return Refusal(TITLE, "a clause before this one catches it, so nothing would be left to catch")
    if is_rebound:
        return Refusal(TITLE, "`Exception` means something else in this file")
    return Fix(TITLE, (edits.insert_after(finding.fact.keyword, " Exception"),))
