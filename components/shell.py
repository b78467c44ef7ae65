"""The static page around everything: header, footer, dialogs. The browser fills it from the declarations (assets/)."""

from html import escape
from pathlib import Path
from string import Template

from dash import dcc, html

from components.theme import LIGHT, THEMES
from components.url import LEVELS
from engine import __version__
from engine.registry import find
from engine.settings import DEFAULT_EXPERIMENT

PAGES = {"": "Explore", "gallery": "Gallery", "model": "Model"}
KEYS = (
    ("Tab", "to the next control, burst handle or chart"),
    ("Arrows", "one step of a control"),
    ("Page Up, Page Down", "ten steps"),
    ("Home, End", "least and greatest value"),
    ("0", "default of the control"),
    ("Ctrl Z, Ctrl Y", "undo, redo"),
    ("?", "this sheet"),
    ("Esc", "close a sheet or a tooltip, release the cursor"),
)
STORES = ("req", "reply", "job_req", "job_reply", "drawn", "job_drawn")


def layout() -> html.Div:
    """All that Dash itself renders: the stores through which the page talks to the server."""
    return html.Div([dcc.Store(id=name) for name in STORES])


def index() -> str:
    """The page of the laboratory, with Dash's own placeholders."""
    return Template((Path(__file__).parent / "page.html").read_text()).substitute(
        tokens=tokens(), header=header("", tools()), footer=footer(), dialogs=help_sheet() + share_sheet(),
        question=escape(find("experiment", DEFAULT_EXPERIMENT).QUESTION),
    )  # fmt: skip


def document(page: str, title: str, body: str) -> str:
    """A page of text, without Dash."""
    return (
        f'<!DOCTYPE html><html lang="en" data-theme="light"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)} · Third Factor</title><link rel="icon" href="assets/favicon.svg"><link rel="stylesheet" href="assets/style.css">'
        f"<style>{tokens()}</style></head>"
        f'<body class="text"><a class="skip" href="#text">Skip to the text</a>{header(page, theme_select())}'
        f'<main id="text">{body}</main>{footer()}<script src="assets/theme.js"></script></body></html>'
    )


def tokens() -> str:
    """Colours of every theme as custom properties."""
    rules = []
    for name, theme in THEMES.items():
        scheme = "dark" if name == "dark" else "light"
        properties = "".join(f"{key}:{value};" for key, value in theme.css.items())
        rules.append(f':root[data-theme="{name}"]{{color-scheme:{scheme};{properties}}}')
    return "".join(rules)


def header(page: str, right: str) -> str:
    current = ' aria-current="page"'
    links = "".join(f'<a href="./{path}"{current if path == page else ""}>{label}</a>' for path, label in PAGES.items())
    return f'<header class="top"><a class="brand" href="./">Third Factor</a><nav aria-label="Pages">{links}</nav>{right}</header>'


def tools() -> str:
    """What acts on the whole page."""
    levels = "".join(
        f'<option value="{name}">{label}</option>' for name, label in zip(LEVELS, ("Few", "More", "All"), strict=True)
    )
    return f"""<div class="tools">
  <label class="pick"><span>Experiment</span><select id="experiment"></select></label>
  <span class="buttons"><button id="undo" type="button" disabled>Undo</button><button id="redo" type="button" disabled>Redo</button>
  <button id="reset" type="button" disabled>Reset</button></span>
  <label class="pick"><span>Controls</span><select id="level">{levels}</select></label>
  {theme_select()}
  <button id="share" type="button" class="primary">Share</button>
  <button id="help" type="button" aria-label="Keyboard help">?</button>
</div>"""


def theme_select() -> str:
    options = "".join(f'<option value="{theme.name}">{theme.label}</option>' for theme in THEMES.values())
    return f'<label class="pick"><span>Theme</span><select id="theme">{options}</select></label>'


def footer() -> str:
    return f'<footer class="foot">Third Factor {escape(__version__)} · MIT licence · no cookies, no tracking, nothing loaded from elsewhere</footer>'


def help_sheet() -> str:
    rows = "".join(
        f"<tr><th scope='row'><kbd>{escape(keys)}</kbd></th><td>{escape(what)}</td></tr>" for keys, what in KEYS
    )
    return sheet("help-sheet", "Keys", f"<table>{rows}</table>")


def share_sheet() -> str:
    body = (
        '<p>The address of this page is the experiment as you see it.</p><label class="pick wide"><span>Link</span><input id="link" readonly></label>'
        '<p id="copied" role="status"></p><img id="qr" alt="QR code of the link" width="200" height="200">'
    )
    return sheet("share-sheet", "Share", body)


def sheet(name: str, title: str, body: str) -> str:
    """A dialog with a close button."""
    close = f'<button type="button" class="close" data-close="{name}" aria-label="Close">×</button>'
    return (
        f'<dialog id="{name}" aria-labelledby="{name}-title"><h2 id="{name}-title">{title}</h2>{close}{body}</dialog>'
    )


MOBILE_BAR = LIGHT.backdrop
META = [
    {"name": "viewport", "content": "width=device-width, initial-scale=1"},
    {"name": "theme-color", "content": MOBILE_BAR},
]
