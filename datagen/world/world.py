"""All parts of a company, made to fit each other."""

from dataclasses import dataclass

import numpy as np

from datagen.world.amazon import AmazonOrders, amazon_orders
from datagen.world.customers import Customers, customers
from datagen.world.events import EventStream
from datagen.world.products import Products, products
from datagen.world.rep_sales import RepSales, rep_sales
from datagen.world.reps import Reps, reps
from datagen.world.reviews import Reviews, reviews
from datagen.world.setting import Setting
from datagen.world.stock import Stock
from datagen.world.web import WebOrders
from datagen.world.web_draw import web_orders


@dataclass(frozen=True)
class World:
    """A company, all but its web events, which are made a few days at a time."""

    setting: Setting
    weights: np.ndarray  # how busy each day is
    customers: Customers
    products: Products
    reps: Reps
    amazon: AmazonOrders
    web: WebOrders
    sales: RepSales
    reviews: Reviews
    stock: Stock

    def events(self) -> EventStream:
        """The events of the web shop, from the first day on."""
        return EventStream(self.setting, self.weights, self.customers, self.products, self.web)


def world(setting: Setting) -> World:
    """Make a company: first who and what there is, then what happens."""
    known, goods, staff = customers(setting), products(setting), reps(setting)
    weights = setting.calendar.weights(setting.rng("days"))
    amazon = amazon_orders(setting, weights, goods)
    web = web_orders(setting, weights, known, goods)
    sales = rep_sales(setting, weights, known, goods, staff)
    is_sale = sales.refund_of < 0
    sold = (
        (amazon.lines.product, amazon.lines.day, amazon.open_quantity),
        (web.lines.product, web.lines.day, web.quantity),
        (sales.product[is_sale], sales.day[is_sale], sales.quantity[is_sale]),
    )
    stock = Stock(setting, goods.created, sold)
    return World(setting, weights, known, goods, staff, amazon, web, sales, reviews(setting, web), stock)
