"""Adoption and training seats, on worlds of counties that have no neighbours and no children."""

import functools
from collections.abc import Mapping, Sequence

import numpy as np

from columns.layout import STAGE_UNIVERSAL
from model.invented import uniform_table
from model.parameters import default_parameters
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from model.services import Services, default_services
from model.world import World
from model.worlds import world_of
from verification.desk_world import papers
from verification.rows import SEVERAL, Case, Row, exact_row, mean_row

ALIKE = {
    "propensity_sd": 0,
    "welfare_week_boost": 1,
    "results_loop": False,
    "mandate_month": "never",
    "other_policies": False,
}
"""Counties that differ in nothing and see only how many of their province have adopted."""
APART_DEGREES, PER_ROW = 2.0, 150  # near the equator: over 200 km
"""Counties lie further from each other than neighbours do."""


@functools.cache
def lonely_counties(n: int, villages: int = 1) -> World:
    """Equal counties of one province, none within reach of another."""
    table = uniform_table(n * villages, 1, n)
    place = np.arange(n)
    table = table.assign(
        lon=-150 + APART_DEGREES * (place % PER_ROW), lat=-20 + APART_DEGREES * (place // PER_ROW)
    )
    return world_of("lonely", table, default_parameters().replace(village_size_log_sd=0.0))


def county_model(world: World, seed: int, months: int, parameters: Mapping[str, object]) -> ScaleUpModel:
    """Counties without children, before their first month; only documents are kept of the services."""
    services = Services(rows=tuple(papers()), reference_shares=default_services().reference_shares)
    scenario = make_scenario(
        world=world,
        strategy="no_programme",
        parameters={**ALIKE, **parameters},
        seed=seed,
        until=months - 1,
        children="none",
        services=services,
    )
    return ScaleUpModel(scenario)


def run_counties(world: World, seed: int, months: int, parameters: Mapping[str, object]) -> ScaleUpModel:
    """Run counties without children to the end."""
    return county_model(world, seed, months, parameters).run()


def adopting(model: ScaleUpModel) -> np.ndarray:
    """Share of counties past stage none at the end of every month."""
    stages = model.observed.stages
    share: np.ndarray = 1 - stages[:, 0] / stages.sum(axis=1)
    return share


def discrete_bass(p: float, q: float, months: int) -> np.ndarray:
    """Adopters F of a large population where everybody sees the last month: F += (1 − F)(1 − e^−(p + qF))."""
    path, share = [], 0.0
    for _ in range(months):
        share += (1 - share) * -np.expm1(-(p + q * share))
        path.append(share)
    return np.array(path)


def bass(p: float, q: float, t: np.ndarray) -> np.ndarray:
    """Bass (1969): F(t) = (1 − e^−(p+q)t) / (1 + q/p e^−(p+q)t)."""
    decay = np.exp(-(p + q) * t)
    return (1 - decay) / (1 + q / p * decay)


def recursion(seeds: Sequence[int]) -> list[Row]:
    """Shares that have adopted after one to five years."""
    p, q, n, months = 0.004, 0.12, 1500, 60
    world = lonely_counties(n)
    rates = {"adoption_p0_per_month": p, "adoption_q_per_month": q}
    paths = np.array([adopting(run_counties(world, seed, months, rates)) for seed in seeds])
    theory = discrete_bass(p, q, months)
    rows = []
    for month in (11, 23, 35, 47, 59):
        error = paths[:, month].std(ddof=1) / np.sqrt(len(seeds))
        what = f"a month a step: share adopting after {month + 1} months"
        rows.append(mean_row(what, float(theory[month]), paths[:, month], SEVERAL * error + 0.003))
    return rows


SHORT_STEPS, SHORT_MONTHS = 24, 10
CLOSED_P, CLOSED_Q = 0.1, 0.2
CLOSE = 0.006
"""Allowed from the closed form."""


def closed_form(seeds: Sequence[int]) -> list[Row]:
    """Shares that have adopted, with steps of a 30th and of a whole month, against the closed form."""
    rows = []
    world = lonely_counties(2900)
    theory = bass(CLOSED_P, CLOSED_Q, np.arange(1, SHORT_MONTHS + 1))
    for steps in (SHORT_STEPS, 1):
        p, q = CLOSED_P / steps, CLOSED_Q / steps
        rates = {"adoption_p0_per_month": p, "adoption_q_per_month": q}
        paths = [adopting(run_counties(world, seed, SHORT_MONTHS * steps, rates)) for seed in seeds]
        at = np.array(paths)[:, steps - 1 :: steps]
        expected = discrete_bass(p, q, SHORT_MONTHS * steps)[steps - 1 :: steps]
        for month in (2, 5, 8) if steps > 1 else (5,):
            what = f"{steps} steps a month: share adopting after {month} months"
            k = month - 1
            tolerance = CLOSE if steps > 1 else None
            rows.append(mean_row(what, float(theory[k]), at[:, k], tolerance, float(expected[k])))
    return rows


AT_ONCE = {
    "mandate_month": 0,
    "mandate_delay_months": 0,
    "mandate_province_lag_months": 0,
    "mandate_slope_months": 0.01,
    "adoption_p0_per_month": 0,
    "adoption_q_per_month": 0,
}
"""A mandate that is felt in full from its first month."""


def mandate(seeds: Sequence[int]) -> list[Row]:
    """Shares of counties that a mandate of constant strength has reached."""
    hazard, world = 0.1, lonely_counties(1500)
    settings = {**AT_ONCE, "mandate_hazard_per_month": hazard}
    reached = []
    for seed in seeds:
        stages = run_counties(world, seed, 25, settings).observed.stages
        reached.append(stages[:, STAGE_UNIVERSAL] / stages.sum(axis=1))
    shares = np.array(reached)
    rows = [exact_row("counties reached in the month of the mandate itself", 0, float(shares[:, 0].sum()))]
    for month in (3, 6, 12, 24):
        theory = float(-np.expm1(-hazard * month))
        rows.append(mean_row(f"share reached after {month} months", theory, shares[:, month]))
    return rows


def seats(seeds: Sequence[int]) -> list[Row]:
    """Posts opened when seats are short: the walk of seats, reflected at the posts that are asked for.

    Seats that nobody asks for in their month are lost; posts that find no seat ask again. So the posts opened
    by month t are the least over s ≤ t of (posts asked for by s) + (seats offered after s).
    """
    n, villages, months = 60, 30, 40
    world = lonely_counties(n, villages)
    settings = {
        **AT_ONCE,
        "mandate_hazard_per_month": 0.06,
        "county_rollout_months": 1,
        "seats_at_mandate_per_month": 18_000,
        "seats_growth_per_month": 0.02,
        "seats_before_mandate_per_month": 0,
    }
    wrong = lost = foretold = 0
    offered, expected = [], []
    for seed in seeds:
        model = county_model(world, seed, months, settings)
        asked, given, opened, unused = (np.zeros(months) for _ in range(4))
        for month in range(months):
            model.run(month)
            counties, nation = model.state.counties, model.spread.nation[0]
            asked[month] = villages * (counties["stage"] == STAGE_UNIVERSAL).sum()
            given[month], opened[month] = nation["seats"], counties["n_opened"].sum()
            unused[month] = nation["seats"] - counties["seats_used"].sum()
        sum_given = np.cumsum(given)
        walk = np.minimum(np.minimum.accumulate(np.append(0.0, asked - sum_given)), 0.0)[1:] + sum_given
        wrong += int((np.minimum(walk, asked) != opened).sum())
        lost += int(unused.sum())
        foretold += int(max((sum_given - asked).max(), 0))
        share = model.spread.nation[0]["village_share"]
        since = np.arange(1, months)
        expected.append((18_000 * np.exp(0.02 * since) * share).sum())
        offered.append(given[1:].sum())
    what = f"months of {months * len(seeds)} in which posts opened differ from the reflected walk"
    rows = [exact_row(what, 0, wrong)]
    rows.append(mean_row("seats offered in all, fractions rounded without bias", float(expected[0]), offered))
    rows.append(exact_row("seats lost because nobody asked, the height of the reflection", foretold, lost))
    return rows


CASES = (
    Case(
        "bass_recursion",
        "spread",
        "Adoption, month by month",
        "Counties that differ in nothing and imitate the share of adopters follow the Bass recursion.",
        ("propensity_sd", "results_loop", "welfare_week_boost", "mandate_month", "other_policies"),
        recursion,
        runs=30,
        fewer=8,
    ),
    Case(
        "bass_closed_form",
        "spread",
        "Adoption in continuous time: Bass",
        "With ever shorter steps the recursion becomes Bass's closed form. With steps of a month counties "
        "see one another too late, and the recursion says by how much.",
        ("propensity_sd", "results_loop", "welfare_week_boost", "mandate_month", "other_policies"),
        closed_form,
        runs=24,
        fewer=2,
    ),
    Case(
        "mandate",
        "spread",
        "A mandate reaches counties at its rate",
        "With a mandate of constant strength the counties not yet reached become fewer exponentially.",
        ("propensity_sd", "results_loop", "other_policies"),
        mandate,
        runs=12,
        fewer=6,
    ),
    Case(
        "seats",
        "spread",
        "Training seats that are short, and seats that are lost",
        "Posts wait for seats, seats do not wait for posts: opened posts are a reflected walk, to the last "
        "post; fractions of seats are rounded without bias.",
        ("results_loop", "other_policies"),
        seats,
        runs=12,
        fewer=6,
    ),
)
