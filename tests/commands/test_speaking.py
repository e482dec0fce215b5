"""The command line in Chinese: nothing of it is left in English, and English is not changed by it."""

import importlib
import os
import re
import subprocess
import sys

import pytest
import typer

from commands import MODULES
from commands.shared import app
from commands.speaking import all_commands, in_chinese, speak, take_language, translations
from model.text import catalogue
from tests.test_architecture import ROOT

pytestmark = pytest.mark.docs
ENGLISH = re.compile(r"[A-Za-z]{3,} [A-Za-z]{2,} [A-Za-z]{2,}")
"""Three English words in a row."""


@pytest.fixture
def command():
    """The whole command line, fresh."""
    for module in MODULES:
        importlib.import_module(f"commands.{module}")
    return typer.main.get_command(app)


def texts_of(command):
    """All words about commands and options that stand in the code."""
    for each in all_commands(command):
        yield " ".join((each.help or "").split())
        if each.epilog and not each.epilog.startswith("Example: "):
            yield each.epilog
        for param in each.params:
            yield getattr(param, "help", None) or ""
            shown = getattr(param, "show_default", None)
            yield shown if isinstance(shown, str) else ""


def test_every_text_of_the_help_has_its_chinese_and_none_is_left_over(command):
    used = {text for text in texts_of(command) if text}
    known = set(translations()["texts"])
    assert used - known == set(), "add their Chinese to data/help_zh.yaml"
    assert known - used == set(), "no longer used: take them out of data/help_zh.yaml"


def test_pages_of_help_are_chinese_throughout(command):
    speak(command, "zh")
    for each in all_commands(command):
        page = each.get_help(typer.Context(each, info_name=each.name))
        page = re.sub(r"示例：.*|  英文：.*", "", page, flags=re.DOTALL)
        assert not ENGLISH.search(page), ENGLISH.search(page)
        assert "用法：" in page


def test_english_help_is_left_as_it_was_written(command):
    before = {each.name: each.help for each in all_commands(command)}
    speak(command, "en")
    assert {each.name: each.help for each in all_commands(command)} == before
    assert "Usage:" in command.get_help(typer.Context(command, info_name="run.py"))


@pytest.mark.parametrize(
    "words",
    [
        ["--language", "zh", "worlds", "--json"],
        ["worlds", "--language=zh", "--json"],
        ["worlds", "--json", "--language", "zh"],
    ],
)
def test_the_language_may_stand_anywhere(words, monkeypatch):
    monkeypatch.setenv("BAREFOOT_LANGUAGE", "en")
    assert take_language(words) == ["worlds", "--json"]
    assert os.environ["BAREFOOT_LANGUAGE"] == "zh"


def call(*words, **environment):
    """Run the command line as a user does."""
    clean = {
        key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "BAREFOOT_L"))
    }
    done = subprocess.run(
        [sys.executable, "run.py", *words],
        cwd=ROOT,
        env=clean | environment,
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout.decode() + done.stderr.decode()


@pytest.mark.parametrize(
    ("words", "environment", "status", "said"),
    [
        (["--help"], {"LANG": "zh_CN.UTF-8"}, 0, "列出模型的全部参数"),
        (["--help"], {"LANG": "en_US.UTF-8"}, 0, "List every number"),
        (["--language", "en", "--help"], {"BAREFOOT_LANGUAGE": "zh"}, 0, "List every number"),
        (["simulat", "--language", "zh"], {}, 2, "没有“simulat”这个命令"),
        (["places", "check", "--language", "zh"], {}, 2, "缺少参数"),
        (["places", "check"], {}, 2, "Missing argument"),
        (["--language", "fr", "worlds"], {}, 2, "en / zh"),
    ],
)
def test_as_a_user_calls_it(words, environment, status, said):
    ended, told = call(*words, **environment)
    assert ended == status
    assert said in told


def test_no_text_of_the_chinese_catalogue_is_english():
    english, chinese = catalogue("en"), catalogue("zh")
    left = [key for key, words in chinese.items() if words == english[key] and ENGLISH.search(words)]
    left += [key for key, words in chinese.items() if ENGLISH.search(re.sub(r"[({`].*?[)}`]", "", words))]
    assert [key for key in left if not re.search("[\u4e00-\u9fff]", chinese[key])] == []


@pytest.mark.parametrize(
    "error",
    [
        "Error: No such option: --sed (Possible options: --seed, --set)",
        "Error: Got unexpected extra argument(s) (a b)",
        "Error: Invalid value for '--seed': Input should be a valid integer, unable to parse string",
        "Error: Option '--out' requires an argument.",
        "Error: Missing command.",
    ],
)
def test_errors_of_usage_are_chinese(error):
    assert not ENGLISH.search(in_chinese(error))
