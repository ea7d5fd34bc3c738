"""With the other option the error names the relationship that is read; what else is asked is the same."""

from hypothesis import given
from hypothesis import strategies as st

from support.generated import Imported, examples, indented, laid_out, ways_to_import
from support.mended import FIXES, mended
from support.observed import Outcome, outcome

RULE = "lazyload-option-in-async"

PROGRAM = """
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Load, Mapped, defaultload, mapped_column, relationship, selectinload
from sqlalchemy.pool import StaticPool
{imports}

class Base(DeclarativeBase):
    pass

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    orders: Mapped[list["Order"]] = relationship(lazy="selectin")

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    lines: Mapped[list["Line"]] = relationship(lazy="selectin")

class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("orders.id"))

async def run(reads):
    engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(engine) as session:
        session.add(User(id=1, orders=[Order(id=2, lines=[Line(id=3)])]))
        await session.commit()
        session.expunge_all()
{query}
        user = (await session.scalars(query)).one()
        try:
            return [user.id, [line.id for order in user.orders for line in order.lines] if reads else None]
        finally:
            await engine.dispose()
"""
OPTIONS = (
    "{lazyload}(User.orders)",
    "{lazyload}('*')",
    "defaultload(User.orders).lazyload(Order.lines)",
    "selectinload(User.orders).lazyload(Order.lines)",
    "Load(User).lazyload(User.orders)",
    "Load(User).selectinload(User.orders).lazyload(\n    Order.lines,  # never read\n)",
)


def chosen(choice: str) -> dict[str, str]:
    """The settings of a project that made a choice of its own."""
    return {"hexguard.toml": f'switches."sqlalchemy.loading" = "{choice}"\n'}


@st.composite
def programs(draw: st.DrawFn) -> str:
    made: Imported = draw(ways_to_import("sqlalchemy.orm.lazyload"))
    option = draw(st.sampled_from(OPTIONS)).replace("{lazyload}", made.text)
    query = indented(f"query = sa.select(User).options({option})", 2)
    return draw(laid_out(PROGRAM.replace("{imports}", made.statement).replace("{query}", query)))


@examples(8)
@given(programs(), st.sampled_from(("raise", "raise_on_sql")))
def test_only_the_error_differs(code: str, choice: str) -> None:
    after = mended(code, RULE, FIXES, chosen(choice))
    assert after is not None
    assert outcome(code, False) == outcome(after, False) == Outcome([1, None])
    raised = outcome(after, True)
    assert raised.error == "InvalidRequestError"
    assert "raise" in raised.message


@examples(4)
@given(programs())
def test_what_is_loaded_at_once_can_be_read(code: str) -> None:
    after = mended(code, RULE, FIXES, chosen("selectin"))
    assert after is not None
    assert outcome(code, False) == outcome(after, False) == Outcome([1, None])
    assert outcome(after, True) == Outcome([1, [3]])
