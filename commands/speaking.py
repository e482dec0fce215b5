"""The command line in Chinese: help, heads and errors of usage, by a list from English to Chinese.

Help stands in English where a command is written; ``data/help_zh.yaml`` has the Chinese of every such text,
and a test finds those that it lacks. Only a command line in Chinese reads the file.
"""

import functools
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from commands.shared import CANNOT_BE_DONE, LANGUAGE_VARIABLES, LANGUAGES, system_language

LANGUAGE_OPTION = "--language"
FILE = Path(__file__).resolve().parent.parent / "data" / "help_zh.yaml"


def take_language(words: list[str]) -> list[str]:
    """Take ``--language zh`` from anywhere in a command line and put it into force; return the rest.

    Help is shown before options are read, and an option of a command means nothing before its name; here it
    does.
    """
    rest: list[str] = []
    coming = iter(words)
    for word in coming:
        name, sign, value = word.partition("=")
        if name == LANGUAGE_OPTION:
            os.environ[LANGUAGE_VARIABLES[0]] = value if sign else next(coming, "")
        else:
            rest.append(word)
    return rest


def all_commands(command: Any) -> Iterator[Any]:
    """Go through a command and all below it."""
    yield command
    for below in getattr(command, "commands", {}).values():
        yield from all_commands(below)


def speak(command: Any, language: str) -> None:
    """Put the help of a command, and of all below it, into a language; short lines are not cut off."""
    for each in all_commands(command):
        if language == "zh":
            _translate(each)
        if each.help:
            each.short_help = each.help.split("\n\n")[0].replace("\n", " ")


def _translate(command: Any) -> None:
    texts = translations()["texts"]
    command.help = texts.get(" ".join((command.help or "").split()), command.help)
    if command.epilog:
        command.epilog = texts.get(command.epilog, command.epilog)
    for param in command.params:
        if getattr(param, "help", None):
            param.help = texts.get(param.help, param.help)
        if isinstance(getattr(param, "show_default", None), str):
            param.show_default = texts.get(param.show_default, param.show_default)
    show = command.get_help
    command.get_help = lambda ctx: in_chinese(show(ctx))


@functools.cache
def translations() -> Any:
    """Return the list: ``texts`` of commands and options, ``words`` of the help page, ``errors`` of usage."""
    import yaml

    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def in_chinese(page: str) -> str:
    """Return a page of help, or an error of usage, with its fixed words in Chinese."""
    for pattern, chinese in translations()["words"].items():
        page = re.sub(pattern, chinese, page, flags=re.MULTILINE)
    return page


def run(app: Any) -> None:
    """Run the application; a wrong command line ends with status 2 and a sentence in the chosen language."""
    import typer

    words = take_language(sys.argv[1:])
    if os.environ.get(LANGUAGE_VARIABLES[0], LANGUAGES[0]) not in LANGUAGES:
        print("--language: en / zh", file=sys.stderr)
        sys.exit(CANNOT_BE_DONE)
    language = system_language()
    command = typer.main.get_command(app)
    speak(command, language)
    usage_error: Any = typer.BadParameter.__base__
    try:
        end = command.main(args=words, prog_name="run.py", standalone_mode=False)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except usage_error as error:
        told = error.format_message()
        if type(error).__name__ != "NoArgsIsHelpError":  # its message is the page of help
            told = f"{error.ctx.get_usage() if error.ctx else ''}\nError: {told}"
        print(in_chinese(told) if language == "zh" else told, file=sys.stderr)
        sys.exit(error.exit_code)
    if isinstance(end, int) and end:
        sys.exit(end)
