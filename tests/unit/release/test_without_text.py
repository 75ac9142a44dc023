"""A release without text has no words of its texts, is valid, and says what is withheld."""

import base64
import io
import json
import re
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import stancebook
from stancebook import ProblemsError
from tests.dataset_files import change_cells
from tests.unit.release.conftest import COPIED, release_in, run_in, without_text

pytestmark = pytest.mark.xdist_group("release")  # which share releases that take seconds

DOCUMENT = "river-talks"


def plain_words(text):
    """Return the words of a text, found in another way than the engine finds them."""
    return [word.replace("é", "e") for word in re.findall(r"[^\W_]+", text.replace("’", "").casefold())]


def runs(text, length=6):
    found = plain_words(text)
    return {" ".join(found[start : start + length]) for start in range(len(found) - length + 1)}


def all_text(path: Path) -> str:
    """Return everything in a file that can be read: of a Parquet file the cells without compression, and the footer."""
    data = path.read_bytes()
    if path.suffix != ".parquet":
        return json.dumps(json.loads(data), ensure_ascii=False) if path.suffix == ".json" else data.decode()
    buffer = io.BytesIO()
    pq.write_table(pq.read_table(path), buffer, compression="none", use_dictionary=False)
    schema = base64.b64decode(pq.read_metadata(path).metadata[b"ARROW:schema"])
    return "\n".join(each.decode("utf-8", "replace") for each in (data, buffer.getvalue(), schema))


def test_no_run_of_six_words_is_left(without, project_folder):
    """No file has six words in a row of the text, but for its title: no cell, footer, metadata or description."""
    text = (project_folder / "seeds/documents/river-talks.txt").read_text(encoding="utf-8")
    words = runs(text) - runs("Northmark opens door to river talks")
    files = [path for path in without.rglob("*") if path.is_file()]
    assert len(files) > 30
    for path in files:
        found = plain_words(all_text(path))
        there = {" ".join(found[start : start + 6]) for start in range(len(found) - 5)}
        assert not there & words, path


def test_the_search_for_runs_finds_them(complete, project_folder):
    """The same search finds the words of the text in a complete release."""
    text = (project_folder / "seeds/documents/river-talks.txt").read_text(encoding="utf-8")
    assert runs(all_text(complete / "statements.parquet")) & runs(text)


def test_release_without_text_is_valid(without, project_folder):
    """Validation passes, says what is withheld, and compares digests with the texts."""
    status, out = run_in(project_folder, "validate", "without", "--seeds", "seeds")
    assert status == 0
    assert "statements.quote" in out
    assert out.endswith("compared digests of quotes with the texts in seeds/: all equal\n")


def test_contract_is_not_compared_without_text(without, project_folder):
    """Rules and computed columns need the withheld cells: a sentence says so."""
    status, out = run_in(project_folder, "validate", "without", "--contract", "schemas:CONTRACT")
    assert status == 1
    assert "without/ is a release without text" in out


def test_other_quote_breaks_its_digest(without, project_folder, tmp_path):
    """A text with another word where a quote is, is found by the digest of the quote."""
    texts = shutil.copytree(project_folder / "seeds", tmp_path / "seeds")
    path = texts / "documents/river-talks.txt"
    path.write_text(path.read_text(encoding="utf-8").replace("collapse", "failures"), encoding="utf-8")
    package = stancebook.Dataset(without)
    assert [problem.message[:26] for problem in package.validate(seeds=texts)] == ["the text in " + str(texts)[:14]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"quote_sha256": {0: "0" * 64}}, "the quote is not what the text has from 66 to 159: its SHA-256 differs"),
        ({"char_end": {0: 99_999}}, "the passage from 66 to 99999 ends after its text"),
    ],
)
def test_passages_are_checked_without_their_quotes(without, project_folder, tmp_path, change, message):
    """A digest that is not that of the passage, and a passage that ends after its text, are problems."""
    folder = shutil.copytree(without, tmp_path / "release")
    change_cells(folder, "statements", **change)
    [problem] = stancebook.Dataset(folder).validate(seeds=project_folder / "seeds")
    assert problem.message == message


