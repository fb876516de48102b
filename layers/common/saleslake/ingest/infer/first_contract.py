"""Write a first contract for a file: usable as it is, with what only people know left to fill in."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import yaml

from saleslake.contracts.aliases import load_aliases
from saleslake.contracts.odcs import contract_from_document
from saleslake.contracts.refusal import FileRefusal
from saleslake.ingest.infer.guess import COUNTS_ROWS, NAMES_NO_NUMBER, Guess, guess_column
from saleslake.ingest.infer.naming import column_names, dataset_name
from saleslake.ingest.infer.rows import Rows, read_rows

FILL_IN = "to-be-named"
MOST_KEYED = 8  # columns among which a key of two is looked for


def infer_contract(path: Path, dataset: str | None = None) -> str:
    """The text of a first contract.

    Parameters
    ----------
    path
        A file as the sender delivers it, of any format that is read.
    dataset
        Its name; without it, that of the file.

    Raises
    ------
    FileUnreadable
        The file is of no format that is read, or holds no rows.
    ContractInvalid
        Its columns have names that no contract can have.
    """
    found = read_rows(path)
    name = dataset or dataset_name(path.name.partition(".")[0])
    names = column_names(found.header)
    guesses = [
        guess_column(
            names[header], header, [row[at] for row in found.rows], found.types[at] if found.types else ""
        )
        for at, header in enumerate(found.header)
        if header in names
    ]
    lines = _lines(name, path.name, guesses, _key(found, guesses), found.left_out)
    text = "\n".join(lines) + "\n"
    contract_from_document(yaml.safe_load(text), f"{name}.yaml", aliases=load_aliases)
    return text


def _key(found: Rows, guesses: Sequence[Guess]) -> tuple[str, ...]:
    """The column, else the first two together, that tell all rows apart; none where none do."""
    able = [
        guess
        for guess in guesses
        if guess.required
        and guess.kind not in ("decimal", "boolean")
        and not COUNTS_ROWS.fullmatch(guess.name)
    ]
    alone = [guess for guess in able if guess.unique]
    if alone:
        return (min(alone, key=_likelihood).name,)
    places = {header: at for at, header in enumerate(found.header)}
    for one, other in combinations(able[:MOST_KEYED], 2):
        pairs = {(row[places[one.header]], row[places[other.header]]) for row in found.rows}
        if len(pairs) == len(found.rows):
            return (one.name, other.name)
    return ()


def _likelihood(guess: Guess) -> tuple[bool, bool]:
    """Ids come before texts and days, those before numbers that happen to differ; else the first column does."""
    return not NAMES_NO_NUMBER.search(guess.name), guess.kind == "integer"


def _lines(
    name: str, file: str, guesses: Sequence[Guess], key: Sequence[str], left_out: Sequence[FileRefusal]
) -> Iterator[str]:
    yield f"# A first contract, inferred from {file}: read it line by line, above all what says FILL IN."
    yield "# saleslake's own properties: docs/contracts.md. The rest is the Open Data Contract Standard v3."
    yield from (
        "apiVersion: v3.1.0",
        "kind: DataContract",
        f"id: urn:saleslake:contract:{name}",
        f"name: {name}",
    )
    yield from ("version: 0.1.0", "status: draft", "domain: sales  # FILL IN", "dataProduct: saleslake")
    yield from ("description:", "  purpose: FILL IN what the data is for.")
    yield from ("team:", f"  name: {FILL_IN}  # FILL IN who answers for the data")
    yield "slaProperties:"
    yield f"  - {{property: latency, value: 36, unit: h, element: {name}}}  # FILL IN how old the newest file may be"
    yield from ("", "schema:", f"  - name: {name}", f"    physicalName: {name}", "    physicalType: table")
    yield from ("    logicalType: object", f"    description: FILL IN what {name} are.")
    grain = f"One row per {' and '.join(key)}." if key else "FILL IN; no columns told all rows apart."
    yield f"    dataGranularityDescription: {grain}"
    yield "    customProperties:"
    day = next((guess for guess in guesses if guess.required and guess.kind in ("date", "timestamp")), None)
    if day:
        yield f"      - {{property: partitionBy, value: {day.name}}}"
    yield "      - {property: extraColumns, value: ignore}  # or add, refuse"
    for refusal in left_out:
        yield f"    # FILL IN what becomes of {refusal.column!r}, left out: {refusal.message}"
    yield "    properties:"
    money = next((guess.name for guess in guesses if guess.money), None)
    for guess in guesses:
        yield from _column(guess, key, money)
        yield ""


def _column(guess: Guess, key: Sequence[str], money: str | None) -> Iterator[str]:
    yield f"      - name: {_scalar(guess.name)}"
    yield f"        logicalType: {'number' if guess.kind == 'decimal' else guess.kind}"
    yield f"        physicalType: {guess.physical_type}"
    if guess.required:
        yield "        required: true"
    if guess.name in key:
        yield "        primaryKey: true"
        yield f"        primaryKeyPosition: {key.index(guess.name) + 1}"
    if guess.pii:
        yield "        classification: confidential"
    yield f"        description: FILL IN{f' (seen {guess.seen})' if guess.seen else ''}."
    if guess.remark:
        yield f"        # FILL IN a better type: {guess.remark}."
    if guess.minimum is not None:
        yield f"        logicalTypeOptions: {{minimum: {guess.minimum}}}"
    if guess.examples and not guess.pii:
        yield f"        examples: {_flow([guess.examples[0][:60]])}"
    yield "        customProperties:"
    yield f"          - {{property: headers, value: {_flow([guess.header])}}}"
    if guess.formats:
        yield f"          - {{property: formats, value: {_flow(guess.formats)}}}"
    if guess.name == money:
        yield "          - {property: money, value: true}  # its sums must reconcile"
    if guess.pii:
        yield f"          - {{property: pii, value: {guess.pii}}}"
    if guess.allowed:
        yield "        quality:"
        yield f"          - name: known_{guess.name}"
        yield "            metric: invalidValues"
        yield f"            arguments: {{validValues: {_flow(guess.allowed)}}}"
        yield "            mustBe: 0"
        yield "            dimension: conformity"
        yield "            # these were seen; quarantine, if there are no others"
        yield "            customProperties: [{property: action, value: warn}]"


def _scalar(text: str) -> str:
    """A text as YAML reads it back: ``yes`` is no text without quotes."""
    return _flow([text])[1:-1]


def _flow(texts: Sequence[str]) -> str:
    """A list of texts on one line of YAML."""
    return yaml.safe_dump(list(texts), default_flow_style=True, allow_unicode=True, width=10_000).strip()
