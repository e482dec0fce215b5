import pytest

from experiments.asking import check_request, drawn_rows
from experiments.design import read_design
from experiments.paired import Paired, draws_of, draws_problems, paired_table
from experiments.posterior import posterior_rows
from experiments.sweeping import rows_of
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
    assert list(rows_of(made.uncertain, [2])) == posterior_rows(2)
    assert made.study.seeds == "separate"
    named = design(tmp_path, "world: teaching\nuncertain: {method: posterior, draws: 1}\n")
    assert list(rows_of(named.uncertain, [1])) == posterior_rows(1)
    assert list(rows_of(named.uncertain, [1, 1])) == posterior_rows(2), "more of it can be drawn"
    with pytest.raises(InputError, match="has 2 draws"):
        list(rows_of(named.uncertain, [1, 2]))


def test_where_a_design_says_nothing_every_replication_has_a_draw(shipped, tmp_path):
    made = design(tmp_path, "world: teaching\nreplications: 2\nlevers: {parameters: {visit_hours: [1, 2]}}\n")
    assert list(rows_of(made.uncertain, [2])) == [{"find_multiplier": 0.8}, {"find_multiplier": 1.1}]
    assert made.uncertain.draws == 2
    assert made.replications == 1
    assert design(tmp_path, "world: teaching\nuncertain: {draws: 0}\n").uncertain is None
    with pytest.raises(InputError) as refused:
        design(tmp_path, "world: teaching\nreplications: 3\n")
    assert [problem.code for problem in refused.value.problems] == ["compare.few_draws"]
    with pytest.raises(InputError) as refused:
        design(tmp_path, "levers: {method: posterior, draws: 1}\n")
    assert "design.choice" in [problem.code for problem in refused.value.problems]


def test_every_seed_of_a_map_meets_a_draw_of_its_own(shipped, tmp_path):
    paired = Paired(draws_of(None, 2), 2, fresh=0)
    assert [paired.draw_of(seed) for seed in (1, 2)] == [1, 2]
    table = paired_table(tmp_path, paired, {"visit_hours"})
    assert table.values(2) == {"find_multiplier": 1.1}
    assert Paired(0, 4).draw_of(3) == 0
    assert [Paired(2, 4, 3).draw_of(seed) for seed in (1, 2, 3, 4, 5, 7)] == [1, 2, 1, 2, 3, 5]
    assert Paired(4, 4).kind == Paired(8, 8).kind != Paired(2, 4).kind
    with pytest.raises(InputError, match="has 2 draws"):
        paired_table(tmp_path, Paired(2, 2, fresh=3), ())
    assert [problem.code for problem in draws_problems(5, 4)] == ["map.draws"]
    assert not draws_problems(None, 4)


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
