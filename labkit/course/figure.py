"""A picture for a notebook with its words: an image, what it shows in one sentence, and a table.

The table is the twin for those who do not see the picture, and what a stored output is compared
by; the sentence becomes the image's alternative text.  Uses matplotlib without a screen and
without pyplot, so that nothing of a figure is left behind.  Must not know Jupyter.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

DOTS_PER_INCH = 110
INK = "#767676"
"""Of axes and words: a picture has no ground of its own, and this is read on white and on black."""


class Figure:
    """Shown as its picture; printed as its table."""

    def __init__(self, drawing: Drawing, alt: str, table: str) -> None:
        """`alt` is one sentence that says what there is to see."""
        self.drawing = drawing
        self.alt = alt
        self.table = table

    def __repr__(self) -> str:
        return f"{self.alt}\n\n{self.table}"

    def report(self) -> str:
        """The sentence and the table."""
        return repr(self)

    def png(self) -> bytes:
        """The picture."""
        for axes in self.drawing.axes:
            axes.tick_params(colors=INK, which="both")
            for words in (axes.title, axes.xaxis.label, axes.yaxis.label):
                words.set_color(INK)
            for spine in axes.spines.values():
                spine.set_color(INK)
        buffer = io.BytesIO()
        self.drawing.savefig(
            buffer,
            format="png",
            dpi=DOTS_PER_INCH,
            transparent=True,
            metadata={"Software": None},
        )
        return buffer.getvalue()

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return (
            {"text/plain": repr(self), "image/png": self.png()},
            {"image/png": {"alt": self.alt}},
        )


def drawing(width: float, height: float) -> Drawing:
    """An empty drawing, sizes in inches, with room made for its labels."""
    from matplotlib.figure import Figure as Drawing

    return Drawing(figsize=(width, height), layout="constrained")
