"""Where orders go: the states of India in every spelling the report uses, their cities and postcodes."""

from dataclasses import dataclass

import numpy as np

from datagen.draw import Text, weighted

UNKNOWN = "Unknown"


@dataclass(frozen=True)
class State:
    """One state as people name it, and as buyers and forms write it."""

    name: str
    orders: int  # relative weight
    cities: str  # comma separated, busiest first
    postcodes: tuple[int, int]
    written: str = ""  # the usual spelling; upper case of the name unless given
    aliases: str = ""  # other spellings, separated by |


STATES = (
    State("Maharashtra", 22260, "Mumbai,Pune,Thane,Navi Mumbai,Nagpur,Nashik", (400001, 445402)),
    State("Karnataka", 17326, "Bengaluru,Mysuru,Mangaluru,Hubballi,Belagavi", (560001, 591346)),
    State("Tamil Nadu", 11483, "Chennai,Coimbatore,Madurai,Salem,Theni,Vellore", (600001, 643253)),
    State("Telangana", 11330, "Hyderabad,Secunderabad,Warangal,Karimnagar", (500001, 509412)),
    State("Uttar Pradesh", 10638, "Noida,Lucknow,Ghaziabad,Greater Noida,Kanpur,Varanasi", (201001, 285223)),
    State("Delhi", 6869, "New Delhi,Delhi", (110001, 110097), aliases="New Delhi"),
    State("Kerala", 6585, "Ernakulam,Thiruvananthapuram,Thrissur,Kozhikode", (670001, 695615)),
    State("West Bengal", 5963, "Kolkata,Howrah,Siliguri,Kharagpur,Durgapur", (700001, 743711)),
    State("Andhra Pradesh", 5430, "Visakhapatnam,Vijayawada,Guntur,Tirupati,Kadapa", (515001, 535594)),
    State("Gujarat", 4489, "Ahmedabad,Surat,Vadodara,Rajkot", (360001, 396590), written="Gujarat"),
    State("Haryana", 4415, "Gurugram,Faridabad,Panchkula,Sonipat", (121001, 136156)),
    State(
        "Rajasthan",
        2718,
        "Jaipur,Jodhpur,Udaipur,Kota",
        (301001, 345034),
        aliases="Rajshthan|Rajsthan|rajsthan|RJ",
    ),
    State("Madhya Pradesh", 2529, "Bhopal,Indore,Gwalior,Jabalpur", (450001, 488448)),
    State("Odisha", 2139, "Bhubaneswar,Cuttack,Rourkela", (751001, 770076), aliases="Orissa|orissa"),
    State("Bihar", 2114, "Patna,Bhagalpur,Gaya,Muzaffarpur", (800001, 855117)),
    State(
        "Punjab",
        1919,
        "Ludhiana,Zirakpur,Mohali,Amritsar",
        (140001, 160104),
        aliases="PB|Punjab/Mohali/Zirakpur",
    ),
    State("Assam", 1663, "Guwahati,Dibrugarh,Silchar", (781001, 788931)),
    State("Uttarakhand", 1553, "Dehradun,Haridwar,Haldwani", (244712, 263680)),
    State("Jharkhand", 1456, "Ranchi,Jamshedpur,Dhanbad", (813208, 835325)),
    State("Goa", 1137, "Panaji,Margao,Vasco da Gama", (403001, 403806)),
    State("Chhattisgarh", 909, "Raipur,Bhilai,Bilaspur", (490001, 497778)),
    State("Himachal Pradesh", 788, "Shimla,Dharamshala,Solan", (171001, 177601)),
    State("Jammu and Kashmir", 702, "Jammu,Srinagar", (180001, 193504), written="JAMMU & KASHMIR"),
    State("Puducherry", 351, "Puducherry,Karaikal", (605001, 609609), aliases="Pondicherry"),
    State("Chandigarh", 333, "Chandigarh", (160001, 160103)),
    State("Manipur", 316, "Imphal", (795001, 795159)),
    State("Andaman and Nicobar Islands", 257, "Port Blair", (744101, 744304), written="ANDAMAN & NICOBAR "),
    State("Meghalaya", 207, "Shillong,Tura", (793001, 794115)),
    State("Sikkim", 205, "Gangtok", (737101, 737139)),
    State("Nagaland", 187, "Dimapur,Kohima", (797001, 798627), aliases="NL"),
    State("Tripura", 151, "Agartala", (799001, 799290)),
    State("Arunachal Pradesh", 147, "Itanagar,Naharlagun", (790001, 792131), aliases="AR|Arunachal pradesh"),
    State("Mizoram", 76, "Aizawl", (796001, 796901)),
    State(
        "Dadra and Nagar Haveli and Daman and Diu",
        70,
        "Silvassa,Daman",
        (396193, 396240),
        written="DADRA AND NAGAR",
    ),
    State("Ladakh", 43, "Leh", (194101, 194404)),
    State("Lakshadweep", 4, "Kavaratti", (682551, 682559)),
    State("APO", 1, "APO", (900056, 999999)),
    State(UNKNOWN, 33, "", (0, 0)),
)
ODD_CITIES = ("Kausa, Mumbra", "BHUSAWAL,", "Talegàon Dabhade Pune", "लखनऊ", "KOVUR TALUK, NELLORE DISTRICT")


