"""The application, put together."""

import logging

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from app.api import customers, orders, products, reports
from app.db.engine import dispose
from app.domain.errors import NotFound, ShopError

logger = logging.getLogger(__name__)

app = FastAPI(title="Shop")
app.state.ready = False
app.include_router(customers.router)
app.include_router(orders.router)
app.include_router(products.router)
app.include_router(reports.router)


@app.on_event("startup")
async def open_shop() -> None:
    logger.info("the shop opens")
    app.state.ready = True


@app.on_event("shutdown")
async def close_shop() -> None:
    app.state.ready = False
    await dispose()
    logger.info("the shop is closed")


@app.exception_handler(ShopError)
async def explain(request: Request, error: ShopError) -> JSONResponse:
    status = 404 if isinstance(error, NotFound) else 409
    return JSONResponse({"detail": str(error)}, status_code=status)
