"""What strategies and worlds are called: shipped ones by a name in the catalogues, others as they are."""

from model.declarations import declarations
from model.text import catalogue, text
from results.parameter_words import parameter_label, setting_words
from results.wording import COMMAS, bracketed


def strategy_name(name: str, language: str = "en") -> str:
    """Return the name of a strategy: "Poorest first"; levers set besides follow: "(Staff of desks: 2)"."""
    base, _, settings = name.partition(" ")
    if "=" not in settings:  # a file's name may have spaces
        base, settings = name, ""
    known = catalogue(language).get(f"strategy_name.{base}", base.replace("_", " "))
    return bracketed(known, _settings(settings, language), language) if settings else known


def world_name(name: str, language: str = "en") -> str:
    """Return the name of a world; one that a user made is called as it is."""
    return catalogue(language).get(f"world.{name}", name)


def _settings(settings: str, language: str) -> str:
    """Write "desk_fte_factor=2 supervision=2" with the labels of the parameters."""
    colon = text("page.colon", language)
    pairs = [setting.partition("=") for setting in settings.split(" ")]
    return COMMAS[language].join(
        f"{parameter_label(name, language)}{colon}{setting_words(name, value, language)}"
        if name in declarations()
        else f"{name}{colon}{value}"
        for name, _, value in pairs
    )


def strategy_short(name: str, language: str = "en") -> str:
    """Return a name short enough for a figure."""
    return catalogue(language).get(f"strategy_short.{name}") or strategy_name(name, language)


def strategy_phrase(name: str, language: str = "en") -> str:
    """Return words that fit into a sentence: "without the programme", "under “Poorest first”"."""
    known = catalogue(language).get(f"strategy_phrase.{name}")
    return known or text("strategy_phrase.other", language, name=strategy_name(name, language))
