import pytest

from experiments.asking import check_request, drawn_rows
from experiments.design import read_design
from experiments.posterior import posterior_rows
from model.problems import InputError

pytestmark = pytest.mark.unit

STRATEGIES = ("history", "random_order")


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    path = tmp_path / "posterior.csv"
    path.write_text("draw,find_multiplier,visit_hours\n1,0.8,1.5\n2,1.1,0.7\n")
    monkeypatch.setattr("experiments.posterior.SHIPPED", path)


def design(folder, text):
    path = folder / "design.yaml"
    path.write_text(text, encoding="utf-8")
    return read_design(path)


def test_a_comparison_draws_from_the_shipped_posterior(shipped):
    asked = check_request(STRATEGIES, world="four_villages", draws=2)
    assert drawn_rows(asked) == [
        {"find_multiplier": 0.8, "visit_hours": 1.5},
        {"find_multiplier": 1.1, "visit_hours": 0.7},
    ]


def test_a_number_that_is_set_holds_in_all_draws(shipped):
    asked = check_request(STRATEGIES, world="four_villages", draws=1, settings={"visit_hours": 1.0})
    assert drawn_rows(asked) == [{"find_multiplier": 0.8}]


def test_more_draws_than_the_posterior_has_are_refused(shipped):
    with pytest.raises(InputError, match="has 2 draws"):
        drawn_rows(check_request(STRATEGIES, world="four_villages", draws=3))


def test_a_sweep_that_says_only_how_many_draws_takes_them_from_the_posterior(shipped, tmp_path):
    made = design(tmp_path, "world: teaching\nuncertain: {draws: 2}\n")
    assert made.uncertain.rows == tuple(posterior_rows(2))
    assert made.study.seeds == "separate"
    named = design(tmp_path, "world: teaching\nuncertain: {method: posterior, draws: 1}\n")
    assert named.uncertain.rows == tuple(posterior_rows(1))


def test_levers_and_held_numbers_are_not_drawn(shipped, tmp_path):
    made = design(
        tmp_path, "world: teaching\nparameters: {visit_hours: 1}\nuncertain: {method: posterior, draws: 2}\n"
    )
    assert made.uncertain.names == ("find_multiplier",)


def test_a_design_that_asks_for_too_many_is_told_so_and_nothing_else(shipped, tmp_path):
    with pytest.raises(InputError) as refused:
        design(tmp_path, "uncertain: {method: posterior, draws: 9}\n")
    assert [problem.code for problem in refused.value.problems] == ["compare.few_draws"]
    with pytest.raises(InputError) as refused:
        design(tmp_path, "uncertain: {method: posterior}\n")
    assert [problem.code for problem in refused.value.problems] == ["design.missing"]


def test_before_there_is_one_a_sweep_needs_parameters(tmp_path, monkeypatch):
    monkeypatch.setattr("experiments.posterior.SHIPPED", tmp_path / "none_yet.csv")
    with pytest.raises(InputError) as refused:
        design(tmp_path, "uncertain: {draws: 2}\n")
    assert [problem.code for problem in refused.value.problems] == ["design.no_parameters"]
