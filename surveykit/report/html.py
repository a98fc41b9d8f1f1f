"""Renders a document as one self-contained HTML page: no script, no network, equal input gives equal bytes."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from surveykit.draw.style import svg
from surveykit.report.document import Block, Document, Picture

_PAGES = Environment(
    loader=PackageLoader("surveykit.report", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def html(document: Document) -> str:
    """The page as text."""
    template = _PAGES.get_template("report.html.j2")
    return template.render(document=document, kind=_kind, draw=_draw)


def _kind(block: Block) -> str:
    return type(block).__name__


def _draw(picture: Picture) -> Markup:
    return Markup(svg(picture.figure, picture.alt, name=picture.name))
