"""The pieces that generated code is made of, such as people write them in a backend; `$name` and the like vary."""

HEADER = '''"""Orders, customers and what happens to them."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Annotated, Union

from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import ForeignKey, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

router = APIRouter(prefix="/orders")
'''

BASE = '''

class Base(DeclarativeBase):
    """What all tables share."""


async def get_session() -> AsyncSession:
    """The session of the request."""
    return AsyncSession()


SessionNeeded = Annotated[AsyncSession, Depends(get_session)]
'''

TOP = """
STARTED_AT = datetime.utcnow()
STALE_AFTER = timedelta(days=30)
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""

PLACE = '''

async def settle_$name(attempt: int | None) -> int:
    """Wait until the books of $name agree."""
    await asyncio.sleep(0)
    time.slee(1)
    l = attempt or 0  # noqa: E741
    return l + $number
'''

MODEL = '''

class ${Noun}Record$number(Base):
    """A $noun as the database keeps it."""

    __tablename__ = "${noun}_$number"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("owner.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=NEVER)

    def is_stale(self, now: datetime) -> bool:
        """Whether nobody has looked at it for long."""
        return now - self.created_at > STALE_AFTER

    def label(self) -> str:
        """What a person reads."""
        return f"{self.name} ({self.id})"
'''

FUNCTION = '''

def ${verb}_${noun}_$number(amounts: list[int], *, limit: int = $number) -> int:
    """Add up what counts, each amount to a limit."""
    total = 0
    for amount in amounts:
        if amount < 0:
            continue
        total += min(amount, limit)
    if total > limit:
        total -= total % $step
    return total
'''

QUERY = '''

async def find_${noun}_$number(session: AsyncSession, name: str) -> list[str]:
    """The names that begin like this one."""
    table = Base.metadata.tables["$noun"]
    statement = select(table.c.name).where(table.c.name.startswith(name)).order_by(table.c.name)
    rows = await session.execute(statement.limit($step))
    found: list[str] = []
    for row in rows.scalars():
        if row not in found:
            found.append(row)
    return found
'''

ROUTE = '''

@router.get("/${noun}/$number/{item_id}")
async def read_${noun}_$number(item_id: int, session: SessionNeeded) -> dict[str, str]:
    """Answer with one $noun."""
    table = Base.metadata.tables["$noun"]
    rows = await session.execute(select(table.c.name).where(table.c.id == item_id))
    name = rows.scalar_one_or_none()
    if name is None:
        raise HTTPException(status_code=404, detail="there is no such $noun")
    return {"id": str(item_id), "name": name}
'''

SERVICE = '''

class ${Noun}Service$number:
    """What can be done with a $noun."""

    def __init__(self, session: AsyncSession, limit: int = $step) -> None:
        self.session = session
        self.limit = limit
        self.seen: dict[str, int] = {}

    async def $verb(self, names: list[str]) -> int:
        """Look at each name once."""
        for name in names:
            self.seen[name] = self.seen.get(name, 0) + 1
            if len(self.seen) >= self.limit:
                await self.session.flush()
        return len(self.seen)

    async def forget(self, name: str) -> None:
        """Look at a name again the next time."""
        self.seen.pop(name, None)
        await asyncio.sleep(0)
'''

UNITS = (MODEL, FUNCTION, QUERY, ROUTE, SERVICE)

# Each is found by Hexguard or by Ruff, the last two also by Fixit.
FLAWS = (
    '''

async def wait_for_${noun}_$number() -> None:
    """Wait for the other side."""
    time.sleep($step)
''',
    '''

def load_${noun}_$number(text: str) -> int:
    """Read a number, or zero."""
    try:
        return int(text)
    except:
        return 0
''',
    '''

def stamp_${noun}_$number(stamps: list[datetime] = []) -> list[datetime]:
    """Add the current time."""
    stamps.append(datetime.utcnow())
    return stamps
''',
    '''

def pick_${noun}_$number(name: Union[str, None]) -> str:
    """A name, whatever comes."""
    return name or "$noun"
''',
    '''

def is_${noun}_${number}_known(name: str | None) -> bool:
    """Whether there is a name."""
    return not (name == None)
''',
)

CLASS = '''

class Ledger:
    """All movements, kept in memory; a long class as they grow over the years."""

    def __init__(self) -> None:
        self.entries: dict[str, int] = {}
        self.closed = False
'''

METHOD = '''
    def ${verb}_${noun}_$number(self, name: str, amount: int) -> int:
        """Book a movement of a $noun."""
        if self.closed or amount == $number:
            return 0
        before = self.entries.get(name, 0)
        self.entries[name] = before + min(amount, $step)
        return self.entries[name]
'''

METHOD_PLACE = '''
    async def settle(self, attempt: int | None) -> int:
        """Wait until the books agree."""
        await asyncio.sleep(0)
        time.slee(1)
        return len(self.entries)
'''

LONG_FUNCTION = '''

async def rebuild(amounts: list[int], attempt: int | None) -> int:
    """Work everything out again; a long function as they grow over the years."""
    total = 0
    await asyncio.sleep(0)
'''

STATEMENTS = """    for amount in amounts:
        if amount > $number:
            total += amount % $step
        else:
            total -= 1
"""

STATEMENT_PLACE = """    time.slee(1)
"""

LONG_FUNCTION_END = """    return total
"""
