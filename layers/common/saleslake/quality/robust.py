"""How unlike its history a figure is: robust z-scores over the same weekdays of the weeks before.

Median and median absolute deviation in place of mean and standard deviation, as Iglewicz and Hoaglin have it
(https://www.itl.nist.gov/div898/handbook/eda/section3/eda35h.htm); the trend by the ratio to a moving average, trimmed
(https://otexts.com/fpp3/classical-decomposition.html); counts by Anscombe's root, which gives them a spread of 1
whatever their size (https://doi.org/10.1093/biomet/35.3-4.246); what series share by regression on
the one that moves most alike, a control as in https://doi.org/10.1214/14-AOAS788.
"""

from collections.abc import Callable, Mapping, Sequence
from math import exp, lgamma, log, sqrt
from statistics import NormalDist, median
from typing import NamedTuple

WEEKS = 8
FEWEST = 4  # same weekdays without which nothing is expected
DAYS_OF_LEVEL, TRIMMED = 14, 3
MAD_TO_SIGMA = 1.4826
FURTHEST = 3.0  # standard deviations; a day further off moves nothing that is held against it any more
ALIKE = 0.5  # correlation from which on two series are taken to move together

type Series = Mapping[int, float]  # by how many days ago


class Expectation(NamedTuple):
    """What a day's figure was expected to be, the ends of what would have been usual, and how far off it is."""

    expected: float
    low: float
    high: float
    deviation: float
    weeks: int
    beside: str = ""  # the series it moves with, if any


def anscombe(count: float) -> float:
    """The root of a count: of Poisson counts its spread is 1."""
    return 2 * sqrt(max(count, 0.0) + 0.375)


def anscombe_back(root: float) -> float:
    """The count of a root."""
    return max((max(root, 0.0) / 2) ** 2 - 0.375, 0.0)


def plain(value: float) -> float:
    """The value itself."""
    return value


def judge(
    value: float,
    history: Mapping[int, float],
    *,
    limits: tuple[float, float],
    spread: float,
    root: Callable[[float], float] = plain,
    back: Callable[[float], float] = plain,
    others: Mapping[str, Series] | None = None,
) -> Expectation | None:
    """Hold a day's figure against the days before.

    Parameters
    ----------
    value
        The figure.
    history
        Figures of earlier days by how many days ago, 1 to 56, already at the level of today.
    limits
        Robust z-scores below and above the expected beyond which a figure is unusual.
    spread
        Smallest standard deviation to believe in, on the scale of ``root``: what chance alone makes.
    root, back
        A scale on which the figures spread evenly, and the way back.
    others
        Deviations of other series, that of today as well, by name: what falls in all of them is no fault of one.

    Returns
    -------
    Expectation | None
        None where too few same weekdays are known.
    """
    rooted = {ago: root(figure) for ago, figure in history.items()}
    same = [figure for ago, figure in rooted.items() if ago % 7 == 0]
    if len(same) < FEWEST:
        return None
    centres = _centres(rooted)
    sigma = _spread(rooted, centres, spread)
    beside, pull, rest = _moving_alike(_distances(rooted, centres, sigma), others or {})
    centre = centres[0] + pull * sigma
    # the centre of n points is uncertain itself: pi/2 n of the variance of one
    sigma = max(rest * sigma, spread) * sqrt(1 + 1.57 / len(same))
    return Expectation(
        expected=back(centre),
        low=back(centre - limits[0] * sigma),
        high=back(centre + limits[1] * sigma),
        deviation=(root(value) - centre) / sigma,
        weeks=len(same),
        beside=beside,
    )


def deviations(counts: Series) -> dict[int, float]:
    """How far each day is from the median of its weekday, in standard deviations; today is 0 days ago."""
    rooted = {ago: anscombe(count) for ago, count in counts.items()}
    before = {ago: figure for ago, figure in rooted.items() if ago}
    if sum(1 for ago in before if ago % 7 == 0) < FEWEST:
        return {}
    centres = _centres(before)
    return _distances(rooted, centres, _spread(before, centres, 1.0))


def _centres(rooted: Series) -> dict[int, float]:
    return {
        weekday: median(figure for ago, figure in rooted.items() if ago % 7 == weekday)
        for weekday in {ago % 7 for ago in rooted}
    }


def _spread(rooted: Series, centres: Mapping[int, float], least: float) -> float:
    """The spread around every weekday's own centre: eight days alone tell too little of it."""
    mad = median(abs(figure - centres[ago % 7]) for ago, figure in rooted.items())
    return max(MAD_TO_SIGMA * mad, least)


def _distances(rooted: Series, centres: Mapping[int, float], sigma: float) -> dict[int, float]:
    far = {ago: (figure - centres[ago % 7]) / sigma for ago, figure in rooted.items() if ago % 7 in centres}
    return {ago: max(-FURTHEST, min(FURTHEST, distance)) for ago, distance in far.items()}


def _moving_alike(own: Series, others: Mapping[str, Series]) -> tuple[str, float, float]:
    """The series that moved most like one, how far it moves that one today, and the share of the spread it leaves."""
    best = ("", 0.0, 0.0)  # name, correlation, slope
    for name, other in others.items():
        shared = [ago for ago in own if ago in other]
        across = sum(own[ago] * other[ago] for ago in shared)
        own_square, square = sum(own[ago] ** 2 for ago in shared), sum(other[ago] ** 2 for ago in shared)
        if len(shared) >= FEWEST * 7 and own_square and square:
            best = max(
                best, (name, across / sqrt(own_square * square), across / square), key=lambda found: found[1]
            )
    name, alike, slope = best
    if alike < ALIKE:
        return "", 0.0, 1.0
    return name, slope * others[name][0], sqrt(1 - alike**2)


def judge_rare(
    count: float, rows: float, history: Mapping[int, tuple[float, float]], *, limit: float
) -> Expectation | None:
    """Hold a count of something rare against how often it came among all rows before, by Poisson's law.

    Parameters
    ----------
    count, rows
        How often it came today, and among how many rows.
    history
        The same of earlier days by how many days ago.
    limit
        Standard deviations of a normal law that are as improbable as a count that is unusual.
    """
    weeks = sum(1 for ago in history if ago % 7 == 0)
    before = sum(among for _, among in history.values())
    if weeks < FEWEST or not before:
        return None
    # one more than were seen: never yet is not never
    expected = rows * (sum(seen for seen, _ in history.values()) + 1) / before
    high = int(expected)
    while _sigmas(high + 1, expected) <= limit:
        high += 1
    return Expectation(expected, 0.0, float(high), _sigmas(int(count), expected), weeks)


def _sigmas(count: int, expected: float) -> float:
    """Standard deviations of a normal law beyond which lies what Poisson's law has at ``count`` and above."""
    if count <= expected:
        return 0.0
    term = exp(count * log(expected) - expected - lgamma(count + 1))
    tail, at = 0.0, count
    while term > tail * 1e-12:
        tail, at = tail + term, at + 1
        term *= expected / at
    return -NormalDist().inv_cdf(max(tail, 1e-300))


def level(days: Sequence[float]) -> float | None:
    """How high a run of days is, its highest and lowest three left out; None where there are too few."""
    if len(days) < DAYS_OF_LEVEL:
        return None
    kept = sorted(days)[TRIMMED:-TRIMMED]
    return sum(kept) / len(kept)
