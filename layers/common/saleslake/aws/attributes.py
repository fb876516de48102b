"""Values as DynamoDB writes them: text, whole numbers, truth values, lists and mappings.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
"""

from collections.abc import Mapping
from typing import Any


def to_dynamodb(value: Any) -> dict[str, Any]:
    """A value as an attribute.

    Raises
    ------
    TypeError
        It is of a kind that the ledger does not write, a float for one.
    """
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int():
            return {"N": str(value)}
        case Mapping():
            return {"M": {name: to_dynamodb(entry) for name, entry in value.items()}}
        case list() | tuple():
            return {"L": [to_dynamodb(entry) for entry in value]}
        case _:
            raise TypeError(f"the ledger writes no {type(value).__name__}")


def from_dynamodb(attribute: Mapping[str, Any]) -> Any:
    """The value of an attribute.

    Raises
    ------
    TypeError
        It is of a kind that the ledger does not write.
    """
    ((kind, value),) = attribute.items()
    match kind:
        case "S" | "BOOL":
            return value
        case "N":
            return int(value)
        case "NULL":
            return None
        case "M":
            return {name: from_dynamodb(entry) for name, entry in value.items()}
        case "L":
            return [from_dynamodb(entry) for entry in value]
        case _:
            raise TypeError(f"the ledger writes no attribute of type {kind}")
