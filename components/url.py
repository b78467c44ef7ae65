"""The URL is the save file: a state as a readable query string with only what differs from its defaults, and back.

    ?experiment=pairing&rule=izhikevich_2007&seed=3&tau_e_ms=500&v=1

v is the version of this format. `theme` and `level` belong to the view, not to the run. Anything else is a parameter.
"""

from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from components.theme import THEMES
from engine.parameters import short
from engine.registry import find
from engine.settings import DEFAULT_EXPERIMENT, Settings, repair, schema

VERSION = 1
LEVELS = ("intro", "core", "full")
MAX_LENGTH = 8000
MAX_KEYS = 400


class View(NamedTuple):
    """How the page is shown; empty: as the visitor's device prefers."""

    theme: str = ""
    level: str = ""


def encode(settings: Settings) -> str:
    """The query string of a state, without '?'; empty for the default state."""
    spec = schema(settings.experiment, settings.rule)
    pairs: dict[str, object] = {"experiment": settings.experiment} if settings.experiment != DEFAULT_EXPERIMENT else {}
    if settings.rule != find("experiment", settings.experiment).DEFAULT_RULE:
        pairs["rule"] = settings.rule
    if settings.seed != 1:
        pairs["seed"] = settings.seed
    pairs |= {name: spec[name].format(value) for name, value in settings.changed.items()}
    return urlencode(pairs | {"v": VERSION}) if pairs else ""


def decode(query: str) -> tuple[Settings, View, list[str]]:
    """State, view and a sentence for every part of a query string that had to be left out."""
    pairs, notices = read_pairs(query)
    view = View(take_choice(pairs, "theme", tuple(THEMES), notices), take_choice(pairs, "level", LEVELS, notices))
    check_version(pairs.pop("v", ""), notices)
    settings, problems = repair(pairs)
    return settings, view, notices + problems


def read_pairs(query: str) -> tuple[dict[str, str], list[str]]:
    """Keys and texts of a query string; a repeated key keeps its last text."""
    if len(query) > MAX_LENGTH:
        return {}, [f"The link is longer than {MAX_LENGTH} characters; the default state is shown."]
    try:
        found = parse_qsl(query.removeprefix("?"), max_num_fields=MAX_KEYS)
    except ValueError:
        return {}, [f"The link has more than {MAX_KEYS} parts; the default state is shown."]
    pairs, notices = {}, []
    for key, text in found:
        if key in pairs:
            notices.append(f"The link gives {short(key)} more than once; the last one counts.")
        pairs[key] = text
    return pairs, notices


def take_choice(pairs: dict[str, str], key: str, allowed: tuple[str, ...], notices: list[str]) -> str:
    """Remove `key` from the pairs and return its text if it is allowed."""
    text = pairs.pop(key, "")
    if text and text not in allowed:
        notices.append(f"{key} = {short(text)} is not one of {', '.join(allowed)}.")
    return text if text in allowed else ""


def check_version(text: str, notices: list[str]) -> None:
    """A link of a later version may mean something this one does not know."""
    if text and text != str(VERSION):
        notices.append(
            f"This link is of format version {short(text)}; this page knows version {VERSION} and reads what it can."
        )
