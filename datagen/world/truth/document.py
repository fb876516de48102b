"""truth.json: rows per file and table, sums, and answers, at the end and after each of the last days."""

from typing import Any

import duckdb
import numpy as np

from datagen.world.calendar import day_text
from datagen.world.spoil import Spoiler
from datagen.world.truth.counts import EventCounts, TableCounts
from datagen.world.truth.facts import facts
from datagen.world.truth.known import known_at
from datagen.world.truth.questions import questions
from datagen.world.truth.sums import sales
from datagen.world.visits import TYPES
from datagen.world.world import World


class Truth:
    """Collects what the files say while they are made, and says it.

    ``tables``
        Rows of each ``<dataset>_latest``, dimension and fact table.
    ``sales``
        Over the active sold lines: lines, units, revenue (net of discount, without tax and shipping) and
        profit (revenue less cost, where the cost is known, less refunds); refunds by the day they were paid.
    ``questions``
        See :mod:`datagen.world.truth.questions`.
    ``defects``, ``spoilt``
        Spoilt rows per fault, and per file by what must become of them: quarantined, duplicate, or superseded
        by the healthy row below. Faults of the company (an unknown product …) are in all the figures.
    ``as_of``
        The same after the files of each of the last days, and before the first of them.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        batches = world.setting.calendar.batches
        daily = min(world.setting.calendar.daily, len(batches))
        self.cutoffs = list(range(max(0, len(batches) - daily - 1), len(batches)))
        self.events = EventCounts(world, self.cutoffs)

    def document(
        self, arrivals: list[dict[str, Any]], rows: dict[str, np.ndarray], spoiler: Spoiler
    ) -> dict[str, Any]:
        """The whole document.

        Parameters
        ----------
        arrivals
            The files, as in arrivals.json.
        rows
            Healthy rows of each dataset in each batch.
        spoiler
            What it has spoilt.
        """
        counts = TableCounts(self._world, self.events, rows)
        batches = self._world.setting.calendar.batches
        with duckdb.connect(config={"threads": 2}) as connection:
            as_of = {
                batches[batch].label: self._at(connection, nth, batch, counts)
                for nth, batch in enumerate(self.cutoffs)
            }
        calendar = self._world.setting.calendar
        return {
            "seed": self._world.setting.seed,
            "late": self._world.setting.late,
            "first_day": day_text(calendar.first),
            "last_day": day_text(calendar.last),
            "days": calendar.last - calendar.first + 1,
            "rows": {
                dataset: sum(arrival["rows"] for arrival in arrivals if arrival["dataset"] == dataset)
                for dataset in rows
            },
            "files": {arrival["path"]: arrival["rows"] for arrival in arrivals},
            **spoiler.truth(),
            **as_of[batches[-1].label],
            "as_of": as_of,
        }

    def _at(self, connection: Any, nth: int, batch: int, counts: TableCounts) -> dict[str, Any]:
        known = known_at(self._world, batch)
        lines = facts(self._world, known, batch)
        connection.register("made", lines)
        connection.execute("CREATE OR REPLACE TEMP TABLE facts AS SELECT * FROM made")
        return {
            "tables": counts.at(known, batch, lines.num_rows),
            "sales": sales(connection),
            "events_by_type": dict(zip(TYPES, self.events.types[nth].tolist(), strict=True)),
            "questions": questions(connection, self.events.funnel[nth]),
        }
