"""What can go wrong in the shop, in its own words."""


class ShopError(Exception):
    """Base of all errors that a caller may be told about."""


class NotFound(ShopError):
    def __init__(self, kind: str, key: int | str) -> None:
        super().__init__(f"{kind} {key} does not exist")
        self.kind = kind
        self.key = key


class OutOfStock(ShopError):
    def __init__(self, sku: str, wanted: int, available: int) -> None:
        super().__init__(f"{sku}: {wanted} wanted, {available} available")
        self.sku = sku


class WrongStatus(ShopError):
    def __init__(self, order_id: int, status: str, wanted: str) -> None:
        super().__init__(f"order {order_id} is {status}, so it cannot become {wanted}")


class PaymentDeclined(ShopError):
    def __init__(self, order_id: int, reason: str) -> None:
        super().__init__(f"payment of order {order_id} was declined: {reason}")
