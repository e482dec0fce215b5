"""What a single village is like: how far, how poor, whose children, within the average of its county.

The average is known or derived for the county; the differences between villages are invented once from
unseeded keys (see :mod:`model.unseeded`). Means over the children of a county are exact.
"""

import numpy as np
from scipy.special import ndtr, ndtri

from columns.layout import KIND_COMMUNITY, KIND_VILLAGE
from model.apportion import shift_to_mean
from model.parameters import Parameters
from model.unseeded import scores, unseeded_keys, unseeded_root
from model.world import World

DECIMALS = 6
"""Attributes are rounded to this, so that the last bits of a processor's exp do not reach the model."""
LEAST_SHARE = 1e-6
TOWNSHIP_ORDINALS = 1_000_000
"""Townships are numbered from here among the parts of a county, villages from 0."""

ROAD_KM = (0.0, 1.0, 3.0, 5.0, 10.0, 20.0)
"""Lower ends of the classes of distance from a village to the nearest bus stop or dock [D21]."""
ROAD_SHARES = (0.250, 0.452, 0.115, 0.103, 0.052, 0.028)
"""National shares of villages in these classes [D21]."""
ROAD_SHARES_WEST_FAR = (0.095, 0.073)
"""Shares in the last two classes in the west [D21]."""
WEST_VILLAGE_SHARE = 0.2814
"""Of the villages of the country, those in the west; with it the shares outside the west follow."""
FEWEST_VILLAGES_PER_PILOT_VILLAGE = 3
"""In a small invented county not every village is a pilot village, or there would be nowhere to spread to."""
WITHIN_ONE_HOUR = (0.917, 0.851, 0.645)
"""Townships within an hour of the county government: east, central, west [D22]."""
WEST = 2


def describe_villages(world: World, parameters: Parameters) -> None:
    """Fill hours, the remote flag and the shares of poor, minority, left-behind and migrant households.

    Works in place on a world fresh from :func:`model.world.lay_out`.
    """
    villages, table = world.villages, world.table
    county_keys = unseeded_keys(unseeded_root(), table.county_code.to_numpy())
    keys = unseeded_keys(county_keys[villages["county"]], world.village_ordinal)
    community = villages["kind"] == KIND_COMMUNITY
    _measure_hours(world, county_keys, keys, parameters)

    sector = world.village_sector
    weight = world.children_2010().astype(float)
    both = {
        "poverty": ("village.poverty", "rural_poverty", "urban_poverty", parameters.poverty_village_sd),
        "minority": ("village.minority", "minority_share", "minority_share", parameters.minority_village_sd),
        "left_behind": (
            "village.left_behind",
            "rural_left_behind",
            "urban_left_behind",
            parameters.left_behind_village_sd,
        ),
    }
    for name, (decision, rural, urban, sd) in both.items():
        targets = np.stack([table[rural], table[urban]], axis=1).ravel()
        shares = shift_to_mean(sd * scores(keys, decision), weight, sector, targets)
        villages[name] = shares.round(DECIMALS)
    log_odds = parameters.migrant_village_sd * scores(keys, "village.migrant")
    migrants = shift_to_mean(log_odds, weight, sector, np.repeat(table.migrant.to_numpy(), 2))
    villages["migrant"] = np.where(community, migrants, 0.0).round(DECIMALS)


def road_km(quantile: np.ndarray, west: np.ndarray, furthest_km: float) -> np.ndarray:
    """Distance to the road head, one per quantile of the villages of the west or of the rest.

    Only the far classes of the west are published; the nearer ones share what is left as in the country, and
    the classes of the rest follow from the national ones.
    """
    national = np.array(ROAD_SHARES)
    far = np.array(ROAD_SHARES_WEST_FAR)
    near = national[: -len(far)]
    in_west = np.concatenate([near * (1 - far.sum()) / near.sum(), far])
    elsewhere = (national - WEST_VILLAGE_SHARE * in_west) / (1 - WEST_VILLAGE_SHARE)
    ends = np.append(ROAD_KM, furthest_km)
    by_part = [np.interp(quantile, np.append(0.0, np.cumsum(part)), ends) for part in (elsewhere, in_west)]
    return np.where(west, by_part[1], by_part[0])


