"""Tables printed into documents: they agree with the declarations, and every one is printed somewhere."""

import re
from collections import Counter

import numpy as np
import pytest

from calibration.held_out import held_out_file
from calibration.targets import block_file
from columns.layout import (
    CHILD_DISABLED,
    CHILD_FEMALE,
    CHILD_HIV,
    CHILD_PRESENT,
    HOUSEHOLD_HIV,
    HOUSEHOLD_MIGRANT,
    HOUSEHOLD_MINORITY,
)
from columns.streams import STREAMS
from model.declarations import declarations
from model.reading import ROOT
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from model.schedule import PHASES
from model.services import Service
from tools.pages.equations import ENGINE, equations, functions_of, named_in, on_page
from tools.pages.evidence import FIT, HELD_OUT, VALUE, figures, uses
from tools.pages.filling import DOCS, MARKED, TABLES, filled, marked_pages
from tools.pages.odd import SUBMODELS, WITHOUT_EQUATION, fixed_fields

pytestmark = pytest.mark.docs
ROW = r"[A-Z]\d\d"
PAGES = {path.name: path for path in marked_pages()}


@pytest.mark.parametrize("name", sorted(PAGES))
def test_tables_agree_with_the_declarations(name):
    page = PAGES[name].read_text(encoding="utf-8")
    assert filled(page) == page, "run: make docs"


def test_every_table_is_printed_once():
    pages = [path.read_text(encoding="utf-8") for path in PAGES.values()]
    assert Counter(mark[1] for page in pages for mark in MARKED.finditer(page)) == dict.fromkeys(TABLES, 1)


def test_a_changed_table_is_noticed():
    page = PAGES["evidence.md"].read_text(encoding="utf-8")
    stale = page.replace("**all**", "**none**")
    assert stale != page
    assert filled(stale) == page


def test_every_use_is_of_a_row_that_exists():
    rows = set(figures()["id"])
    assert len(rows) == len(figures()), "ids are unique"
    unknown = [use for use in uses() if use.row not in rows]
    assert not unknown


def test_uses_are_those_of_the_declarations():
    found = set(uses())
    for declaration in declarations().values():
        for row in declaration.evidence_ids:
            assert any(use == (row, VALUE, f"`{declaration.name}`") for use in found), declaration.name
    for block in ("rollout", "service"):
        assert {row for target in block_file(block).targets for row in target.evidence} <= {
            use.row for use in found if use.way == FIT
        }
    held = {row for each in held_out_file().held_out for row in each.evidence}
    assert held <= {use.row for use in found if use.way == HELD_OUT}


def test_no_figure_that_is_only_held_out_is_a_target():
    kept_aside = set(figures().query("use == 'hold-out validation'")["id"])
    assert kept_aside
    assert not kept_aside & {use.row for use in uses() if use.way in (FIT, VALUE)}


def test_every_phase_has_its_submodel():
    assert tuple(SUBMODELS) == tuple(phase.name for phase in PHASES)


def test_what_is_called_fixed_never_changes():
    """Three years of a small world in which posts, families and children do change."""
    model = ScaleUpModel(make_scenario(world="four_villages", seed=2, until="2013-06"))
    state = model.state

    def seen():
        records = {"county": state.counties, "village": state.villages, "township": state.townships}
        found = {
            f"{entity}.{name}": record[name].copy()
            for entity, record in records.items()
            for name in sorted(fixed_fields(entity) & set(record.dtype.names))
        }
        family = HOUSEHOLD_MINORITY | HOUSEHOLD_MIGRANT | HOUSEHOLD_HIV
        traits = CHILD_FEMALE | CHILD_DISABLED | CHILD_HIV
        return found | {
            "household": state.households["family"] & family,
            "wealth": state.households["wealth"].copy(),
            "child": np.where(state.traits & CHILD_PRESENT, state.traits & traits, 255),
        }

    before, born = seen(), state.birth.copy()
    model.run_until(36)
    after = seen()
    same = (born == state.birth) & (before["child"] != 255) & (after["child"] != 255)
    assert same.sum() > 100
    for name, column in before.items():
        kept = same if name == "child" else slice(None)
        assert np.array_equal(column[kept], after[name][kept]), name
    assert {"county.poverty", "village.remote", "township.n_slots"} <= set(before)


def test_equations_use_names_that_are_declared():
    modules = [path for folder in ("model", "columns") for path in (ROOT / folder).glob("*.py")]
    code = set(re.findall(r"\w+", "".join(path.read_text(encoding="utf-8") for path in modules)))
    for page in sorted((DOCS / "odd").glob("*.md")):
        named = set(re.findall(r"`([a-z]+(?:_[a-z0-9]+)+)`", page.read_text(encoding="utf-8")))
        assert named - set(declarations()) - set(Service.model_fields) - code == set(), page


def test_equations_are_numbered_through():
    assert list(equations()) == list(range(1, len(equations()) + 1))


def test_every_equation_is_applied_by_a_function_that_says_so():
    files = [path for folder in ENGINE for path in (ROOT / folder).glob("*.py")]
    applied = {number for path in files for numbers in functions_of(path).values() for number in numbers}
    assert applied == set(equations())


def test_every_equation_says_what_it_rests_on():
    silent = [f"({number}) on {each.page}" for number, each in equations().items() if not each.sources()]
    assert not silent
    rows = set(figures()["id"])
    named = {
        row for each in equations().values() for source in each.sources() for row in re.findall(ROW, source)
    }
    assert named
    assert named <= rows


def test_every_submodel_has_its_equations():
    """One at least on the page that describes it, or a reason why there is none."""
    for modules in SUBMODELS.values():
        for module, page in modules.items():
            path = ROOT / "model" / f"{module}.py"
            pages = {f"odd/{equations()[n].page}.md" for named in functions_of(path).values() for n in named}
            assert (page in pages) != (module in WITHOUT_EQUATION), module


def test_equations_are_found_on_pages_and_in_docstrings():
    page = "A.\n\n> (1) a = b\n>\n> (2) b =\n> c\n\nas in [X01].\n\n"
    page += "> not numbered\n\nNow [X02]:\n\n> (3) d\n\nAssumed.\n"
    found = list(on_page("p", page))
    assert [(each.number, each.formula) for each in found] == [(1, "a = b"), (2, "b =\n> c"), (3, "d")]
    assert [each.sources() for each in found] == [["X01"], ["X01"], ["assumption"]]
    assert named_in("By equation (3).") == {3}
    assert named_in("equations (1), (2) and (7); equations (9) to\n(11)") == {1, 2, 7, 9, 10, 11}
    assert named_in("a (4) that is none") == set()


def test_the_description_names_every_phase_parameter_and_stream():
    page = PAGES["odd.md"].read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w.]+)`", page))
    assert {phase.name for phase in PHASES} | set(declarations()) | set(STREAMS) <= named
