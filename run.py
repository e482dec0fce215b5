"""The command line of Barefoot: ``python run.py --help``."""

import importlib

from commands import MODULES
from commands.shared import CANNOT_BE_DONE, STOPPED, Stopped, app, spoken_language
from commands.speaking import run

for module in MODULES:
    importlib.import_module(f"commands.{module}")


def main() -> None:
    """Run a command; bad input ends with its message and status 2, a stop by the user with 130."""
    import sys

    try:
        run(app)
    except ValueError as error:
        messages = getattr(error, "messages", None)  # InputError; its module is heavy to import
        if messages is None:
            raise
        print("\n".join(messages(spoken_language())), file=sys.stderr)
        sys.exit(CANNOT_BE_DONE)
    except Stopped as stop:
        print(stop, file=sys.stderr)
        sys.exit(STOPPED)
    except SystemExit as end:
        if end.code == STOPPED:  # Typer makes this of a KeyboardInterrupt, without a word
            from model.text import text

            print(text("cli.stopped", spoken_language()), file=sys.stderr)
        raise


if __name__ == "__main__":
    main()
