"""``conclusions`` on a small scale: every sentence is decided by runs, and what flips it is named."""

import numpy as np
import pandas as pd
import pytest

from calibration import conclusions
from calibration.conclusions import (
    CHECK_SET,
    OTHERS_SET,
    POSTERIOR_SET,
    Conclusion,
    Sizes,
    candidates,
    conclude,
    conclusions_file,
    flips,
    hanging,
    holds,
    other_names,
    others_drawn,
    store,
    stored,
)
from calibration.conclusions_page import lines, picture, write_conclusions
from calibration.predictive import Predicted
from experiments.executors import open_pool
from experiments.posterior import SHIPPED
from experiments.tables import read_rows
from model.declarations import Bilingual, declarations
from model.reading import ROOT
from model.strategy_file import strategy_names

pytestmark = pytest.mark.statistical

SIZES = Sizes(posterior=2, others=3, structure=1, check=1)


def conclusion(direction, factor=1.0, outcome="x"):
    said = Bilingual(en="a beats b", zh="甲胜乙")
    return Conclusion(
        name="c", sentence=said, part="services", outcome=outcome, of="a", than="b", factor=factor,
        direction=direction,
    )  # fmt: skip


def runs(a, b, **more):
    frame = pd.DataFrame({"strategy": ["a"] * len(a) + ["b"] * len(b), "x": [*a, *b], **more})
    return Predicted(frame)


@pytest.fixture(scope="module")
def small():
    """The file with the smallest world in place of those it names."""
    file = conclusions_file()
    worlds = dict.fromkeys(file.worlds, "four_villages")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            conclusions,
            "conclusions_file",
            lambda: file.model_copy(update={"worlds": worlds, "until": "2012-12"}),
        )
        yield patch


@pytest.fixture(scope="module")
def concluded(small, tmp_path_factory):
    out = tmp_path_factory.mktemp("conclusions")
    with open_pool(1) as pool:
        return conclude(SHIPPED, out, pool, SIZES), out


def test_a_conclusion_is_the_comparison_that_it_says():
    made = runs([1.0, 2.0, 3.0], [2.0, 2.0, 2.0])
    assert holds(conclusion("more"), made).tolist() == [False, False, True]
    assert holds(conclusion("less"), made).tolist() == [True, False, False]
    assert holds(conclusion("less", factor=0.4), made).tolist() == [False, False, False]
    assert holds(conclusion("more", factor=0.4), made).tolist() == [True, True, True]


def test_what_is_not_known_does_not_bear_a_conclusion_out():
    made = runs([np.nan, 1.0], [1.0, np.nan])
    assert not holds(conclusion("more"), made).any()
    assert not holds(conclusion("less"), made).any()


def test_for_the_same_money_is_a_ratio():
    made = runs([0.0], [0.0], spells_served=[10.0, 8.0], programme_yuan=[5e6, 2e6])
    assert holds(conclusion("less", outcome="served_per_million_yuan"), made).all()


def test_the_number_that_decides_is_named_and_others_are_not():
    generator = np.random.default_rng(3)
    rows = [{"desk_fte_factor": a, "visit_hours": b} for a, b in generator.random((80, 2))]
    held = np.array([row["desk_fte_factor"] > 0.5 for row in rows])
    (found,) = hanging(held, rows)
    assert found.parameter == "desk_fte_factor"
    assert found.low < 0.1 < 0.9 < found.high
    assert hanging(np.ones(80, dtype=bool), rows) == ()


def test_every_conclusion_names_strategies_that_are_shipped():
    file = conclusions_file()
    assert len(file.conclusions) >= 8
    assert len({each.name for each in file.conclusions}) == len(file.conclusions)
    shipped = set(strategy_names())
    for part in ("services", "spread"):
        assert set(file.strategies(part)) <= shipped
    for settings in file.structures.values():
        assert set(settings) <= set(declarations())


def test_draws_do_not_undo_what_a_strategy_is_about():
    """A drawn number that a strategy sets by a lever keeps the strategy's value; other draws count."""
    drawn = tuple(read_rows(SHIPPED, 1)[0])
    found = candidates(("history", "no_programme"), drawn, {"provincial_push_per_month": 0.002})
    assert found["no_programme"].settings["adoption_p0_per_month"] == 0
    assert found["no_programme"].settings["provincial_push_per_month"] == 0
    assert found["history"].settings == {"provincial_push_per_month": 0.002}


def test_all_other_uncertain_numbers_are_drawn_and_no_lever():
    rows = read_rows(SHIPPED, 4)
    names = other_names(tuple(rows[0]))
    assert len(names) > 20
    assert not {name for name in names if declarations()[name].kind == "lever"}
    wide = others_drawn(rows)
    for row, before in zip(wide, rows, strict=True):
        assert row.items() >= before.items()
        assert set(row) == {*names, *before}
    assert len({row[names[0]] for row in wide}) == 4


def test_every_conclusion_is_tried_in_every_set(concluded):
    found, _ = concluded
    file = conclusions_file()
    sets = [POSTERIOR_SET, OTHERS_SET, *file.structures, CHECK_SET]
    assert list(found.sizes) == sets
    for each in found.tried:
        wanted = sets if each.conclusion.part == "services" else sets[:-1]
        assert list(each.shares) == wanted
        assert all(0.0 <= share <= 1.0 for share in each.shares.values())
    named = {each.conclusion.name: each for each in found.tried}
    assert named["mandate_is_needed"].shares[POSTERIOR_SET] == 1.0


def test_the_page_says_what_flips_each_in_both_languages(concluded):
    found, _ = concluded
    for language in ("en", "zh"):
        told = "\n".join(lines(found, language))
        assert picture(found, language).name == "conclusions"
        for each in found.tried:
            assert told.count(each.conclusion.sentence.in_language(language)) == 2
    assert any(flips(each) for each in found.tried), "in four villages to 2012 not all can hold"


def test_what_was_found_is_kept_and_the_page_of_the_documents_is_made_of_it(concluded, tmp_path):
    found, _ = concluded
    assert stored(store(found, tmp_path / "found.json")) == found
    page = ROOT / "docs" / "conclusions.md"
    shipped = stored(page.with_suffix(".json"))
    assert [each.conclusion for each in shipped.tried] == list(conclusions_file().conclusions)
    assert page.read_text(encoding="utf-8").splitlines() == lines(shipped, "en")


def test_the_same_command_again_simulates_nothing(concluded, small, monkeypatch):
    _, out = concluded
    monkeypatch.setattr(conclusions, "simulate", None)
    monkeypatch.setattr(conclusions, "simulate_path", None)
    paths = write_conclusions(SHIPPED, out, sizes=SIZES, workers=1, language="zh")
    assert {path.name for path in paths} >= {"conclusions.md", "conclusions.json", "conclusions.png"}
    assert all(path.is_file() for path in paths)
