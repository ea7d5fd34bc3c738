"""Password hashes that are worked out on the event loop.

## What it does
Reports hashing and verifying a password in an `async def`.
bcrypt, argon2, passlib, pwdlib, cryptography, Django, Werkzeug and the slow functions of hashlib are known.

## Why it matters
These functions are slow on purpose: they take from 50 to 300 milliseconds.
The event loop runs in one thread, so a few logins at once stop all other requests for seconds.

## Fix safety
Unsafe: the hash is then worked out in a thread, and other code runs meanwhile.
It helps because these libraries let other threads run while they work.

## Known limits
A nested `def` or `lambda` is left alone, since it may run in a thread.
A hash behind a helper is reported by `blocking-call-transitive`, but for `pbkdf2_hmac`, which may have few rounds.
Schemes that are configured at run time, such as `bcrypt.using(rounds=12)` of passlib, are not followed.
In files that import anyio or trio, and in comprehensions, no fix is offered.
Nobody else waits in tests, in commands (`import click`, `import typer`, folders such as `scripts`, `cli` and
`migrations`, before `os.execvp()`) and at the start (a lifespan, names like `setup_database` and `initialize`): all of
these are left alone.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.blocking import PASSWORD

TITLE = "Work out the hash in a thread"

RULE = Rule(
    name="blocking-password-hash-in-async",
    message="`{name}` is slow on purpose, and the event loop waits for it",
    doc=__doc__,
    severity=Severity.BLOCKING,
    aliases=("AS-01", "AS-05"),
    examples=(
        Bad(
            """
            import bcrypt

            async def register(email: str, password: str) -> User:
                hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt())
            #            ^^^^^^^^^^^^^
                return await User.create(email=email, password=hashed)
            """,
            fixed="""
            import asyncio

            import bcrypt

            async def register(email: str, password: str) -> User:
                hashed = await asyncio.to_thread(bcrypt.hashpw, password.encode(), bcrypt.gensalt())
                return await User.create(email=email, password=hashed)
            """,
        ),
        Bad(
            """
            import asyncio
            from passlib.context import CryptContext

            passwords = CryptContext(schemes=["bcrypt"])

            async def log_in(user: User | None, password: str) -> bool:
                if user is None or not passwords.verify(password, user.password):
            #                          ^^^^^^^^^^^^^^^^
                    return False
                return True
            """,
            fixed="""
            import asyncio
            from passlib.context import CryptContext

            passwords = CryptContext(schemes=["bcrypt"])

            async def log_in(user: User | None, password: str) -> bool:
                if user is None or not await asyncio.to_thread(passwords.verify, password, user.password):
                    return False
                return True
            """,
        ),
        Bad(
            """
            import asyncio
            from hashlib import pbkdf2_hmac as derive
            from argon2 import PasswordHasher

            class Vault:
                hasher = PasswordHasher()

                async def open(self, stored: str, password: str) -> bytes:
                    self.hasher.verify(stored, password)
            #       ^^^^^^^^^^^^^^^^^^
                    return derive("sha256", password.encode(), b"salt", 600_000)
            #              ^^^^^^
            """,
            fixed="""
            import asyncio
            from hashlib import pbkdf2_hmac as derive
            from argon2 import PasswordHasher

            class Vault:
                hasher = PasswordHasher()

                async def open(self, stored: str, password: str) -> bytes:
                    await asyncio.to_thread(self.hasher.verify, stored, password)
                    return await asyncio.to_thread(derive, "sha256", password.encode(), b"salt", 600_000)
            """,
        ),
        Bad(
            """
            from pwdlib import PasswordHash

            async def any_matches(password: str, stored: list[str]) -> bool:
                hasher = PasswordHash.recommended()
                return any(hasher.verify(password, one) for one in stored)
            #              ^^^^^^^^^^^^^
            """,
            why="`await` would make an async generator of the argument of `any`",
        ),
        Good(
            """
            import asyncio
            import bcrypt
            import hashlib

            async def register(password: str, image: bytes) -> tuple[bytes, str]:
                salt = bcrypt.gensalt()
                digest = hashlib.sha256(image).hexdigest()
                return await asyncio.to_thread(bcrypt.hashpw, password.encode(), salt), digest
            """,
            why="a thread works out the hash, and a digest of a few bytes is quick",
        ),
        Good(
            """
            import bcrypt

            def hash_password(password: str) -> bytes:
                return bcrypt.hashpw(password.encode(), bcrypt.gensalt())

            class Ledger:
                def verify(self, entry: str) -> bool:
                    return bool(entry)

            async def audit(ledger: Ledger) -> bool:
                return ledger.verify("2026-01-01")
            """,
            why="a plain function may take its time, and this `verify` is about something else",
        ),
    ),
)


@RULE.check(Call, callees=PASSWORD)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    if view.holds_up(call):
        yield RULE.at(call, call.func.node, name=".".join(view.callee(call).split(".")[-2:]))


@RULE.fix(Applicability.UNSAFE)
def run_in_thread(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    return edits.in_thread(finding.fact, TITLE)
