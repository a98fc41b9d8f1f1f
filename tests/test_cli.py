"""The command line: one line of help a command, exit status 2 and a clear message on bad input, no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from surveykit.cli import main
from surveykit.home import home


def call(*arguments: object):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_every_command_says_what_it_does():
    for name, command in main.commands.items():
        assert command.get_short_help_str(), name
        assert call(name, "--help").exit_code == 0


def test_run_writes_a_report_and_prints_where_it_is(tmp_path):
    done = call("run", "ecsi_mobile", "--out", tmp_path / "out", "--lang", "zh")
    assert done.exit_code == 0, done.output
    page = tmp_path / "out" / "report.zh.html"
    assert str(page) in done.output
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert not (tmp_path / "out" / "report.en.html").exists()


def test_a_folder_with_a_space_and_letters_of_two_alphabets_works(tmp_path):
    target = tmp_path / "тест 满意度"
    target.mkdir()
    environment = {**os.environ, "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "surveykit.cli", "run", "ecsi_mobile", "--out", "отчёт", "--lang", "en"],
        cwd=target,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (target / "отчёт" / "report.en.html").exists()


def test_operations_of_a_folder_go_to_a_workbook(tmp_path):
    source = home() / "data" / "s1_satisfaction" / "tables"
    done = call("operations", source, "--period", "year", "--lang", "zh", "--out", tmp_path / "metrics.xlsx")
    assert done.exit_code == 0, done.output
    assert ("complaints 3" in done.output and "留存" in done.output) or "保留" in done.output
    book = openpyxl.load_workbook(tmp_path / "metrics.xlsx")
    assert book.sheetnames == ["indicators", "说明"]
    heads = [cell.value for cell in book["indicators"][1]]
    assert heads[:3] == ["指标", "时期", "组"]
    assert isinstance(book["indicators"].cell(2, heads.index("估计值") + 1).value, float)
    again = call("operations", source, "--out", tmp_path / "metrics.xlsx")
    assert again.exit_code == 2 and "Traceback" not in again.output


def test_comments_of_a_file_go_to_a_workbook_and_no_text_becomes_a_formula(tmp_path):
    table = "id,said\n1,=cmd|x!A0 slow\n2,Friendly staff call 13912345678\n3,排队太慢\n"
    (tmp_path / "said.csv").write_text(table, encoding="utf-8")
    done = call("comments", tmp_path / "said.csv", "--column", "said", "--out", tmp_path / "coded.xlsx")
    assert done.exit_code == 0, done.output
    sheet = openpyxl.load_workbook(tmp_path / "coded.xlsx")["comments"]
    cells = [sheet.cell(row, 2) for row in (2, 3, 4)]
    assert [cell.data_type for cell in cells] == ["s"] * 3
    assert "139" not in cells[1].value


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("run", "no_such_study", "--out", "x"), "study"),
        (("run", "ecsi_mobile", "--out", "x", "--lang", "fr"), "fr"),
        (("export", "no_such_form", "x.html"), "s0_customer"),
        (("check", "missing.yaml"), "no such file"),
        (("receipt", "missing.csv"), "missing.csv"),
        (("simulate", "no_such_study", "x.csv"), "study"),
        (("operations", "no_such_folder"), "folder"),
        (("comments", "missing.csv", "--column", "x"), "missing.csv"),
    ],
)
def test_bad_input_exits_2_with_a_message_and_no_traceback(arguments, word, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = call(*arguments)
    assert done.exit_code == 2
    assert word in done.output
    assert "Traceback" not in done.output
    assert list(tmp_path.iterdir()) == []


def test_debug_shows_the_error_itself(tmp_path):
    done = CliRunner().invoke(main, ["--debug", "run", "no_such_study", "--out", str(tmp_path / "x")])
    assert done.exit_code == 1
    assert type(done.exception).__name__ == "SurveykitError"


def test_existing_files_of_others_are_kept_unless_told(tmp_path):
    mine = tmp_path / "page.html"
    mine.write_text("mine", encoding="utf-8")
    refused = call("export", "ecsi_mobile", mine)
    assert refused.exit_code == 2 and mine.read_text(encoding="utf-8") == "mine"
    done = call("export", "ecsi_mobile", mine, "--overwrite")
    assert done.exit_code == 0 and "<html" in mine.read_text(encoding="utf-8")
    answers = tmp_path / "answers.csv"
    answers.write_text("mine", encoding="utf-8")
    assert call("simulate", "ecsi_mobile", answers).exit_code == 2
    assert answers.read_text(encoding="utf-8") == "mine"


def test_check_counts_findings_and_receipt_tells_what_matched():
    done = call("check", "s0_customer")
    assert done.exit_code == 0 and "0 of them errors" in done.output
    told = call("receipt", home() / "data" / "ecsi_mobile" / "mobi.csv", "--form", "ecsi_mobile")
    assert told.exit_code == 0
    assert "CUSCO" in told.output and "250" in told.output


def test_simulate_writes_answers_that_read_back(tmp_path):
    path = tmp_path / "answers.csv"
    assert call("simulate", "ecsi_mobile", path, "-n", 40, "--seed", 3).exit_code == 0
    told = call("receipt", path, "--form", "ecsi_mobile")
    assert told.exit_code == 0 and "40 rows" in told.output
    again = tmp_path / "again.csv"
    call("simulate", "ecsi_mobile", again, "-n", 40, "--seed", 3)
    assert again.read_bytes() == path.read_bytes()


def test_the_schemas_command_writes_the_committed_schemas(tmp_path):
    assert call("schema", "--out", tmp_path).exit_code == 0
    for path in tmp_path.iterdir():
        committed = Path(home() / "questionnaires" / "schemas" / path.name)
        assert path.read_bytes() == committed.read_bytes()