def test_columns_are_marked_as_withheld(without, complete):
    """The data package marks columns as withheld and nullable, and describes the digests of quotes."""
    package, before = (json.loads((folder / "datapackage.json").read_bytes()) for folder in (without, complete))
    fields = {
        (resource["name"], field["name"]): field
        for resource in package["resources"]
        for field in resource["schema"]["fields"]
    }
    withheld = {key for key, field in fields.items() if field.get("withheld")}
    assert ("statements", "quote") in withheld
    assert ("issues", "proposition") in withheld
    assert ("documents", "title") not in withheld
    assert not any("required" in fields[key].get("constraints", {}) for key in withheld)
    assert fields["statements", "quote_sha256"]["constraints"]["required"]
    assert package["stancebook"]["build"] == before["stancebook"]["build"]


def test_what_is_withheld(without):
    """Words of the text are withheld, and free text only where it shares a run; spans and bibliography stay."""
    statements = stancebook.load("statements", path=without)
    assert statements["quote"].isna().all()
    assert statements["quoted_words"].isna().all()
    assert statements["char_end"].notna().all()
    assert statements.set_index("statement_id")["summary"].isna().to_dict() == {
        "river-talks#s01": False,
        "river-talks#s02": True,
        "river-talks#s03": True,
    }
    [document] = stancebook.load("documents", path=without).to_dict("records")
    assert document["title"] == "Northmark opens door to river talks"
    assert document["publisher"] == "The Harbour Gazette"


def test_summary_counts_withheld_cells(releasable):
    """The command says how many cells of each column it withholds, and why."""
    status, out = run_in(releasable, "release", "--without-text")
    assert status == 0
    assert "               1 of 1 in statements.condition: six words in a row that a text has too\n" in out
    assert "               3 of 3 in statements.quote: words of the text\n" in out
    assert re.search(r"\nwrote    release/: version 1\.2\.0, \d\d files\n$", out)


def test_all_free_text_can_be_withheld(project_folder):
    """With --withhold free-text, no free text is left but the bibliography; codes have their patterns and stay."""
    release_in(project_folder, "all", without_text(project_folder, all_free_text=True))
    tables = stancebook.load(path=project_folder / "all")
    assert tables["statements"]["summary"].isna().all()
    assert tables["actors"]["description"].isna().all()
    assert tables["documents"][["title", "publisher", "language", "text_sha256"]].notna().all(axis=None)


def test_withhold_needs_without_text(releasable):
    """--withhold alone is a usage error."""
    assert run_in(releasable, "release", "--withhold", "free-text") == (
        2,
        "--withhold free-text needs --without-text\n",
    )


def test_words_of_the_text_elsewhere_are_refused(project_folder, tmp_path):
    """Where words of a text cannot be withheld, nothing is written and a problem says where they are."""
    folder = shutil.copytree(project_folder, tmp_path / "project")
    citation = folder / "CITATION.cff"
    abstract = "abstract: The talks brokered by the Port League.\n"
    citation.write_text(citation.read_text(encoding="utf-8") + abstract, encoding="utf-8")
    with pytest.raises(ProblemsError) as refused:
        release_in(folder, "new", without_text(folder))
    message = "a release without text has words of a text: 'The talks brokered by the Port'"
    [problem] = refused.value.problems
    assert (problem.file, problem.line, problem.message) == ("CITATION.cff", 15, message)
    assert not (folder / "new").exists()


def test_data_card_says_what_is_withheld(without):
    """The data card lists the columns, marks their rows, and has a row for the digests of quotes."""
    card = (without / "README.md").read_text(encoding="utf-8")
    assert "| `issues.proposition` | cells with 6 words in a row, or more, that a text has too | 1 of 2 |" in card
    assert re.search(r"^\| `quote` \| string \| The passage, .* Withheld: 3 of 3 cells. \|$", card, re.MULTILINE)
    assert card.count("\n| `quote_sha256` | string | SHA-256 of the passage") == 4


@pytest.mark.parametrize("name", ["restore/README.md", "restore/datapackage.json", "restore/croissant.json"])
def test_descriptions_of_the_complete_dataset_are_there(without, complete, name):
    """The folder has the descriptions of the complete dataset as they are."""
    assert (without / name).read_bytes() == (complete / Path(name).name).read_bytes()


def test_copied_words_are_there_for_this_test(complete):
    """The codebook of these tests has words of the text in other case and punctuation."""
    assert COPIED in stancebook.load("issues", path=complete)["proposition"].tolist()
