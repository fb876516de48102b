"""Where customers live: the states of the report, the region a salesperson would name, and how people spell them."""

import numpy as np

from datagen.amazon_orders.places import STATES, spellings

_REGIONS = {
    "South": "Andhra Pradesh|Karnataka|Kerala|Puducherry|Tamil Nadu|Telangana",
    "North-East": "Arunachal Pradesh|Assam|Manipur|Meghalaya|Mizoram|Nagaland|Sikkim|Tripura",
    "East": "Bihar|Jharkhand|Odisha|West Bengal",
    "Central": "Chhattisgarh|Madhya Pradesh",
    "North": "Chandigarh|Delhi|Haryana|Himachal Pradesh|Jammu and Kashmir|Ladakh|Punjab|Rajasthan"
    "|Uttar Pradesh|Uttarakhand",
    "West": "Dadra and Nagar Haveli and Daman and Diu|Goa|Gujarat|Maharashtra",
    "Islands": "Andaman and Nicobar Islands|Lakshadweep",
}
REGION_NAMES = tuple(_REGIONS)
STATE_NAMES = tuple(state.name for state in STATES)
HOME = (
    len(STATES) - 2
)  # states people live in: all but the army's post office and the unknown one, at the end
UNKNOWN_STATE = len(STATES) - 1
STATE_WEIGHTS = np.array([state.orders for state in STATES[:HOME]])
REGION_OF = np.array(
    [
        next((nth for nth, names in enumerate(_REGIONS.values()) if name in names.split("|")), -1)
        for name in STATE_NAMES
    ]
)
_CITIES = [state.cities.split(",") for state in STATES]
CITY_NAMES = tuple(city for cities in _CITIES for city in cities)
_CITY_COUNT = np.array([len(cities) for cities in _CITIES])
_FIRST_CITY = np.cumsum(_CITY_COUNT) - _CITY_COUNT
_POSTCODES = np.array([state.postcodes for state in STATES])

_WRITTEN = [[state.name, *(text for text, _ in spellings(state) if text)] for state in STATES]
SPELLINGS = tuple(text for texts in _WRITTEN for text in texts)
_SPELLING_COUNT = np.array([len(texts) for texts in _WRITTEN])
_FIRST_SPELLING = np.cumsum(_SPELLING_COUNT) - _SPELLING_COUNT


def addresses(rng: np.random.Generator, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A city (code into ``CITY_NAMES``) and a postcode in each of these states, the first cities busiest."""
    city = _FIRST_CITY[state] + (rng.random(len(state)) ** 2 * _CITY_COUNT[state]).astype(np.int64)
    low, high = _POSTCODES[state].T
    return city, low + (rng.random(len(state)) * (high - low + 1)).astype(np.int64)


def spelt(rng: np.random.Generator, state: np.ndarray, share: float) -> np.ndarray:
    """Codes into ``SPELLINGS``: the name, or for a share what a form or a customer made of it; -1 stays -1."""
    other = rng.random(len(state)) < share
    nth = np.where(other, (rng.random(len(state)) * _SPELLING_COUNT[state]).astype(np.int64), 0)
    return np.where(state < 0, -1, _FIRST_SPELLING[state] + nth)
