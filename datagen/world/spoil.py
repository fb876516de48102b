"""Put faults into a world: rows of their own into files, or what does not fit into the company itself."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from datagen.amazon_orders.faults import DEFECTS as AMAZON_FAULTS
from datagen.amazon_orders.faults import DUPLICATE, HEADER
from datagen.draw import quoted
from datagen.world.faults import ROW_FAULTS, WORLD_FAULTS, Fault, Written, spoilt
from datagen.world.formats import TextWriter, Writer
from datagen.world.rep_sales import RepSales
from datagen.world.web import NEVER
from datagen.world.world import World


class Spoiler:
    """Chooses a file for each spoilt row and writes it at the top of that file.

    Parameters
    ----------
    counts
        Rows per fault, named ``dataset.fault``.
    """

    def __init__(self, counts: Mapping[str, int], world: World) -> None:
        rng = world.setting.rng("spoilt rows")
        filled = _filled(world)
        self.counts = {name: count for name, count in counts.items() if count}
        self.written: list[tuple[str, Fault]] = []
        self._due: dict[tuple[str, int], list[Fault]] = {}
        for name, count in self.counts.items():
            if name in ROW_FAULTS:
                fault = ROW_FAULTS[name]
                for batch in rng.choice(filled[fault.dataset], count).tolist():
                    self._due.setdefault((fault.dataset, batch), []).append(fault)

    def write(self, dataset: str, batch: int, path: str, table: Any, writer: Writer) -> int:
        """Write the spoilt rows due in a file, made from its first table; the number of rows."""
        due = self._due.pop((dataset, batch), [])
        for nth, fault in enumerate(due):
            number = len(self.written)
            row = table.slice(nth * 7 % table.num_rows, 1)
            if dataset == "amazon_orders":
                _write_amazon(fault, [str(value) for value in row.to_pylist()[0].values()], number, writer)
            else:
                _write(spoilt(fault, row.to_pylist()[0], number), row, writer)
            self.written.append((path, fault))
        return len(due)

    def truth(self) -> dict[str, Any]:
        """What was spoilt: rows per fault, and per file and outcome."""
        files: dict[str, dict[str, int]] = {}
        for path, fault in self.written:
            of_file = files.setdefault(path, {})
            of_file[fault.outcome] = of_file.get(fault.outcome, 0) + 1
        return {"defects": self.counts, "spoilt": files}


def _filled(world: World) -> dict[str, np.ndarray]:
    """The batches in which each dataset has a file."""
    web, days = world.web, world.setting.calendar
    batches = {
        "customers": world.customers.batch,
        "products": world.products.batch,
        "sales_reps": world.reps.batch,
        "amazon_orders": world.amazon.batch,
        "web_orders": web.placed_batch,
        "web_order_items": web.line_batch,
        "rep_transactions": world.sales.batch,
        "web_events": days.batch_of(web.day),
        "inventory": days.batch_of(np.array(world.stock.snapshot_days(world.setting))),
        "reviews": world.reviews.batch,
    }
    return {name: np.unique(of[of < NEVER]) for name, of in batches.items()}


def spoil_company(world: World, counts: Mapping[str, int]) -> World:
    """The company with what does not fit; its truth follows from the same numbers."""
    rng = world.setting.rng("faults")
    wanted = {name.partition(".")[2]: counts.get(name, 0) for name in WORLD_FAULTS}
    sales = _spoil_sales(rng, world, wanted)
    web, reps = world.web, world.reps
    lost = rng.choice(len(web.day), min(wanted["without_order"], len(web.day)), replace=False)
    web = replace(
        web,
        placed_batch=_with(web.placed_batch, lost, NEVER),
        settled_batch=_with(web.settled_batch, lost, NEVER),
        returned_batch=_with(web.returned_batch, lost, NEVER),
    )
    manager = reps.manager.copy()
    # The last hired manage nobody.
    pairs = min(wanted["manager_cycle"], world.setting.sizes.reps // 3)
    for nth in range(pairs):
        one, other = (world.setting.sizes.reps - 1 - 2 * nth - more for more in (0, 1))
        manager[reps.history.subject == one], manager[reps.history.subject == other] = other, one
    return replace(world, sales=sales, web=web, reps=replace(reps, manager=manager))


def _spoil_sales(rng: np.random.Generator, world: World, wanted: Mapping[str, int]) -> RepSales:
    sales, sizes = world.sales, world.setting.sizes
    whole = np.flatnonzero((sales.refund_of < 0) & ~np.isin(np.arange(len(sales.day)), sales.refund_of))
    chosen = rng.permutation(whole)
    for fault, column, first in (
        ("unknown_product", "product", sizes.products),
        ("unknown_customer", "customer", sizes.customers),
        ("unknown_rep", "rep", sizes.reps),
    ):
        rows, chosen = chosen[: wanted[fault]], chosen[wanted[fault] :]
        strangers = first + np.arange(len(rows))
        sales = replace(sales, **{column: _with(getattr(sales, column), rows, strangers)})
    refunds = rng.permutation(np.flatnonzero(sales.refund_of >= 0))[: wanted["refund_too_large"]]
    too_much = sales.total[sales.refund_of[refunds]] + 100_000
    return replace(sales, total=_with(sales.total, refunds, too_much))


def _with(values: np.ndarray, rows: np.ndarray, fresh: Any) -> np.ndarray:
    changed = values.copy()
    changed[rows] = fresh
    return changed


def _write(row: dict[str, Any], like: Any, writer: Writer) -> None:
    """One spoilt row; texts that do not fit their column go into formats of text as they are."""
    typed = {name: None if isinstance(value, Written) else value for name, value in row.items()}
    table = pa.Table.from_pylist([typed], schema=like.schema)
    texts = {name: str(value) for name, value in row.items() if isinstance(value, Written)}
    if isinstance(writer, TextWriter):
        writer.write(table, texts)
    elif texts:
        raise TypeError(f"{', '.join(texts)}: no text fits these columns in this format")
    else:
        writer.write(table)


def _write_amazon(fault: Fault, fields: list[str], nth: int, writer: Writer) -> None:
    """A line of the report, faulty in the report's own way, under an order id of its own."""
    at = HEADER.index("Order ID")
    if fault.name != DUPLICATE:
        fields[at] = f"999-{nth:07}-0000000"
    healthy = list(fields)
    after = AMAZON_FAULTS[fault.name].spoil(list(fields), nth)
    assert isinstance(writer, TextWriter)
    writer.write_line(HEADER, ",".join(field if field in healthy else quoted(field) for field in after))
