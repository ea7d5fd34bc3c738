"""The benchmark measures what it says: its code and projects are as asked, and its page and plot show all figures."""

import ast
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from hexguard_dev.bench.code import MISSING, generate, paste
from hexguard_dev.bench.comparison import Compared, Rounds
from hexguard_dev.bench.indexing import Start
from hexguard_dev.bench.measure import Row, Tally, Times
from hexguard_dev.bench.page import render_page
from hexguard_dev.bench.parts import Plan
from hexguard_dev.bench.plot import render_plot
from hexguard_dev.bench.project import make_project
from hexguard_dev.bench.report import CheckFigures, FileFigures, LoopFigures, Made, ProjectFigures, Report, RuleFigures
from hexguard_dev.bench.run import measure
from hexguard_dev.bench.scenarios import MIDDLE, SCENARIOS, TYPED
from hexguard_dev.bench.servers import HEXGUARD_SERVER

SVG = "{http://www.w3.org/2000/svg}"
MADE = Made(
    "python -m hexguard_dev bench", "2026-01-02", "3.11.7", 4, {"hexguard": "0.1", "ruff": "9", "empty": "pygls"}
)
MILLISECOND = Times((0.001,))
SERVERS = {"hexguard": MILLISECOND, "ruff": Times((0.004, 0.006)), "fixit": Times((), "> 60 s")}
START = Start(Times((12.5,)), Times((0.007, 0.009)), MILLISECOND, 48_000_000)
FILES = tuple(
    FileFigures(n_lines, Compared((Row(MIDDLE, SERVERS),), {"hexguard": 50_000_000, "ruff": None}, {"hexguard": 7}))
    for n_lines in (200, 23_000)
)
REPORT = Report(
    MADE,
    FILES,
    (Row("`initialize` answered", {"hexguard": Times((0.5,)), "empty": Times((0.375,))}),),
    RuleFigures(2_000, ("1", "30"), (Row("open", {"1": MILLISECOND, "30": Times((0.002,))}),)),
    (ProjectFigures(10_000, 1_000_340, START, START),),
    LoopFigures(10_000, MILLISECOND, Times((), "> 30 s")),
    CheckFigures(
        1_000,
        100_000,
        tuple(
            Row(what, {"hexguard": Times((seconds,))})
            for what, seconds in (("`hexguard --version`", 0.5), ("cold", 10.5), ("warm", 2.5))
        ),
    ),
    ("`loop` could not be measured: the server ended\nand more",),
)


@pytest.mark.parametrize("n_lines", [200, 500, 2_000, 8_000, 23_000])
def test_generated_code(n_lines: int) -> None:
    code = generate(n_lines, 7)
    assert code == generate(n_lines, 7)
    assert code.text != generate(n_lines, 8).text
    assert code.text.isascii()
    assert abs(code.text.count("\n") - n_lines) <= 0.05 * n_lines
    ast.parse(code.text)
    lines = code.lines
    for line, column in code.spots.values():
        lines[line] = lines[line][:column] + MISSING + lines[line][column:]
        assert lines[line].strip() == "time.sleep(1)"
    lines.insert(code.gap, paste(300, 7).removesuffix("\n"))
    ast.parse("\n".join(lines))
    lines.insert(code.top, "(")
    with pytest.raises(SyntaxError):
        ast.parse("\n".join(lines))


def test_what_is_typed_is_code_in_its_place() -> None:
    code = generate(200)
    lines = code.lines
    lines.insert(code.spots["middle"][0], TYPED.removesuffix("\n"))
    ast.parse("\n".join(lines))
    assert len(TYPED) == 199
    assert paste(300).count("\n") == 300


def test_generated_projects(tmp_path: Path) -> None:
    project, again = (make_project(tmp_path / name, 90) for name in ("one", "again"))
    files = sorted(path.relative_to(project.folder) for path in project.folder.rglob("*.*"))
    assert files == sorted(path.relative_to(again.folder) for path in again.folder.rglob("*.*"))
    assert project.n_lines == again.n_lines
    assert 90 * 95 <= project.n_lines - 200 <= 90 * 105
    modules = {".".join(file.with_suffix("").parts) for file in files if file.suffix == ".py"}
    for file in files:
        text = (project.folder / file).read_text("utf-8")
        assert text == (again.folder / file).read_text("utf-8")
        if file.suffix == ".py":
            imported = (node.module for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom))
            assert {name for name in imported if name and name.startswith("shop.")} <= modules
    assert project.watcher.read_text("utf-8").count("async def watch_") == project.n_watched == 10