def seat_hours(score: np.ndarray, region: np.ndarray, log_sd: float) -> np.ndarray:
    """Hours to the county seat, one per township's score, lognormal within each region [D22]."""
    medians = np.exp(-log_sd * ndtri(np.array(WITHIN_ONE_HOUR)))
    return medians[region] * np.exp(log_sd * score)


def _measure_hours(world: World, county_keys: np.ndarray, keys: np.ndarray, parameters: Parameters) -> None:
    villages, townships, counties = world.villages, world.townships, world.counties
    within = np.sqrt(1 - parameters.remoteness_county_share)
    between = np.sqrt(parameters.remoteness_county_share)
    seat_score = between * world.table.seat_score.to_numpy()
    road_score = between * world.table.remoteness_score.to_numpy()

    town_keys = unseeded_keys(county_keys[townships["county"]], world.township_ordinal + TOWNSHIP_ORDINALS)
    town_score = seat_score[townships["county"]] + within * scores(town_keys, "township.remoteness")
    nearest = np.lexsort((town_score, townships["county"]))[counties["first_township"]]
    first = counties["first_township"]
    town_score[first], town_score[nearest] = town_score[nearest], town_score[first]  # the seat's own town
    region = counties["region"][townships["county"]]
    town_hours = seat_hours(town_score, region, parameters.township_hours_log_sd)

    score = road_score[villages["county"]] + within * scores(keys, "village.remoteness")
    west = counties["region"][villages["county"]] == WEST
    km = road_km(ndtr(score), west, parameters.furthest_km)
    hours = parameters.walking_hours + km / parameters.road_km_per_hour
    hours = np.where(villages["kind"] == KIND_COMMUNITY, parameters.community_hours, hours)
    villages["hours_to_township"] = hours.round(DECIMALS)
    villages["hours_to_county"] = (hours + town_hours[villages["township"]]).round(DECIMALS)
    villages["remote"] = villages["hours_to_county"] > parameters.remote_hours


def choose_pilot_villages(world: World, parameters: Parameters) -> None:
    """Mark the pilot villages of pilot counties and give them the poverty and HIV reported of them.

    Of the villages nearest to the target size the poorest are taken: pilot villages were large and picked by
    hand for poverty and HIV, and nobody has published their names. Works in place.
    """
    villages, counties = world.villages, world.counties
    children = world.children_2010()
    for county in np.flatnonzero(counties["pilot"]):
        first = counties["first_village"][county]
        here = first + np.arange(counties["n_villages"][county])
        here = here[(villages["kind"][here] == KIND_VILLAGE) & (children[here] > 0)]
        distance = np.abs(np.log(children[here] / parameters.pilot_children_target))
        near = here[np.argsort(distance, kind="stable")[: parameters.pilot_candidates_per_county]]
        poorest = near[np.argsort(-villages["poverty"][near], kind="stable")]
        most = -(-counties["n_villages"][county] // FEWEST_VILLAGES_PER_PILOT_VILLAGE)
        villages["pilot"][poorest[: min(parameters.pilot_villages_per_county, most)]] = 1
    describe_pilot_villages(world, parameters)


def describe_pilot_villages(world: World, parameters: Parameters) -> None:
    """Give the pilot villages of a world the poverty and HIV reported of them. Works in place."""
    villages, children = world.villages, world.children_2010()
    pilot = np.flatnonzero(villages["pilot"])
    if len(pilot):
        poverty = villages["poverty"][pilot].clip(LEAST_SHARE, 1 - LEAST_SHARE)
        shares = shift_to_mean(
            np.log(poverty / (1 - poverty)),
            children[pilot].astype(float),
            np.zeros(len(pilot), dtype=np.int64),
            np.array([parameters.poverty_pilot_share]),
        )
        villages["poverty"][pilot] = shares.round(DECIMALS)
        villages["hiv_affected"][pilot] = parameters.hiv_affected_pilot_share
