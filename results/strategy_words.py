"""What strategies are called: shipped ones by their names in the catalogues, others as their files are."""

from model.text import catalogue, text


def strategy_name(name: str, language: str = "en") -> str:
    """Return the name of a strategy: "Poorest first"; levers that are set besides stand after it."""
    base, blank, settings = name.partition(" ")
    return f"{catalogue(language).get(f'strategy_name.{base}', base.replace('_', ' '))}{blank}{settings}"


def strategy_short(name: str, language: str = "en") -> str:
    """Return a name short enough for a figure."""
    return catalogue(language).get(f"strategy_short.{name}") or strategy_name(name, language)


def strategy_phrase(name: str, language: str = "en") -> str:
    """Return words that fit into a sentence: "without the programme", "under “Poorest first”"."""
    known = catalogue(language).get(f"strategy_phrase.{name}")
    return known or text("strategy_phrase.other", language, name=strategy_name(name, language))
