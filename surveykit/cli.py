"""The command line: one command a verb, no logic; it imports nothing heavy until a command needs it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

import surveykit as sk

DEMO = "ecsi_mobile"


def _told(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn a SurveykitError into its message and exit status 2; a traceback only with --debug."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except sk.SurveykitError as fault:
            if click.get_current_context().find_root().params["debug"]:
                raise
            click.echo(f"surveykit: {fault}", err=True)
            sys.exit(2)
        except OSError as fault:
            if click.get_current_context().find_root().params["debug"]:
                raise
            click.echo(f"surveykit: {fault.filename or ''}: {fault.strerror or fault}", err=True)
            sys.exit(2)

    return wrapped


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="surveykit", message="surveykit %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def main(debug: bool) -> None:
    """From an item bank to an evaluation report: satisfaction and loyalty studies in zh, en and ru."""


@main.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("output/demo"), show_default=True)
@click.option("--overwrite", is_flag=True, help="Write over files that surveykit did not make.")
@_told
def demo(out: Path, overwrite: bool) -> None:
    """Report on 250 real mobile phone customers, in three languages."""
    _run(DEMO, out, (), overwrite)


@main.command()
@click.argument("study")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the report.")
@click.option("--lang", "languages", multiple=True, help="Language of a report; may be repeated. Default: all.")
@click.option("--overwrite", is_flag=True, help="Write over files that surveykit did not make.")
@_told
def run(study: str, out: Path, languages: tuple[str, ...], overwrite: bool) -> None:
    """Run STUDY (a study.yaml, its folder, or a shipped study's name) and write its report."""
    _run(study, out, languages, overwrite)


def _run(study: str, out: Path, languages: tuple[str, ...], overwrite: bool) -> None:
    result = sk.run(study, out, languages=languages or None, overwrite=overwrite)
    for problem in result.reading:
        if problem.severity != "note":
            click.echo(f"note: {problem}", err=True)
    click.echo(f"{result.study.title['en']} (n = {result.n})")
    for page in sorted(out.glob("report.*.html")):
        click.echo(f"report: {page.resolve()}")


@main.command()
@click.argument("form")
@_told
def check(form: str) -> None:
    """Look over a questionnaire FORM (a name or a YAML file) before it goes into the field."""
    found = sk.check(sk.load_questionnaire(form))
    for problem in found:
        click.echo(f"{problem.severity}: {problem}")
    errors = sum(problem.severity == "error" for problem in found)
    click.echo(f"{len(found)} findings, {errors} of them errors")
    sys.exit(1 if errors else 0)


@main.command()
@click.argument("form")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--target", help="html, codebook.csv or codebook.xlsx; by default from the file's name.")
@click.option("--overwrite", is_flag=True, help="Write over an existing file.")
@_told
def export(form: str, path: Path, target: str | None, overwrite: bool) -> None:
    """Write a questionnaire FORM to PATH: a web page to fill in or print, or its codebook."""
    click.echo(f"written: {sk.export(sk.load_questionnaire(form), target, path, overwrite=overwrite)}")


@main.command()
@click.argument("study")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("-n", "n", type=int, help="Respondents; by default as the study says.")
@click.option("--seed", type=int, help="Seed; by default as the study says.")
@click.option("--overwrite", is_flag=True, help="Write over an existing file.")
@_told
def simulate(study: str, path: Path, n: int | None, seed: int | None, overwrite: bool) -> None:
    """Draw synthetic answers to STUDY and write them to PATH as CSV."""
    answers = sk.simulate(sk.load_study(study), n, seed)
    click.echo(f"written: {sk.write_csv(answers, path, overwrite=overwrite)} (synthetic, n = {answers.n})")


@main.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--form", help="Questionnaire to match the columns with.")
@click.option("--encoding", help="Encoding of a text file, where it is not UTF-8.")
@click.option("--delimiter", help="Delimiter of a text file.")
@click.option("--decimal", type=click.Choice([".", ","]), help="Decimal mark of a text file.")
@_told
def receipt(path: Path, form: str | None, encoding: str | None, delimiter: str | None, decimal: str | None) -> None:
    """Read answers from PATH and say what matched, what was recoded and what was not understood."""
    questionnaire = sk.load_questionnaire(form) if form else None
    found = sk.read_responses(path, questionnaire, encoding=encoding, delimiter=delimiter, decimal=decimal).receipt
    click.echo(repr(found))
    click.echo(found.table.to_string(index=False))
    for problem in found.problems:
        click.echo(f"{problem.severity}: {problem}")


@main.command()
@click.argument("source")
@click.option("--timezone", default="UTC", show_default=True, help="Time zone of the tables.")
@click.option("--period", type=click.Choice(["day", "week", "month", "quarter", "year", "all"]), default="month")
@click.option("--by", help="Column of a table or of its customers to group by; also hour or weekday.")
@click.option("--lang", type=click.Choice(["en", "zh", "ru"]), default="en", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="XLSX file for every indicator, unrounded.")
@click.option("--overwrite", is_flag=True, help="Write over an existing file.")
@_told
def operations(
    source: str, timezone: str, period: str, by: str | None, lang: str, out: Path | None, overwrite: bool
) -> None:
    """Service indicators of the customer tables in SOURCE (a folder, a database file or its address)."""
    tables = sk.read_tables(source, timezone=timezone)
    click.echo(repr(tables.receipt))
    for each in tables.receipt.exclusions:
        click.echo(f"left out: {each.problem} ({each.rows})")
    found = sk.operations(tables, period, by)
    click.echo(found.narrate(lang))
    if out is not None:
        click.echo(f"written: {sk.write_results({'indicators': found}, out, lang, overwrite)}")


@main.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--column", required=True, help="Column with the comments.")
@click.option("--frame", default="service", show_default=True, help="Coding frame: a shipped name or a YAML file.")
@click.option("--lang", type=click.Choice(["en", "zh", "ru"]), default="en", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="XLSX file for themes and coded comments.")
@click.option("--overwrite", is_flag=True, help="Write over an existing file.")
@_told
def comments(path: Path, column: str, frame: str, lang: str, out: Path | None, overwrite: bool) -> None:
    """Code the comments in a column of PATH by the keywords of a frame; personal data are masked."""
    found = sk.comments(sk.read_responses(path), column, frame)
    click.echo(found.narrate(lang))
    if out is not None:
        sheets = {"themes": found, "comments": found.coded}
        click.echo(f"written: {sk.write_results(sheets, out, lang, overwrite)}")


@main.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("questionnaires/schemas"), show_default=True)
@_told
def schema(out: Path) -> None:
    """Write the JSON Schemas of the YAML files, so that editors complete them."""
    for path in sk.write_schemas(out):
        click.echo(f"written: {path}")


if __name__ == "__main__":
    main()
