"""What an array of a run is."""

from typing import NamedTuple


class Output(NamedTuple):
    """What an array of a run is: unit, axes, one plain sentence, and a few words where it stands alone."""

    unit: str
    axes: tuple[str, ...]
    doc: str
    label: str = ""
