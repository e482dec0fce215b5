"""One run on a cluster: the same state, and refusals that name the option."""

import pytest

from experiments.sharding import check_for_shards, run_in_shards
from model.problems import InputError
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario


@pytest.mark.determinism
def test_a_cluster_gives_the_same_state():
    """Only where Dask is installed: it is an extra, and continuous integration does without it."""
    pytest.importorskip("distributed", reason="dask comes with `make extras`")
    scenario = make_scenario("pilot_counties", until=14)
    joined = run_in_shards(scenario, "local", 2)
    assert joined.state_hash() == ScaleUpModel(scenario).run().state_hash()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("dask", "children", "resume", "profile", "code"),
    [
        ("", "all", False, False, "shards.without_dask"),
        ("local", "none", False, False, "shards.without_children"),
        ("local", "all", True, False, "shards.not_with"),
        ("local", "all", False, True, "shards.not_with"),
    ],
)
def test_what_cannot_be_divided_is_refused(dask, children, resume, profile, code):
    with pytest.raises(InputError) as refused:
        check_for_shards(dask, children, resume=resume, profile=profile)
    assert [problem.code for problem in refused.value.problems] == [code]