@pytest.mark.parametrize(
    ("seconds", "trouble", "expected"),
    [
        ((), "", (None, None)),
        ((3.0,), "", (3.0, 3.0)),
        (tuple(range(1, 101)), "", (50.5, 95)),
        ((1.0, 2.0), "> 60 s", (None, None)),
    ],
)
def test_statistics(seconds: tuple[float, ...], trouble: str, expected: tuple[float | None, float | None]) -> None:
    times = Times(seconds, trouble)
    assert (times.median, times.tail) == expected


def test_a_tally_keeps_the_order_and_every_time() -> None:
    tally = Tally()
    for what, server, seconds in (("open", "hexguard", 1.0), ("hover", "ruff", 3.0), ("open", "ruff", 4.0)):
        tally.add(what, server, seconds)
    tally.fail("hover", "hexguard", "ended")
    opened, hovered = tally.rows()
    assert (opened.what, opened.ratio("ruff", "hexguard")) == ("open", 4.0)
    assert hovered == Row("hover", {"ruff": Times((3.0,)), "hexguard": Times((), "ended")})


def test_the_page_shows_all_figures() -> None:
    page = render_page(REPORT, "performance.svg")
    for part in (
        "- Hexguard 0.1\n- Ruff 9\n- Fixit was not there",
        "- `loop` could not be measured: the server ended\n",
        "![Keystroke in the middle of a file, by its size](performance.svg)",
        "### 23,000 lines",
        f"| {MIDDLE} | 1.0 | 1.0 | 5.0 | 6.0 | > 60 s | > 60 s | 5.00 x | - |",
        "| 200 | 50 | - | - | 7 | - | - |",
        "| `initialize` answered | 0.50 s | - | - | 0.38 s | 0.12 s | 0.1 s |",
        "| open | 1.0 | 1.0 | 2.0 | 2.0 |",
        "| 10,000 | 1,000,340 | second | 12.50 s | 8.0 | 9.0 | 1.0 | 1.0 | 48 |",
        "| with nothing to do | 0 | > 30 s | > 30 s | > 30 s |",
        "| `hexguard check`, cold | 10.50 s | 9,524 | 10.00 s | 10,000 |",
        "A warm run is 4.20 x as fast as a cold one, and 5.00 x without the start.",
    ):
        assert part in page
    assert "performance.svg" not in render_page(Report(MADE), "performance.svg")


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [(0.00062, "0.00062 x"), (0.05, "0.05 x"), (0.999, "1.00 x"), (9.876, "9.88 x"), (1234.5, "1,234 x")],
)
def test_a_ratio_is_never_rounded_to_nothing(ratio: float, expected: str) -> None:
    times = {"hexguard": Times((1.0,)), "ruff": Times((ratio,))}
    page = render_page(Report(MADE, (FileFigures(200, Compared((Row("open", times),), {}, {})),)), "performance.svg")
    assert f"| {expected} | - |\n" in page


def test_the_plot_is_a_picture_with_a_line_for_each_server_that_answered() -> None:
    picture = ET.fromstring(render_plot(FILES))
    assert [line.get("stroke") for line in picture.iter(f"{SVG}polyline")] == ["#d97706", "#7c5cd6"]
    dots = [title.text for dot in picture.iter(f"{SVG}circle") for title in dot]
    assert dots[0] == "hexguard, 200 lines: 1.0 ms"
    assert dots[-1] == "ruff, 23,000 lines: 5.0 ms"


def test_a_real_run_fills_every_row() -> None:
    plan = Plan(sizes=(130,), rounds=Rounds(usual=1, long=1, slow=1, limit=30))
    report = measure(plan, (HEXGUARD_SERVER,), ("files",), "make bench")
    assert report.troubles == ()
    (figures,) = report.files
    rows = {row.what: row.times["hexguard"] for row in figures.compared.rows}
    assert list(rows) == [row for scenario in SCENARIOS for row in scenario.rows]
    assert {what for what, times in rows.items() if not times.median or times.trouble} == set()
    assert len(rows[MIDDLE].seconds) == 2
    assert figures.compared.n_stale == {"hexguard": 0}
