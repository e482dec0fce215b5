"""Names of counties in English, where there are any: the pilot counties, and the invented ones."""

from collections.abc import Sequence

from model.counties import load_pilot_counties
from model.text import catalogue


def english_names(codes: Sequence[int]) -> list[str]:
    """Return the English names of counties, empty where a county has none."""
    pilot = load_pilot_counties().set_index("county_code").county_en
    return [
        str(pilot[code]) if code in pilot.index else catalogue("en").get(f"county.{code}", "")
        for code in codes
    ]
