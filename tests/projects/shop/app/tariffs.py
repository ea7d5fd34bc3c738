"""The price list of our own parcels, in the form in which carriers give theirs."""

from app.clients.carriers import Rate

BASE_FEE_CENTS = 390
FEE_PER_KILO_CENTS = 75


def house_rate(weight_grams: int) -> Rate:
    kilos = -(-weight_grams // 1000)
    return Rate(carrier="house", cents=BASE_FEE_CENTS + kilos * FEE_PER_KILO_CENTS, days=5)