def spellings(state: State) -> list[tuple[str, float]]:
    """Every way a state is written in the report, with its share of the state's orders.

    Returns
    -------
    list of (text, share)
        The usual spelling first; shares sum to 1. A blank for the unknown state.
    """
    if state.name == UNKNOWN:
        return [("", 1.0)]
    usual = state.written or state.name.upper()
    rare = [usual.title(), usual.lower(), usual.rstrip() + " ", *filter(None, state.aliases.split("|"))]
    others = [text for text in dict.fromkeys(rare) if text != usual]
    share = min(0.004, 0.1 / len(others))
    return [(usual, 1 - share * len(others)), *((text, share) for text in others)]


@dataclass(frozen=True)
class Places:
    """The places of a file: pools of text, and codes into them."""

    state_names: tuple[str, ...]
    state_texts: Text
    state_of_text: np.ndarray  # spelling code -> state code
    text_weights: np.ndarray
    city_texts: Text
    first_city: np.ndarray  # state code -> code of its busiest city
    city_count: np.ndarray
    postcodes: np.ndarray  # state code -> (first, last)

    def draw(self, rng: np.random.Generator, orders: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Where each of so many orders goes: codes of the state's spelling, of the city, and the postcode."""
        written = weighted(rng, self.text_weights, orders)
        state = self.state_of_text[written]
        # The square of a uniform number prefers the first, busiest cities.
        rank = (rng.random(orders) ** 2 * self.city_count[state]).astype(np.int64)
        case = rng.choice(3, orders, p=[0.8, 0.15, 0.05])
        city = (self.first_city[state] + rank) * 3 + case
        odd = (rng.random(orders) < 0.004) & (state != len(self.state_names) - 1)
        city[odd] = len(self.city_texts) - 1 - rng.integers(0, len(ODD_CITIES), int(odd.sum()))
        low, high = self.postcodes[state].T
        return written, city, low + (rng.random(orders) * (high - low + 1)).astype(np.int64)


def places() -> Places:
    """All states, spellings and cities, as pools and code tables."""
    cities: list[str] = []
    texts, owners, weights, first, count = [], [], [], [], []
    for code, state in enumerate(STATES):
        for text, share in spellings(state):
            texts.append(text)
            owners.append(code)
            weights.append(share * state.orders)
        names = state.cities.split(",")
        first.append(len(cities) // 3)
        count.append(len(names))
        cities += [form for name in names for form in (name.upper(), name, name.lower())]
    return Places(
        tuple(state.name for state in STATES),
        Text(texts),
        np.array(owners),
        np.array(weights),
        Text([*cities, *ODD_CITIES]),
        np.array(first),
        np.array(count),
        np.array([state.postcodes for state in STATES]),
    )
