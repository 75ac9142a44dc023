"""`stancebook search` prints rows with their words marked, and where they are."""

import json

import pytest

from stancebook.cli.main import main
from stancebook.dataset.package_json import signed
from stancebook.web.addresses import page_name
from tests.dataset_files import lay


@pytest.fixture
def search(files, tmp_path, monkeypatch, outcome):
    """Return a function that searches the dataset of the minimal project; returns exit status and output."""
    lay(files, tmp_path / "dataset")
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        status, out, err = outcome(lambda: main(["search", *arguments]))
        return status, out + err

    return run


def test_rows_are_printed_with_marks(search):
    """Each row has its table and key, the columns with words and the passage; the words are marked."""
    found = search("SOUTHMARK preconditions")
    assert found == search("SOUTHMARK", "preconditions")
    assert found == (
        0,
        """\
statements  river-talks#s02
    quoted_words  without {preconditions}
    summary       Northmark is ready to meet {Southmark} without {preconditions}.
    quote         Foreign Minister Anna Hale said on Tuesday that Northmark was ready to meet
                  {Southmark} "without {preconditions}", a first

1 row of dataset/: 1 in statements
""",
    )


def test_nothing_found(search):
    """That no row has the words is said, and where they were searched."""
    assert search("zebra") == (
        0,
        "0 rows of dataset/\nCoded passages and other cells of tables are searched, not whole texts.\n",
    )


def test_limit_counts_other_rows(search):
    """More rows than the limit are counted."""
    status, out = search("talks", "--limit", "1")
    assert status == 0
    assert out.count("\n\n") == 1
    assert out.endswith("; the first 1 are shown, --limit shows more\n")


def test_address_in_the_reading_view(search, tmp_path):
    """Where the reading view is next to the dataset, a row has its address there, of its own or of its document."""
    for page in ("codebook.html", page_name("river-talks")):
        (tmp_path / "view").mkdir(exist_ok=True)
        (tmp_path / "view" / page).touch()
    assert search("refused")[1].startswith("statements  river-talks#s01  view/river-talks.html#statements.s01\n")
    assert search("directly")[1].startswith("issues  direct-talks  view/codebook.html#issues.direct-talks\n")
    participants = search("--table", "event_participants", "--where", "role=mediator")[1]
    assert "  view/river-talks.html\n" in participants


def test_published_reading_view_has_addresses(search, tmp_path):
    """Without a reading view next to the dataset, the address is that of the published one, by the data package."""
    path = tmp_path / "dataset/datapackage.json"
    package = json.loads(path.read_bytes())
    package["stancebook"]["view"] = "https://example.org/view/"
    path.write_text(json.dumps(signed(package)), encoding="utf-8")
    assert search("refused")[1].splitlines()[0].endswith("  https://example.org/view/river-talks.html#statements.s01")


def test_json_has_all_cells(search):
    """As JSON, a row has all its cells, and the places of the words."""
    status, out = search("refused Southmark", "--output-format", "json", "--where", "issue_id=direct-talks")
    [row] = json.loads(out)
    assert status == 0
    assert (row["table"], row["key"], row["document"]) == ("statements", "river-talks#s01", "river-talks")
    [start, end] = row["marks"]["summary"][0]
    assert row["cells"]["summary"][start:end] == "refused"
    assert row["cells"]["date_end"] == "2031-03-31"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Give words to search, or --where COLUMN=VALUE.\n"),
        (["–"], "Give words to search, or --where COLUMN=VALUE.\n"),
        (["talks", "--table", "statement"], "There is no table 'statement': "),
        (["talks", "--where", "issue=x"], "No table has a column 'issue': "),
        (["talks", "--where", "issue_id"], "'issue_id' is not a column and a value, such as issue_id=direct-talks"),
    ],
)
def test_bad_arguments_are_usage_errors(search, arguments, message):
    """A search for nothing, or in something that does not exist, is a usage error."""
    status, out = search(*arguments)
    assert status == 2
    assert message in out
