"""Good tables are read in any dress; whatever is wrong is told with place and remedy, all at once."""

import pytest

from model.own.check import check_file
from model.own.filling import filled_values
from model.own.problems import CellProblem
from model.text import LANGUAGES
from tests.model.own.files import csv_text, good, workbook

pytestmark = pytest.mark.unit


def problems(path):
    """What is wrong with a file, as (code, sheet, row, column)."""
    return [
        (each.code, each.sheet, each.row, each.column) if isinstance(each, CellProblem) else (each.code,)
        for each in check_file(path).problems
    ]


def changed(tmp_path, sheet, row, column, value):
    """A good workbook with one cell changed; rows as a spreadsheet counts them."""
    tables = good()
    tables[sheet][row - 1][column] = value
    return workbook(tmp_path / "t.xlsx", tables)


def test_a_good_workbook_has_no_problem(tmp_path):
    checked = check_file(workbook(tmp_path / "t.xlsx", good()))
    assert checked.problems == []
    villages = checked.frames["villages"]
    assert villages.kind.tolist() == ["village", "village", "community"]
    assert villages.poverty.tolist()[:2] == [0.2, 0.15]
    assert villages.post_month[0] == 109
    assert checked.frames["money"].payer.tolist() == ["county", "central"]
    found = {(each.sheet, each.column): (each.n, each.source) for each in filled_values(checked.frames)}
    assert found["villages", "children_2020"] == (1, "households")
    assert found["villages", "poverty"] == (1, "spread")
    assert found["townships", "clinic_fte"] == (1, "rules")
    sources = {(each.column, each.source): each.n for each in filled_values(checked.frames)}
    assert sources["poverty", "county"] == sources["poverty", "province"] == 1
    assert sources["children_2010", "county"] == 1, "the county on the list; the other has villages to sum"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_any_encoding_and_with_any_delimiter(tmp_path, encoding, delimiter):
    for key, rows in good().items():
        (tmp_path / f"{key}.csv").write_bytes(csv_text(rows, delimiter).encode(encoding))
    checked = check_file(tmp_path)
    assert checked.problems == []
    assert checked.frames["counties"].county.tolist() == ["甲新县", "云县"]


def test_villages_alone_are_enough_and_heads_may_be_in_either_language(tmp_path):
    rows = [["县代码*", "乡镇", "村（居）名", "Children 2020"], ["530922", "某镇", "某村", "１,２00"]]
    (tmp_path / "任意名.csv").write_text(csv_text(rows), encoding="utf-8")
    checked = check_file(tmp_path / "任意名.csv")
    assert checked.problems == []
    assert checked.frames["counties"].county_code.tolist() == [530922]
    assert checked.frames["villages"].children_2020.tolist() == [1200]


