"""How a delivered file is written: found at the door, kept in the ledger, used by whoever reads the file."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

type Kind = Literal["csv", "json", "parquet", "avro"]

LONGEST_RECORD = 1 << 20  # bytes of one record of text; whoever reads a file holds a few of them


class DeliveredFormat(BaseModel):
    """All there is to know of a file, besides its contract, to read it.

    ``encoding`` and ``compression`` are those of text, ``delimiter`` that of CSV.
    """

    model_config = ConfigDict(frozen=True)

    kind: Kind = "csv"
    encoding: Literal["utf-8", "utf-8-sig", "cp1252"] = "utf-8"
    delimiter: Literal[",", "\t", ";"] = ","
    compression: Literal["", "gzip"] = ""
