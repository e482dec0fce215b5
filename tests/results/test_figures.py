"""Pictures: a sentence each, named axes, letters that exist, text that stays text, ranges of runs."""

import re

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.text import Text

from model.counties import load_published
from model.text import CATALOGUES, LANGUAGES, catalogue
from results import style, wording
from results.figures.cascade import FATES, fates
from results.figures.compared.cascade import cascades
from results.figures.compared.desks import backlog
from results.figures.compared.exchange import exchange
from results.figures.compared.overview import overview
from results.figures.compared.spread import country_spread, maps
from results.figures.compared.waits import group_waits, waits
from results.figures.spread import spread
from results.groups import standardised
from results.measures.intervals import Interval
from results.report import run_pictures
from results.smoothing import yearly

LARGEST_FONT_BYTES = 2_400_000
both_languages = pytest.mark.parametrize("language", LANGUAGES)


def compared_pictures(runs, language):
    found, country = runs.comparison, runs.country
    labels = runs.views["history"].services
    return [
        overview(found, country, labels, language),
        country_spread(country, language),
        maps(country, language),
        cascades(found, language),
        backlog(found, labels, country.events, language),
        waits(found, language),
        group_waits(found, language),
        exchange(found, language),
    ]


@pytest.fixture(scope="module")
def all_pictures(teaching_view, demo_runs):
    return {
        language: [*run_pictures(teaching_view, language).values(), *compared_pictures(demo_runs, language)]
        for language in LANGUAGES
    }


@pytest.mark.docs
@both_languages
def test_catalogues_have_the_same_keys_and_places(language):
    other = catalogue("en" if language == "zh" else "zh")
    for key, words in catalogue(language).items():
        assert key in other, key
        assert set(re.findall(r"{(\w+)", words)) == set(re.findall(r"{(\w+)", other[key])), key


@pytest.mark.docs
@both_languages
def test_no_text_is_declared_in_two_files(language):
    import yaml

    seen: dict[str, str] = {}
    for path in CATALOGUES.glob(f"*{language}.yaml"):
        for key in yaml.safe_load(path.read_text(encoding="utf-8")) or {}:
            assert key not in seen, f"{key} in {path.name} and {seen[key]}"
            seen[key] = path.name


@pytest.mark.unit
@both_languages
def test_every_picture_says_what_it_shows(all_pictures, language):
    for picture in all_pictures[language]:
        assert len(picture.caption) > 15, picture.name
        assert not re.search(r"\bnan\b|[{}]|None", picture.caption), picture.caption
    names = [picture.name for picture in all_pictures[language]]
    assert {"spread", "cascade", "desks", "unmet", "served", "equity", "money"} <= set(names)


@pytest.mark.unit
def test_languages_say_it_in_their_own_letters(all_pictures):
    for english, chinese in zip(*all_pictures.values(), strict=True):
        assert not re.search(r"[\u4e00-\u9fff]", english.caption.replace("青石县", "")), english.caption
        assert re.search(r"[\u4e00-\u9fff]", chinese.caption), chinese.name


@pytest.mark.unit
@both_languages
def test_axes_have_names(all_pictures, language):
    for picture in all_pictures[language]:
        figure = picture.figure
        whole = [figure.get_supylabel(), figure.get_supxlabel()]
        for axes in figure.get_axes():
            if not axes.axison or not axes.get_visible():
                continue
            shared = whole + [other.get_xlabel() for other in axes.get_shared_x_axes().get_siblings(axes)]
            assert any([axes.get_xlabel(), axes.get_ylabel(), *shared]), f"{picture.name}: {axes.get_title()}"


@pytest.mark.unit
@both_languages
def test_font_has_every_letter_of_every_picture(all_pictures, language):
    known = set(TTFont(style.FONT_FILE).getBestCmap())
    for picture in all_pictures[language]:
        for words in picture.figure.findobj(Text):
            missing = {letter for letter in words.get_text() if ord(letter) not in known and letter != "\n"}
            assert not missing, f"{picture.name}: {missing}"


@pytest.mark.unit
def test_font_is_small_and_knows_the_names_of_all_counties_and_all_texts():
    assert style.FONT_FILE.stat().st_size < LARGEST_FONT_BYTES
    known = set(TTFont(style.FONT_FILE).getBestCmap())
    names = "".join(load_published()[["county", "prefecture", "province"]].fillna("").to_numpy().ravel())
    texts = "".join(text for language in LANGUAGES for text in catalogue(language).values())
    assert not {letter for letter in names + texts if ord(letter) not in known and letter != "\n"}
    assert (style.FONT_FILE.parent / "LICENSE.txt").read_text(encoding="utf-8").count(
        "SIL OPEN FONT LICENSE"
    ) == 1


@pytest.mark.unit
@both_languages
def test_text_in_svg_stays_text_and_asks_for_nothing(all_pictures, language):
    for picture in all_pictures[language]:
        svg = picture.inline_svg()
        assert svg.startswith("<svg")
        assert "<text" in svg
        assert not re.search("https?:|<metadata|xmlns", svg)
        addresses = re.findall(r'(?:href|src)="([^"]*)"', svg)
        assert all(address.startswith(("#", "data:image/png")) for address in addresses)
        assert not re.search(r'<g id="', svg), "names of groups would clash on a page"


@pytest.mark.unit
def test_files_of_a_picture(teaching_view, tmp_path):
    png, svg = spread(teaching_view, "zh").save(tmp_path)
    assert png.read_bytes().startswith(b"\x89PNG")
    written = svg.read_text(encoding="utf-8")
    assert "已配备儿童主任" in written
    assert "<dc:date>" not in written
    again = spread(teaching_view, "zh").save(tmp_path)[1].read_text(encoding="utf-8")
    assert written == again, "the same run gives the same file"


