"""Path diagrams: labels touch neither each other nor a node, nothing is cut off, equal models give equal pictures."""

from __future__ import annotations

from functools import cache
from itertools import combinations

import numpy as np
import pytest
from matplotlib.figure import Figure

from surveykit.draw.path import path_diagram
from surveykit.draw.path_layout import Edge, Node, plan
from surveykit.draw.style import Style, svg
from surveykit.errors import SurveykitError
from tests.draw.cases import LANGUAGES, WORDS

Model = tuple[list[Node], list[Edge]]
ECSI = {"IMAG": 5, "EXPE": 3, "QUAL": 7, "VAL": 2, "SAT": 3, "LOY": 4}
PATHS = (
    "IMAG EXPE", "EXPE QUAL", "EXPE VAL", "QUAL VAL", "IMAG SAT", "EXPE SAT", "QUAL SAT", "VAL SAT", "IMAG LOY",
    "SAT LOY",
)  # fmt: skip
NAMES = {
    "en": ("Image", "Customer expectations", "Perceived quality", "Perceived value", "Satisfaction", "Loyalty"),
    "zh": ("企业形象", "顾客对产品与服务的期望", "感知质量", "感知价值（性价比）", "顾客满意度", "顾客忠诚度"),
    "ru": (
        "Имидж компании", "Ожидания потребителей", "Воспринимаемое качество", "Воспринимаемая ценность",
        "Удовлетворённость", "Лояльность",
    ),
}  # fmt: skip


def measured(factors: dict[str, int], labels: dict[str, str]) -> Model:
    nodes = [Node(name, labels[name], "latent") for name in factors]
    edges = []
    for name, count in factors.items():
        for at in range(1, count + 1):
            nodes.append(Node(f"{name}{at}", f"{name}{at}"))
            edges.append(Edge(name, f"{name}{at}", "loading", f".{60 + at}", at != 2))
    return nodes, edges


def one_factor(lang: str) -> Model:
    return measured({"f": 5}, {"f": WORDS[lang]["items"][1]})


def three_factors(lang: str) -> Model:
    names = ("a", "b", "c")
    nodes, edges = measured(dict.fromkeys(names, 3), dict(zip(names, NAMES[lang], strict=False)))
    return nodes, [*edges, *(Edge(p, q, "covariance", "−.46") for p, q in combinations(names, 2))]


def ecsi(lang: str) -> Model:
    nodes, edges = measured(ECSI, dict(zip(ECSI, NAMES[lang], strict=True)))
    return nodes, [*edges, *(Edge(*path.split(), "regression", "−.41***", path[0] != "V") for path in PATHS)]


def second_order(lang: str) -> Model:
    first = {f"F{at}": 3 for at in range(10)}
    nodes, edges = measured(first, {name: NAMES[lang][at % 6] for at, name in enumerate(first)})
    return [Node("g", WORDS[lang]["box"], "latent"), *nodes], [*edges, *(Edge("g", f, "loading", ".71") for f in first)]


def long_items(lang: str) -> Model:
    nodes, edges = measured({"f": 4}, {"f": NAMES[lang][1]})
    wording = dict(zip([node.name for node in nodes[1:]], WORDS[lang]["items"], strict=True))
    return [nodes[0], *(Node(node.name, wording[node.name]) for node in nodes[1:])], edges


MODELS = {
    "one": (one_factor, "all"),
    "three": (three_factors, "all"),
    "ecsi": (ecsi, "all"),
    "ecsi-folded": (ecsi, "none"),
    "second": (second_order, "all"),
    "long": (long_items, "all"),
}
CASES = [pytest.param(name, lang, id=f"{name}-{lang}") for name in MODELS for lang in LANGUAGES]


@cache
def drawn(name: str, lang: str) -> Figure:
    make, indicators = MODELS[name]
    words = WORDS[lang]
    return path_diagram(*make(lang), indicators=indicators, title=words["title"], note=words["axis"])


