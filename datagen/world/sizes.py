"""How big a company is: what is fixed by the scale, whatever the days it spans."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Numbers of the things a world is made of."""

    customers: int
    products: int
    reps: int
    amazon: int  # orders
    web: int  # orders
    sales: int  # of the representatives, refunds not counted
    events: int
    days: int

    @property
    def orders(self) -> int:
        """Orders of all three channels."""
        return self.amazon + self.web + self.sales


def sizes(*, customers: int, products: int, reps: int, orders: int, events: int, days: int) -> Sizes:
    """Sizes with the orders spread over the channels: 40 % Amazon, 40 % web, the rest reps."""
    amazon, web = orders * 2 // 5, orders * 2 // 5
    return Sizes(customers, products, reps, amazon, web, orders - amazon - web, events, days)


SCALES = {
    "small": sizes(customers=1_000, products=500, reps=25, orders=5_000, events=50_000, days=365),
    "medium": sizes(customers=10_000, products=500, reps=60, orders=100_000, events=500_000, days=365),
    "large": sizes(customers=100_000, products=50_000, reps=300, orders=500_000, events=5_000_000, days=730),
}
