"""What a value in a contract file must be; each refuses anything else with file, line and key."""

from typing import Any

from open_data_contract_standard.model import CustomProperty

from warehouse.contract.model import validate_identifier
from warehouse.contract.odcs import Spot
from warehouse.errors import ContractError


def text(value: object, spot: Spot) -> str:
    """A text that is not blank."""
    if not isinstance(value, str) or not value.strip():
        raise spot.wrong(f"expected a non-empty string, got {value!r}")
    return value


def identifier(value: object, spot: Spot) -> str:
    """A name that Hive and HDFS take."""
    name = text(value, spot)
    try:
        return validate_identifier(name)
    except ContractError as problem:
        raise spot.wrong(str(problem)) from problem


def sentence(value: object, spot: Spot) -> str:
    """The description of a thing, on one line."""
    described = spot.at("description")
    words = " ".join(text(value, described).split())
    if not words.isprintable():
        raise described.wrong("expected printable characters")
    return words


def share(value: object, spot: Spot) -> float:
    """A number from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise spot.wrong(f"expected a share from 0 to 1, got {value!r}")
    return float(value)


def truth(value: object, spot: Spot) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise spot.wrong(f"expected true or false, got {value!r}")
    return value


def count(value: object, spot: Spot, most: int, least: int = 0) -> int:
    """A whole number from one limit to another.

    Args:
        value: Value in the contract.
        spot: Its place in the contract, for messages.
        most: Largest number.
        least: Smallest number.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise spot.wrong(f"expected a whole number from {least} to {most}, got {value!r}")
    return value


def character(value: object, spot: Spot) -> str:
    """One ASCII character that ends no line."""
    if not isinstance(value, str) or len(value) != 1 or not value.isascii() or value in "\r\n\0":
        raise spot.wrong(f"expected one ASCII character that is not a line end, got {value!r}")
    return value


def choice(value: object, spot: Spot, known: tuple[str, ...]) -> str:
    """One of some texts.

    Args:
        value: Value in the contract.
        spot: Its place in the contract, for messages.
        known: What it may be.
    """
    if not isinstance(value, str) or value not in known:
        raise spot.wrong(f"{value!r}, expected one of: {', '.join(known)}")
    return value


def texts(value: object, spot: Spot) -> tuple[str, ...]:
    """A list of different texts."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise spot.wrong(f"expected a list of strings, got {value!r}")
    once(value, spot)
    return tuple(value)


def once(names: list[str], spot: Spot) -> None:
    """Names of which none appears twice."""
    seen = set[str]()
    for name in names:
        if name in seen:
            raise spot.wrong(f"{name} appears twice")
        seen.add(name)


def mapping(value: object, spot: Spot, known: set[str]) -> dict[str, Any]:
    """A mapping with known keys only.

    Args:
        value: Value in the contract.
        spot: Its place in the contract, for messages.
        known: Keys that it may have.
    """
    if not isinstance(value, dict):
        raise spot.wrong(f"expected a mapping, got {value!r}")
    for key in value:
        if key not in known:
            raise spot.at(str(key)).wrong(f"unknown key, known: {', '.join(sorted(known))}")
    return value


def custom_properties(items: list[CustomProperty] | None, spot: Spot, known: set[str]) -> dict[str, tuple[Any, Spot]]:
    """`customProperties` by name, each value with its place.

    Args:
        items: The list in the contract; `None`: there is none.
        spot: Its place in the contract, for messages.
        known: Names that they may have.

    Raises:
        ContractError: One is unknown or appears twice.
    """
    found: dict[str, tuple[Any, Spot]] = {}
    for index, item in enumerate(items or []):
        here = spot.at("customProperties", index, words="customProperties")
        name = item.property or ""
        if name not in known:
            raise here.wrong(f"unknown property {name!r}, known: {', '.join(sorted(known)) or 'none'}")
        if name in found:
            raise here.wrong(f"{name} appears twice")
        found[name] = (item.value, here.at("value", words=name))
    return found
