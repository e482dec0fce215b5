"""Strategy files: what they may say, and what is refused in them with file, line and the nearest name."""

from pathlib import Path

import pytest

from model.problems import InputError
from model.reading import ENCODINGS
from model.strategy_file import load_strategy

SENTENCE = "sentence: {en: A test., zh: 测试。}\n"


def write(folder: Path, content: str, name: str = "mine.yaml", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(content, encoding=encoding)
    return path


def refused(path: Path, language: str = "en") -> list[str]:
    with pytest.raises(InputError) as caught:
        load_strategy(path)
    return [message.removeprefix(str(path)) for message in caught.value.messages(language)]


@pytest.mark.unit
def test_a_file_extends_a_shipped_strategy_and_one_beside_it(tmp_path) -> None:
    first = write(tmp_path, f"extend: history\n{SENTENCE}levers: {{visit_hours: 1.5}}\n", "first.yaml")
    second = write(tmp_path, f"extend: first\norder: random\n{SENTENCE}levers: {{travel_hours: 0.3}}\n")
    assert load_strategy(first).extends == ("history",)
    strategy = load_strategy(second)
    assert strategy.extends == ("first", "history")
    assert strategy.levers["visit_hours"] == 1.5
    assert strategy.levers["travel_hours"] == 0.3
    assert strategy.events == load_strategy("history").events
    assert strategy.order == "random"


@pytest.mark.unit
@pytest.mark.parametrize("encoding", [*ENCODINGS, "utf-8"])
def test_files_in_utf8_and_gb18030_are_read(tmp_path, encoding) -> None:
    path = write(tmp_path, "sentence: 贫困村优先。\norder: poorest_first\n", encoding=encoding)
    assert load_strategy(path).sentence.zh == "贫困村优先。"


WRONG_FILES = [
    (b"", ": The file is empty. Fill it, or leave it out to use the defaults."),
    (b"  \n\n", ": The file is empty. Fill it, or leave it out to use the defaults."),
    (b"# only a remark\n", ": The file is empty. Fill it, or leave it out to use the defaults."),
    (b"\xff\xfe\x00\x41", ": The text is neither UTF-8 nor GB18030. Save the file as UTF-8."),
    (
        b"order: [poorest\n",
        ", line 2: This is not valid YAML (did not find expected ',' or ']'). Check indentation, colons",
    ),
    (b"- order\n", ', line 1: Expected lines of the form "name: value".'),
]


@pytest.mark.unit
@pytest.mark.parametrize(("content", "message"), WRONG_FILES)
def test_files_that_cannot_be_read_are_refused(tmp_path, content, message) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    assert refused(path)[0].startswith(message)


@pytest.mark.unit
def test_a_missing_file_and_an_unknown_name() -> None:
    with pytest.raises(
        InputError, match=r"no_such\.yaml: The file cannot be read \(No such file or directory\)"
    ):
        load_strategy("no_such.yaml")
    with pytest.raises(InputError) as caught:
        load_strategy("no_program")
    assert caught.value.messages("en") == [
        'There is no strategy "no_program", and no file of that name. Did you mean "no_programme"?'
    ]
    assert caught.value.messages("zh") == [
        "没有名为“no_program”的策略，也没有该文件。您是不是想写“no_programme”？"
    ]


WRONG_LINES = [
    ("ordr: random", 'line 1: "ordr" is not known here. Did you mean "order"?', "此处没有“ordr”这一项"),
    ("order: randm", 'line 1: "randm" is not a rollout order. Choose one of: ', "“randm”不是推广次序"),
    ("order: ranking", 'line 1: The order "ranking" needs a line "ranking:"', "次序“ranking”需要"),
    (
        "extend: histry",
        'line 1: There is no strategy "histry", and no file of that name.',
        "没有名为“histry”的策略",
    ),
    (
        "extend: mine",
        "line 1: Strategies extend each other in a circle: mine → mine.",
        "形成循环：mine → mine",
    ),
    ("levers: 3", 'line 1: Expected lines of the form "name: value".', "此处应写成"),
    ("levers: {visit_hors: 3}", 'line 1: There is no parameter "visit_hors".', "没有名为“visit_hors”的参数"),
    (
        "levers: {visit_hours: 3}",
        'line 1: "visit_hours" is 3, outside its range of 0.5 to 2 (hours).',
        "超出允许范围",
    ),
    ("events: {}", 'line 1: "events" must be a list: each event begins with "- ".', "“events”应为列表"),
    ("events: [{month: 2010-04}]", "line 1: 2010-04 lies before the start, 2010-05.", "早于模拟起始月份"),
    (
        "events: [{month: 2031-01}]",
        "line 1: 2031-01 lies after the last possible month, 2030-12.",
        "晚于可模拟",
    ),
    ("events: [{month: May}]", 'line 1: "May" is not a month.', "“May”不是月份"),
    ("events: [{}]", 'line 1: "None" is not a month.', "不是月份"),
    ("events: [soon]", 'line 1: Expected lines of the form "name: value".', "此处应写成"),
    (
        "events: [{id: a, month: 3}, {id: a, month: 4}]",
        'line 1: Two events have the id "a".',
        "有两个事件的编号同为“a”",
    ),
    (
        "events: [{month: 3, set: {trust_start: 0.5}}]",
        'line 1: "trust_start" counts only at the start of a run: set it under "levers"',
        "“trust_start”只在模拟开始时起作用",
    ),
    (
        "events: [{month: 3, set: {scope: {form: scope}}}]",
        'line 1: "scope": write "from:" and the name of a parameter, and nothing else.',
        "“scope”：请只写“from:”",
    ),
    (
        "events: [{month: 3, set: {scope: {from: visit_hours}}}]",
        'line 1: "scope" cannot take its value from "visit_hours": they are of different types.',
        "“scope”不能取“visit_hours”的值",
    ),
    (
        "events: [{month: 3, wave: {counties: 3, posts_per_county: 0}}]",
        'line 1: "posts_per_county" must be a whole number from 1 to 1000.',
        "“posts_per_county”应为1～1000的整数",
    ),
    (
        "events: [{month: 3, wave: {counties: all, posts_per_county: 1}}]",
        'line 1: "counties" must be "pilot", a number of counties, or a list of county codes.',
        "“counties”应为“pilot”",
    ),
    (
        "events: [{month: 3, wave: {counties: [1, 1], posts_per_county: 1}}]",
        "line 1: A county code stands twice in the list.",
        "列表中有重复的县代码",
    ),
    (
        "events: [{month: 3, wave: {start: 2, counties: 3, posts_per_county: 1}}]",
        "line 1: A wave cannot start before its event nor end before it starts.",
        "一批推广不能早于其事件开始",
    ),
    (
        "events: [{month: 3, wave: {selection: best, counties: 3, posts_per_county: 1}}]",
        'line 1: "best" is not a way to choose counties.',
        "“best”不是选县方式",
    ),
    (
        "{extend: history, without: [pilto]}",
        'line 1: The strategy that is extended has no event "pilto". Did you mean "pilot"?',
        "所沿用的策略中没有编号为“pilto”的事件",
    ),
    ("{extend: history, without: pilot}", 'line 1: "without" must be a list', "“without”应为列表"),
    (
        "{order: random, order: random}",
        'line 1: "order" stands here twice. Keep one of them.',
        "“order”重复出现",
    ),
]


@pytest.mark.unit
@pytest.mark.parametrize(("line", "english", "chinese"), WRONG_LINES, ids=[row[0] for row in WRONG_LINES])
def test_wrong_lines_are_refused_in_both_languages(tmp_path, line, english, chinese) -> None:
    in_braces = f"{line[:-1]}, {SENTENCE.strip()}}}\n"
    path = write(tmp_path, in_braces if line.startswith("{") else f"{line}\n{SENTENCE}")
    (found,) = refused(path)
    assert found.removeprefix(", ").startswith(english)
    (found,) = refused(path, "zh")
    assert chinese in found


@pytest.mark.unit
def test_all_problems_of_a_file_are_told_with_their_lines(tmp_path) -> None:
    path = write(
        tmp_path,
        "\n".join(
            [
                "order: randm",
                "levers:",
                "  visit_hours: 50",
                "  pilot_post: 3",
                "events:",
                "  - month: 2010-04",
                "    set: {scope: all}",
            ]
        ),
    )
    lines = [message.split(":")[0] for message in refused(path)]
    assert sorted(lines) == [", line 1", ", line 1", ", line 3", ", line 4", ", line 6", ", line 7"]


@pytest.mark.unit
def test_numbers_are_read_as_people_mean_them(tmp_path) -> None:
    path = write(
        tmp_path, f"{SENTENCE}levers: {{adoption_p0_per_month: 1e-5, pilot_posts: 1_0, one_stop: yes}}\n"
    )
    assert load_strategy(path).levers == {"adoption_p0_per_month": 1e-5, "pilot_posts": 10, "one_stop": True}


@pytest.mark.unit
def test_a_file_that_grows_without_end_is_refused(tmp_path) -> None:
    lines = ["a: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"b{i}: &a{i + 1} [{', '.join(f'*a{i}' for _ in range(10))}]" for i in range(8)]
    assert refused(write(tmp_path, "\n".join(lines)))[0].endswith(
        "The file is too large or too deeply nested."
    )
