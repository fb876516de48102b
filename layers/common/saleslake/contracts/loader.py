"""Read the data contracts that lie beside this module, once per process."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from saleslake.contracts.aliases import load_aliases
from saleslake.contracts.model import Contract
from saleslake.contracts.odcs import contract_from_document
from saleslake.errors import ContractInvalid, UnknownDataset


@cache
def contracts() -> tuple[Contract, ...]:
    """Every contract of this package, in the order of their dataset names.

    Raises
    ------
    ContractInvalid
        A contract cannot be used; the message names the file and the field.
    """
    found = [read_contract(path) for path in _yaml_files(files("saleslake.contracts"))]
    return tuple(sorted(found, key=lambda contract: contract.dataset))


def load_contract(dataset: str) -> Contract:
    """The contract of one dataset.

    Raises
    ------
    UnknownDataset
        There is none; the message lists those there are.
    """
    for contract in contracts():
        if contract.dataset == dataset:
            return contract
    raise UnknownDataset(f"no contract for {dataset!r}; there are: {', '.join(datasets())}")


def datasets() -> tuple[str, ...]:
    """Names of the datasets that have a contract."""
    return tuple(contract.dataset for contract in contracts())


def read_contract(path: Traversable) -> Contract:
    """One contract from its ODCS file; alias lists are looked up in ``aliases/`` beside it.

    Raises
    ------
    ContractInvalid
        The file is not YAML or a field of it cannot be used.
    """
    try:
        document: Any = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    except yaml.YAMLError as problem:
        raise ContractInvalid(f"{path.name}: not YAML: {problem}") from problem
    return contract_from_document(document, path.name, aliases=load_aliases)


def _yaml_files(folder: Traversable) -> Iterator[Traversable]:
    return (path for path in folder.iterdir() if path.name.endswith(".yaml"))
