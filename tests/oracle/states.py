"""The states of India as people name them, and what is written on parcels."""

UNKNOWN = "Unknown"
NAMES = (
    "Andhra Pradesh",
    "Arunachal Pradesh",
    "Assam",
    "Bihar",
    "Chhattisgarh",
    "Goa",
    "Gujarat",
    "Haryana",
    "Himachal Pradesh",
    "Jharkhand",
    "Karnataka",
    "Kerala",
    "Madhya Pradesh",
    "Maharashtra",
    "Manipur",
    "Meghalaya",
    "Mizoram",
    "Nagaland",
    "Odisha",
    "Punjab",
    "Rajasthan",
    "Sikkim",
    "Tamil Nadu",
    "Telangana",
    "Tripura",
    "Uttar Pradesh",
    "Uttarakhand",
    "West Bengal",
    # union territories
    "Andaman and Nicobar Islands",
    "Chandigarh",
    "Dadra and Nagar Haveli and Daman and Diu",
    "Delhi",
    "Jammu and Kashmir",
    "Ladakh",
    "Lakshadweep",
    "Puducherry",
    # army post offices deliver anywhere
    "APO",
)
OTHER_SPELLINGS = {
    "andaman & nicobar": "Andaman and Nicobar Islands",
    "ar": "Arunachal Pradesh",
    "dadra and nagar": "Dadra and Nagar Haveli and Daman and Diu",
    "jammu & kashmir": "Jammu and Kashmir",
    "new delhi": "Delhi",
    "nl": "Nagaland",
    "orissa": "Odisha",
    "pb": "Punjab",
    "pondicherry": "Puducherry",
    "punjab/mohali/zirakpur": "Punjab",
    "rajshthan": "Rajasthan",
    "rajsthan": "Rajasthan",
    "rj": "Rajasthan",
}
_CANONICAL = {name.lower(): name for name in NAMES} | OTHER_SPELLINGS


def canonical_state(written: str) -> str:
    """The name of a state however it is written; ``Unknown`` for a blank.

    Raises
    ------
    KeyError
        A spelling nobody has seen yet: better a loud test than a quiet guess.
    """
    key = written.strip().lower()
    return _CANONICAL[key] if key else UNKNOWN
