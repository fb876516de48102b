"""Read the data contracts that lie beside this module, once per process."""

from collections.abc import Iterator, Mapping
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
def contracts() -> Mapping[str, Contract]:
    """Every contract of this package by dataset name, in the order of their names.

    Raises
    ------
    ContractInvalid
        A contract cannot be used; the message names the file and the field.
    """
    found = [read_contract(path) for path in _yaml_files(files("saleslake.contracts"))]
    return {contract.dataset: contract for contract in sorted(found, key=lambda contract: contract.dataset)}


def contract(dataset: str) -> Contract:
    """The contract of one dataset.

    Raises
    ------
    UnknownDataset
        There is none; the message lists those there are.
    """
    try:
        return contracts()[dataset]
    except KeyError:
        raise UnknownDataset(f"no contract for {dataset!r}; there are: {', '.join(contracts())}") from None


def read_contract(path: Traversable) -> Contract:
    """One contract from its ODCS file; alias lists are looked up in ``aliases/`` beside it.

    Raises
    ------
    ContractInvalid
        The file is not YAML or a field of it cannot be used.
    """
    try:
        document: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as problem:
        raise ContractInvalid(f"{path.name}: not YAML: {problem}") from problem
    return contract_from_document(document, path.name, aliases=load_aliases)


def _yaml_files(folder: Traversable) -> Iterator[Traversable]:
    return (path for path in folder.iterdir() if path.name.endswith(".yaml"))
