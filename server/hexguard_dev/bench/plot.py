"""Draws how long a keystroke takes by the size of the file, as an SVG that is legible on light and dark pages."""

import math
from collections.abc import Iterator, Mapping, Sequence
from string import Template

import msgspec

from hexguard_dev.bench.measure import Times
from hexguard_dev.bench.report import FileFigures
from hexguard_dev.bench.scenarios import MIDDLE

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 92, 40, 48
LINE_HEIGHT = 15
COLORS = {"hexguard": "#d97706", "ruff": "#7c5cd6", "fixit": "#0d9488"}

PICTURE = Template("""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 $width $height" role="img">
<title>Keystroke in the middle of a file, median in milliseconds, by lines</title>
<style>
text { font: 12px system-ui, sans-serif; fill: #57606a; }
.grid { stroke: #8b949e; stroke-opacity: 0.3; }
.line { fill: none; stroke-width: 2.5; stroke-linejoin: round; }
.name { font-weight: 600; }
@media (prefers-color-scheme: dark) { text { fill: #9da7b1; } }
</style>
<text x="$left" y="20" class="name">Keystroke to diagnostics, median (ms), both axes logarithmic</text>
$body
<text x="$middle" y="$foot" text-anchor="middle">lines in the file</text>
</svg>
""")
ROW = Template(
    '<line class="grid" x1="$left" y1="$y" x2="$right" y2="$y"/>'
    '<text x="$label" y="$y" dy="4" text-anchor="end">$text</text>'
)
COLUMN = Template(
    '<line class="grid" x1="$x" y1="$top" x2="$x" y2="$bottom"/>'
    '<text x="$x" y="$label" text-anchor="middle">$text</text>'
)
LINE = Template('<polyline class="line" stroke="$color" points="$points"/>')
DOT = Template('<circle cx="$x" cy="$y" r="3.5" fill="$color"><title>$text</title></circle>')
NAME = Template('<text class="name" x="$x" y="$y" dy="4" style="fill: $color">$text</text>')


class Point(msgspec.Struct, frozen=True):
    """A median: lines of the file and milliseconds."""

    lines: int
    ms: float


def render_plot(files: Sequence[FileFigures]) -> str:
    """The picture as text."""
    curves = {name: points for name in COLORS if (points := _points(files, name))}
    frame = _Frame([point for points in curves.values() for point in points], [each.n_lines for each in files])
    body = [*frame.rows(), *frame.columns()]
    for name, points in curves.items():
        body += frame.curve(name, points)
    body += frame.names(curves)
    numbers = {"width": WIDTH, "height": HEIGHT, "left": LEFT, "middle": (LEFT + WIDTH - RIGHT) // 2}
    return PICTURE.substitute(numbers, foot=HEIGHT - 10, body="\n".join(body))


def _points(files: Sequence[FileFigures], name: str) -> list[Point]:
    points: list[Point] = []
    for figures in files:
        row = next((row for row in figures.compared.rows if row.what == MIDDLE), None)
        median = row.times.get(name, Times()).median if row else None
        if median:
            points.append(Point(figures.n_lines, 1000 * median))
    return points


class _Frame:
    """Where figures are in the picture. The heights are whole powers of ten, so that each has a line."""

    def __init__(self, points: Sequence[Point], sizes: Sequence[int]) -> None:
        times = [math.log10(point.ms) for point in points] or [0.0]
        self._low = math.floor(min(times))
        self._high = max(math.ceil(max(times)), self._low + 1)
        self._sizes = sorted(sizes)

    def rows(self) -> Iterator[str]:
        """The powers of ten."""
        for power in range(self._low, self._high + 1):
            y = self._y(10.0**power)
            yield ROW.substitute(left=LEFT, right=WIDTH - RIGHT, label=LEFT - 8, y=y, text=f"{10.0**power:,g}")

    def columns(self) -> Iterator[str]:
        """The sizes of the files."""
        bottom = HEIGHT - BOTTOM
        for size in self._sizes:
            yield COLUMN.substitute(x=self._x(size), top=TOP, bottom=bottom, label=bottom + 18, text=f"{size:,}")

    def curve(self, name: str, points: Sequence[Point]) -> Iterator[str]:
        """A line with its dots."""
        color = COLORS[name]
        places = [(self._x(point.lines), self._y(point.ms)) for point in points]
        yield LINE.substitute(color=color, points=" ".join(f"{x},{y}" for x, y in places))
        for point, (x, y) in zip(points, places, strict=True):
            yield DOT.substitute(x=x, y=y, color=color, text=f"{name}, {point.lines:,} lines: {point.ms:.1f} ms")

    def names(self, curves: Mapping[str, Sequence[Point]]) -> Iterator[str]:
        """The name of each line at its end, below another name that would be in its way."""
        ends = sorted((self._y(points[-1].ms), self._x(points[-1].lines), name) for name, points in curves.items())
        free = 0.0
        for y, x, name in ends:
            free = max(y, free)
            yield NAME.substitute(x=x + 10, y=free, color=COLORS[name], text=name)
            free += LINE_HEIGHT

    def _x(self, lines: int) -> float:
        low, high = math.log10(self._sizes[0]), math.log10(self._sizes[-1])
        share = (math.log10(lines) - low) / (high - low) if high > low else 0.5
        return round(LEFT + 16 + share * (WIDTH - LEFT - RIGHT - 32), 1)

    def _y(self, ms: float) -> float:
        share = (math.log10(ms) - self._low) / (self._high - self._low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)
