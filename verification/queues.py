"""Queueing theory, as far as the desks of the model can be compared with it.

A desk takes up what waits at its slots. With a whole number of slots a month it is the bulk-service queue
X ← max(X + A − c, 0). With less than a slot a month, which the engine rounds to one or none by a keyed draw,
months are short steps of continuous time: slots come as a Poisson stream of rate cμ, and the number of cases
at the desk is that of M/M/1 (a slot is the end of a service; hours of a desk are pooled into one server).
"""

import math

import numpy as np
from scipy.stats import binom, poisson

TAIL = 60
"""Arrivals of a month beyond this many are left out."""


def slots_law(slots: float) -> np.ndarray:
    """Probabilities of 0, 1, … slots a month: a whole number, or the two next to it."""
    whole = math.floor(slots)
    law = np.zeros(whole + 2)
    law[whole], law[whole + 1] = 1 - (slots - whole), slots - whole
    return law


def month_matrix(
    arrivals: float, slots: float, most: int, stay: float = 1.0, chance: float = 0.0
) -> np.ndarray:
    """Transition matrix of cases waiting from one month's end to the next.

    Parameters
    ----------
    arrivals, slots : float
        A month, on average.
    most : int
        Largest queue kept.
    stay : float
        Probability that a waiting family does not give up this month.
    chance : float
        Chance of need a month of a child: each case more at the desk is a child fewer who can fall into need.
    """
    served = slots_law(slots)
    matrix = np.zeros((most + 1, most + 1))
    queue = np.arange(most + 1)
    mean = queue @ stationary(month_matrix(arrivals, slots, most, stay)) if chance > 0 else 0.0
    for before in queue:
        left = np.ones(1) if stay == 1.0 else binom.pmf(np.arange(before + 1), before, stay)
        start = before if stay == 1.0 else 0
        come = poisson.pmf(np.arange(TAIL), max(arrivals - chance * (before - mean), 0.0))
        law = np.convolve(left, come)
        for number, probability in enumerate(served):
            after = np.clip(start + np.arange(len(law)) - number, 0, most)
            np.add.at(matrix[before], after, probability * law)
    return matrix


def stationary(matrix: np.ndarray, doublings: int = 14) -> np.ndarray:
    """Stationary law of a chain, by squaring its matrix."""
    for _ in range(doublings):
        matrix = matrix @ matrix
    return matrix[0] / matrix[0].sum()


def window_law(matrix: np.ndarray, first: int, last: int) -> np.ndarray:
    """Mean law at the ends of months ``first`` to ``last`` of a queue that was empty before month 0."""
    law = np.zeros(len(matrix))
    law[0] = 1.0
    total = np.zeros(len(matrix))
    for month in range(last + 1):
        law = law @ matrix
        if month >= first:
            total += law
    return total / (last + 1 - first)


def mean_of(law: np.ndarray) -> float:
    """Mean of a law on the whole numbers from 0."""
    return float(law @ np.arange(len(law)))


def mm1(arrivals: float, rate: float) -> dict[str, float]:
    """M/M/1: mean number, mean time at the desk, probability that somebody is there before oneself."""
    load = arrivals / rate
    return {"number": load / (1 - load), "time": 1 / (rate - arrivals), "waits": load}


def erlang_a(arrivals: float, rate: float, giving_up: float, most: int = 400) -> dict[str, float]:
    """Erlang A with one server: mean number at the desk and probability of giving up.

    Whoever is at the desk may give up, the next in line too, so the server of the textbook has the rate
    ``rate`` + ``giving_up``: π_n ∝ Π λ/(μ + kθ) for k = 1 … n.
    """
    n = np.arange(1, most)
    weights = np.concatenate([[1.0], np.cumprod(arrivals / (rate + n * giving_up))])
    law = weights / weights.sum()
    number = mean_of(law)
    return {"number": number, "gives_up": giving_up * number / arrivals}


def cobham(loads: tuple[float, ...], residual: float) -> list[float]:
    """Mean waits by priority class, W_k = R / ((1 − σ_{k−1})(1 − σ_k)) (Cobham 1954).

    R is the mean time until the next slot. Slots that find nobody are lost, as in a queue whose server goes
    on leave when it is idle, so R is 1/(cμ) at any load.
    """
    waits, below = [], 0.0
    for load in loads:
        waits.append(residual / ((1 - below) * (1 - below - load)))
        below += load
    return waits


def fluid(arrivals: float, slots: float, giving_up: float) -> float:
    """Queue of an overloaded desk: what arrives and is not served gives up."""
    return (arrivals - slots) / giving_up


def to_the_limit(fine: np.ndarray | float, coarse: np.ndarray | float, ratio: float) -> np.ndarray:
    """Value at steps of length nil from two lengths in the given ratio (Richardson 1911)."""
    limit: np.ndarray = (ratio * np.asarray(fine) - np.asarray(coarse)) / (ratio - 1)
    return limit