def parts(figure: Figure) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Extents in pixels of the labels and of the nodes, by their ids."""
    renderer = figure.canvas.get_renderer()
    found = {artist.get_gid(): artist for artist in figure.findobj() if artist.get_gid()}
    extents = {gid: artist.get_window_extent(renderer).extents for gid, artist in found.items()}
    return tuple({g: e for g, e in extents.items() if g.startswith(kind)} for kind in ("label-", "node-"))


def overlap(one: np.ndarray, other: np.ndarray) -> bool:
    wide, high = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    return bool(wide > 0.5 and high > 0.5)


@pytest.mark.parametrize(("name", "lang"), CASES)
def test_no_label_overlaps_a_label_or_a_node_and_no_node_another(name, lang):
    labels, nodes = parts(drawn(name, lang))
    assert labels and nodes
    everything = {**labels, **nodes}
    touching = [pair for pair in combinations(everything, 2) if overlap(everything[pair[0]], everything[pair[1]])]
    assert not touching


@pytest.mark.parametrize(("name", "lang"), CASES)
def test_everything_is_inside_the_canvas(name, lang):
    figure = drawn(name, lang)
    renderer = figure.canvas.get_renderer()
    area = figure.axes[0]
    canvas = figure.bbox
    for artist in [*area.texts, *area.patches, *area.lines, *(text for text in figure.texts if text.get_text())]:
        box = artist.get_window_extent(renderer)
        assert box.x0 >= -0.5 and box.y0 >= -0.5 and box.x1 <= canvas.x1 + 0.5 and box.y1 <= canvas.y1 + 0.5, artist


@pytest.mark.parametrize(("name", "lang"), CASES)
def test_the_words_of_a_node_stay_inside_it(name, lang):
    figure = drawn(name, lang)
    renderer = figure.canvas.get_renderer()
    _, nodes = parts(figure)
    inside = [text for text in figure.axes[0].texts if not text.get_gid()]
    assert len(inside) == len(nodes)
    for text in inside:
        x0, y0, x1, y1 = text.get_window_extent(renderer).extents
        assert any(n[0] <= x0 and n[1] <= y0 and n[2] >= x1 and n[3] >= y1 for n in nodes.values()), text.get_text()


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_words_of_factors_are_not_broken(lang):
    shown = {word for text in drawn("ecsi", lang).axes[0].texts for word in text.get_text().split()}
    assert shown >= {word for name in NAMES[lang] for word in name.split()}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_same_model_gives_the_same_svg(lang):
    pictures = {svg(path_diagram(*three_factors(lang)), "model") for _ in range(2)}
    assert len(pictures) == 1


def test_causes_stand_left_of_effects():
    made = plan(*ecsi("en"))
    column = {name: at for at, names in enumerate(made.columns) for name in names}
    assert all(column[source] < column[target] for source, target in (path.split() for path in PATHS))


def test_a_loop_of_causes_is_drawn():
    nodes = [Node(name, name) for name in "abc"]
    figure = path_diagram(nodes, [Edge("a", "b", label="1"), Edge("b", "c", label="2"), Edge("c", "a", label="3")])
    assert len(parts(figure)[0]) == 3


def test_folded_indicators_and_left_out_covariances_are_gone():
    assert len(parts(path_diagram(*three_factors("en"), indicators="none"))[1]) == 3
    assert len(parts(path_diagram(*three_factors("en"), covariances=False))[0]) == 9


def test_an_edge_that_is_not_significant_is_dashed():
    nodes = [Node("a", "a"), Node("b", "b"), Node("c", "c")]
    edges = [Edge("a", "b", label="1"), Edge("b", "c", label="2", significant=False)]
    assert [line.get_linestyle() for line in path_diagram(nodes, edges).axes[0].lines] == ["-", "--"]


@pytest.mark.parametrize("size", [7.0, 13.0])
def test_other_font_sizes_stay_legible(size):
    labels, nodes = parts(path_diagram(*three_factors("ru"), style=Style(font_size=size)))
    everything = {**labels, **nodes}
    assert not [pair for pair in combinations(everything, 2) if overlap(everything[pair[0]], everything[pair[1]])]


@pytest.mark.parametrize(
    ("nodes", "edges", "code"),
    [
        ([], [], "DRAW-EMPTY"),
        ([Node("a", "a"), Node("a", "b")], [], "DRAW-PATH"),
        ([Node("a", "a")], [Edge("a", "b")], "DRAW-PATH"),
    ],
)
def test_what_cannot_be_drawn_is_named(nodes, edges, code):
    with pytest.raises(SurveykitError) as caught:
        path_diagram(nodes, edges)
    assert caught.value.problems[0].code == code
