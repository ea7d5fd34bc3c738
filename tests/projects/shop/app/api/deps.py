"""What the routes ask for."""

from typing import Annotated

from fastapi import Depends, Query
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from app.clients.carriers import Rate
from app.clients.payments import PaymentClient
from app.db.session import get_report_session, get_session
from app.services.orders import OrderService
from app.services.shipping import all_rates
from app.settings import Settings, get_settings

SessionDep = Annotated[AsyncSession, Depends(get_session)]
ReportSessionDep = Annotated[Session, Depends(get_report_session)]
SettingsDep = Annotated[Settings, Depends(get_settings)]


def get_payments(settings: SettingsDep) -> PaymentClient:
    return PaymentClient(settings)


def get_orders(session: SessionDep, payments: Annotated[PaymentClient, Depends(get_payments)]) -> OrderService:
    return OrderService(session, payments)


def current_rates(grams: Annotated[int, Query(gt=0)]) -> list[Rate]:
    return all_rates(grams)


OrdersDep = Annotated[OrderService, Depends(get_orders)]
RatesDep = Annotated[list[Rate], Depends(current_rates)]