@pytest.mark.parametrize(
    ("sheet", "row", "column", "value", "code"),
    [
        ("counties", 2, 2, None, "places.unknown_code"),
        ("counties", 3, 0, 990001, "places.no_province"),
        ("counties", 3, 0, "53092", "places.code"),
        ("counties", 3, 1, "凤庆县", "places.other_name"),
        ("counties", 3, 2, "是", "places.on_list"),
        ("counties", 3, 2, "perhaps", "places.flag"),
        ("counties", 2, 1, None, "places.new_needs_name"),
        ("counties", 3, 0, 530981, "places.doubled_row"),
        ("counties", 3, 3, -5, "places.range"),
        ("counties", 3, 3, "many", "places.not_number"),
        ("counties", 3, 3, 12.5, "places.not_whole"),
        ("counties", 3, 3, 0, "places.no_children"),
        ("villages", 2, 0, 530923, "places.not_among"),
        ("villages", 2, 1, None, "places.blank"),
        ("villages", 2, 3, "hamlet", "places.choice"),
        ("villages", 2, 5, "=1+1", "places.formula"),
        ("villages", 2, 6, 20, "places.percent"),
        ("villages", 2, 6, 1.2e9, "places.range"),
        ("villages", 2, 7, "soon", "month.unreadable"),
        ("villages", 2, 7, "2055-01", "month.after_end"),
        ("villages", 3, 2, "上村", "places.doubled_row"),
        ("villages", 2, 2, "x" * 99, "places.long_text"),
        ("townships", 2, 1, "无此乡", "places.township_without_villages"),
        ("prices", 2, 0, "pay_part_time", "parameter.unknown"),
        ("prices", 2, 1, -3, "parameter.range"),
        ("prices", 3, 1, "two", "parameter.type.integer"),
        ("money", 2, 1, 1999, "places.range"),
        ("money", 2, 2, "donor", "places.choice"),
        ("money", 3, 2, "county", "places.doubled_row"),
        ("money", 3, 3, None, "places.blank"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_found_where_it_is(tmp_path, sheet, row, column, value, code):
    found = problems(changed(tmp_path, sheet, row, column, value))
    named = good()[sheet][0][column]
    here = [each for each in found if each[0] == code]
    assert here, found
    assert here[0][1:3] == (sheet, row)
    assert here[0][3] == named or code in ("places.doubled_row", "places.unknown_code", "places.no_province")


def test_every_problem_is_told_at_once(tmp_path):
    tables = good()
    tables["villages"][1][5], tables["villages"][2][6] = "many", 7
    tables["money"][1][3] = "x"
    tables["prices"].append(["no_such_thing", 1])
    tables["Villagez"] = [["a"], [1]]
    found = {each[0] for each in problems(workbook(tmp_path / "t.xlsx", tables))}
    assert {"places.not_number", "places.percent", "places.unknown_sheet"} <= found
    assert len(problems(tmp_path / "t.xlsx")) >= 4


@pytest.mark.parametrize(
    "head", ["姓名", "儿童姓名", "身份证号", "联系电话", "家庭住址", "Phone", "name", "ID number", "Address"]
)
def test_columns_about_persons_are_refused(tmp_path, head):
    tables = good()
    tables["villages"][0].append(head)
    tables["villages"][1].append("x")
    assert ("places.personal_column", "villages", 1, head) in problems(workbook(tmp_path / "t.xlsx", tables))


@pytest.mark.parametrize(
    "value",
    [
        "533124201003071234", "53312420100307123X", 13812345678, "138 1234 5678", "0875-2123456", "a@b.cn",
        13812345678.0,
    ],
)  # fmt: skip
@pytest.mark.parametrize("sheet", ["villages", "备注"])
def test_values_about_persons_are_refused_and_not_repeated(tmp_path, value, sheet):
    tables = good() | {"备注": [["x", "y"], ["a", "b"]]}
    tables[sheet][1][1] = value
    path = workbook(tmp_path / "t.xlsx", tables)
    checked = check_file(path)
    assert "places.personal_value" in {each.code for each in checked.problems}
    told = " ".join(each.text(language) for each in checked.problems for language in LANGUAGES)
    assert str(value) not in told.replace(",", "")


def test_codes_of_villages_and_large_sums_are_not_taken_for_telephones(tmp_path):
    tables = good()
    tables["villages"][1][2] = "村530922001201"
    tables["money"][1][3] = 1_380_000_000
    assert problems(workbook(tmp_path / "t.xlsx", tables)) == []


def test_counties_and_villages_must_agree(tmp_path):
    tables = good()
    tables["counties"][0] += ["villages", "townships"]
    tables["counties"][1] += [3, 2]
    tables["counties"][1][3] = 100
    found = problems(workbook(tmp_path / "t.xlsx", tables))
    assert ("places.count_differs", "counties", 2, "villages") in found
    assert ("places.sum_exceeds", "counties", 2, "children_2020") in found


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_say_place_and_remedy(tmp_path, language):
    path = changed(tmp_path, "villages", 3, 6, 20)
    message = next(each for each in check_file(path).problems if each.code == "places.percent").text(language)
    for words in ("t.xlsx", "0.2", "20%", "3", {"en": "Poor households", "zh": "贫困家庭比例"}[language]):
        assert words in message


def test_codes_are_checked_whatever_else_is_wrong_and_where_they_stand(tmp_path):
    rows = [
        ["county_code", "township", "village", "children_2020"],
        [530922, "a", "b", "x"],
        [530999, "a", "b", 3],
    ]
    (tmp_path / "v.csv").write_text(csv_text(rows), encoding="utf-8")
    found = problems(tmp_path / "v.csv")
    assert ("places.not_number", "villages", 2, "children_2020") in found
    assert ("places.unknown_code", "villages", 3, "county_code") in found


def test_a_county_with_more_villages_than_can_be_numbered_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("model.own.places_check.MAX_COUNTY_VILLAGES", 2)
    found = problems(workbook(tmp_path / "t.xlsx", good()))
    assert ("places.too_many_villages", "villages", 4, "county_code") in found
