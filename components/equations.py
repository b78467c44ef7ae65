"""Equations as MathML, which browsers draw themselves."""

from functools import lru_cache

from latex2mathml.converter import convert


@lru_cache(maxsize=512)
def mathml(latex: str) -> str:
    """A LaTeX equation as a block of MathML. The source is kept as its text alternative."""
    return convert(latex, display="block").replace("<math ", f'<math alttext="{escape(latex)}" ', 1)


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
