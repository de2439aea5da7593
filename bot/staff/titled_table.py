"""A table in the terminal as all our reports have it: a title, a line under the heads, no frame."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text as RichText


def titled_table(title: str) -> Table:
    """Without columns yet."""
    return Table(
        title=RichText(title, style="bold"),
        title_justify="left",
        box=SIMPLE_HEAD,
        expand=True,
        pad_edge=False,
        collapse_padding=True,
    )
