"""The Amazon sale report: one row per order line, as a seller downloads it."""

from datagen.amazon_orders.generate import HEADER, Generated, InvalidRequestError, generate

__all__ = ["HEADER", "Generated", "InvalidRequestError", "generate"]
