"""The Amazon sale report: one row per order line, as a seller downloads it."""

from datagen.amazon_orders.report import HEADER, Generated, InvalidRequestError, generate

__all__ = ["HEADER", "Generated", "InvalidRequestError", "generate"]