@pytest.mark.unit
def test_runs_that_differ_are_shown_with_their_range(demo_runs):
    drawn = {picture.name: picture.figure for picture in compared_pictures(demo_runs, "en")}
    for name in ("spread_country", "backlog", "overview"):
        assert drawn[name].findobj(PolyCollection), f"{name} has no band"
    for name in ("waits", "group_waits", "exchange", "overview"):
        assert drawn[name].findobj(LineCollection), f"{name} has no interval"


@pytest.mark.unit
def test_positions_are_credited_on_every_map(demo_runs):
    for picture in (maps(demo_runs.country, "en"), compared_pictures(demo_runs, "zh")[0]):
        assert any("GeoNames" in words.get_text() for words in picture.figure.findobj(Text))


@pytest.mark.unit
@pytest.mark.parametrize("colour", [*style.STRATEGY_COLOURS.values(), *style.SPARE_COLOURS, style.MUTED])
def test_words_can_be_read_on_white(colour):
    from matplotlib.colors import to_rgb

    assert style.contrast(to_rgb(style.ink(colour))) >= style.READABLE_CONTRAST
    assert style.contrast((0, 0, 0)) == pytest.approx(21)
    assert style.contrast((1, 1, 1)) == pytest.approx(1)


@pytest.mark.property
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_labels_keep_their_order_and_distance(heights):
    gap = 0.06
    placed = style.spread_out(heights, gap)
    order = np.argsort(heights, kind="stable")
    assert (np.diff(np.array(placed)[order]) >= gap - 1e-6).all()
    assert min(placed) >= -1e-9
    assert max(placed) <= 1 + 1e-9


@pytest.mark.property
@given(st.lists(st.integers(0, 1000), min_size=len(FATES), max_size=len(FATES)))
def test_fates_of_needs_add_up(counts):
    reached = np.array(sorted(counts, reverse=True), dtype=float)
    shares = fates(reached)
    assert shares.min() >= 0
    if reached[0] > 0:
        assert shares.sum() == pytest.approx(1)
        assert shares[0] == reached[-1] / reached[0]


@pytest.mark.property
@given(
    st.lists(st.floats(0.01, 0.99), min_size=3, max_size=3),
    st.lists(st.integers(30, 900), min_size=6, max_size=6),
)
def test_groups_that_differ_in_services_only_are_equal(shares, sizes):
    bottoms = np.array(sizes, dtype=float).reshape(2, 3)
    tops = bottoms * np.array(shares)
    first, second = standardised(tops, bottoms, np.array([1.0, 2.0, 3.0]))
    assert first == pytest.approx(second)


@pytest.mark.unit
def test_groups_with_too_few_cases_are_not_compared():
    bottoms = np.array([[29.0, 500.0], [400.0, 500.0]])
    tops = np.array([[29.0, 250.0], [0.0, 100.0]])
    np.testing.assert_allclose(standardised(tops, bottoms, np.array([1.0, 1.0])), [0.5, 0.2])
    assert np.isnan(standardised(tops[:, :1], bottoms[:, :1], np.array([1.0]))).all()


@pytest.mark.unit
def test_running_means_leave_out_what_is_not_known():
    values = np.array([1.0, np.nan, 3.0, 5.0])
    np.testing.assert_allclose(yearly(values, 2), [1, 1, 3, 4])


@pytest.mark.unit
@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (53_942, "53,900", "5.39万"),
        (1_211_488, "1.21\u00a0million", "121万"),
        (999_600, "1\u00a0million", "100万"),
        (2.5e8, "250\u00a0million", "2.5亿"),
        (-1_500, "−1,500", "−1,500"),
        (0.417, "0.417", "0.417"),
        (0, "0", "0"),
        (float("nan"), "not known", "未知"),
    ],
)
def test_numbers_are_written_as_people_write_them(value, english, chinese):
    assert (wording.number(value, "en"), wording.number(value, "zh")) == (english, chinese)


@pytest.mark.unit
def test_what_lies_between_two_shares_is_a_number_of_points():
    apart = wording.unit_of_difference("share")
    assert wording.WRITERS[apart](-0.031, "en") == "−3.1 percentage points"
    assert wording.WRITERS[apart](0.031, "zh") == "+3.1个百分点"
    assert [wording.shown_unit(apart, each) for each in ("en", "zh")] == ["percentage points", "百分点"]
    assert wording.unit_of_difference("months") == "months"
    assert wording.with_unit("1", "months") == "1\u00a0month"
    assert wording.with_unit("2", "months", "zh") == "2个月"


@pytest.mark.unit
def test_ranges():
    assert wording.span(Interval(0.42, 0.4, 0.45, 5), "en", "share") == "42.0\u00a0% (40.0–45.0\u00a0%)"
    assert wording.span(Interval(53_942, 51_000, 57_000, 5), "zh") == "5.39万（5.1～5.7万）"
    assert wording.span(Interval(7, 7, 7, 5)) == "7"
    assert wording.between(Interval(0.97, 0.9, 1.04, 2), "en", "share") == "90.0–100.0\u00a0%"
    assert wording.between(Interval(3, -2, 8, 2)) == "0–8"
    assert wording.month_name(73) == "June 2016"
    assert wording.month_name(73, "zh") == "2016年6月"
    assert wording.listing(["a", "b", "c"]) == "a, b and c"
    assert wording.listing(["甲", "乙", "丙"], "zh") == "甲、乙和丙"


@pytest.mark.unit
def test_chinese_lines_do_not_begin_with_a_mark():
    lines = style.wrapped("一" * style.CAPTION_EM["zh"] + "，" + "二" * 5, "zh").split("\n")
    assert lines == ["一" * style.CAPTION_EM["zh"] + "，", "二" * 5]
