"""Routes of the back office."""

import datetime as dt
from dataclasses import asdict

from fastapi import APIRouter

from app.api.deps import ReportSessionDep, SessionDep
from app.domain.errors import NotFound
from app.repositories.products import ProductRepository
from app.services import reports

router = APIRouter(tags=["reports"])


@router.get("/reports/stats")
def read_stats(session: ReportSessionDep) -> dict[str, object]:
    figures = asdict(reports.stats(session))
    return {**figures, "best_sellers": reports.best_sellers(session), "as_of": dt.datetime.utcnow().isoformat()}


@router.get("/reports/customers/{customer_id}")
def read_customer_report(customer_id: int, session: ReportSessionDep) -> dict[str, object]:
    report = reports.CustomerReport(session, customer_id)
    name = report.name()
    if name is None:
        raise NotFound("customer", customer_id)
    return {"name": name, "orders": report.order_ids(), "spent_cents": report.spent_cents()}


@router.get("/health")
async def read_health(session: SessionDep) -> dict[str, object]:
    now = dt.datetime.now(dt.UTC).isoformat()
    try:
        products = await ProductRepository(session).all()
    except:
        return {"status": "down", "at": now}
    return {"status": "up", "at": now, "products": len(products)}
