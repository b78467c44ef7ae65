"""The gallery: every preset of every experiment, as a card that opens it."""

from html import escape

from components.url import encode
from engine.registry import experiments, find
from engine.settings import make

TITLE = "Gallery"


def body() -> str:
    return "<h1>Gallery</h1><p>Each card opens the laboratory in the state it describes.</p>" + "".join(
        shelf(name) for name in experiments()
    )


def shelf(experiment: str) -> str:
    """The cards of one experiment."""
    world = find("experiment", experiment)
    cards = "".join(card(experiment, preset) for preset in world.PRESETS.values())
    return f"<h2>{escape(world.TITLE)}</h2><p>{escape(world.QUESTION)}</p><ul class='cards'>{cards}</ul>"


def card(experiment: str, preset: dict) -> str:
    settings = make(experiment, preset.get("rule"), **preset.get("values", {}))
    source = f"<p class='note'>{escape(preset['source'])}</p>" if preset.get("source") else ""
    rule = escape(find("rule", settings.rule).TITLE)
    return (
        f"<li><a href='./?{escape(encode(settings))}'><h3>{escape(preset['title'])}</h3></a>"
        f"<p>{escape(preset.get('note', ''))}</p><p class='note'>{rule}</p>{source}</li>"
    )
