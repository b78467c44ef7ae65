"""The three looks of the page. Every colour of figures and page is here; style.css gets the same tokens as custom
properties.

Four hues of Okabe and Ito and the ink, in the combinations that stay apart for every kind of colour vision. Identity is
told by row and label first, so the two further modulators reuse a hue instead of adding one.
"""

from dataclasses import dataclass, replace
from types import MappingProxyType


@dataclass(frozen=True)
class Theme:
    """Colours of the figures, their line width and text size. `surface` and below: the page around them."""

    name: str
    label: str
    paper: str
    ink: str
    muted: str
    grid: str
    ghost: str
    pre: str
    post: str
    weight: str
    trace_ltp: str
    trace_ltd: str
    modulator: MappingProxyType
    line_width: float
    font_px: int
    backdrop: str
    surface: str
    line: str
    accent: str
    accent_ink: str
    warning: str
    compact: bool = False  # for a narrow screen: the cause, the trace and the weight only

    @property
    def css(self) -> dict[str, str]:
        """The custom properties of this theme."""
        colours = {k: getattr(self, k) for k in CSS_COLOURS}
        return {
            **{f"--{name.replace('_', '-')}": value for name, value in colours.items()},
            **{f"--{m}": colour for m, colour in self.modulator.items()},
            "--plot-font": f"{self.font_px}px",
        }


CSS_COLOURS = (
    "paper", "ink", "muted", "grid", "ghost", "pre", "post", "weight", "trace_ltp", "trace_ltd", "backdrop", "surface", "line", "accent", "accent_ink",
    "warning",
)  # fmt: skip

LIGHT = Theme(
    name="light", label="Light", paper="#ffffff", ink="#111827", muted="#5b6472", grid="#e5e7eb", ghost="#767676", pre="#000000", post="#0072b2",
    weight="#000000", trace_ltp="#009e73", trace_ltd="#cc79a7",
    modulator=MappingProxyType({"da": "#d55e00", "ach": "#cc79a7", "ne": "#0072b2", "ht": "#6b7280"}),
    line_width=1.8, font_px=12, backdrop="#f4f5f7", surface="#ffffff", line="#d5d9e0", accent="#005a8c", accent_ink="#ffffff", warning="#9a3412",
)  # fmt: skip

DARK = Theme(
    name="dark", label="Dark", paper="#111827", ink="#f3f4f6", muted="#a7afbd", grid="#2a3444", ghost="#9ca3af", pre="#ffffff", post="#56b4e9",
    weight="#ffffff", trace_ltp="#1fbf92", trace_ltd="#dc93ba",
    modulator=MappingProxyType({"da": "#f0803c", "ach": "#dc93ba", "ne": "#56b4e9", "ht": "#b4bac6"}),
    line_width=1.8, font_px=12, backdrop="#0a0f1a", surface="#111827", line="#344054", accent="#7cc4f2", accent_ink="#0a0f1a", warning="#fdba74",
)  # fmt: skip

PROJECTOR = Theme(
    name="projector", label="Projector", paper="#ffffff", ink="#000000", muted="#3f4650", grid="#d6dae0", ghost="#6b6b6b", pre="#000000", post="#0072b2",
    weight="#000000", trace_ltp="#008560", trace_ltd="#b5548a",
    modulator=MappingProxyType({"da": "#d55e00", "ach": "#b5548a", "ne": "#0072b2", "ht": "#4b5563"}),
    line_width=2.8, font_px=18, backdrop="#ffffff", surface="#ffffff", line="#9aa3b0", accent="#004a75", accent_ink="#ffffff", warning="#7c2d12",
)  # fmt: skip

THEMES: dict[str, Theme] = {t.name: t for t in (LIGHT, DARK, PROJECTOR)}


def theme(name: object, compact: bool = False) -> Theme:
    """The theme of that name, or the light one; compact: for a narrow screen."""
    found = THEMES.get(name, LIGHT) if isinstance(name, str) else LIGHT
    return replace(found, compact=True) if compact else found
