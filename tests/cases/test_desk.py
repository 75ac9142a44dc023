"""The desk has the problems of each case, each where it belongs: at a key, a row, a section, or the file."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from schemas import CONTRACT
from stancebook.schema.remarks import REMARKS
from stancebook.web.desk.workspace import Workspace
from tests.cases.test_cases import CASES, case_id, problem_lines

pytestmark = pytest.mark.proof

_SECTIONS = "|".join(
    spec.section for spec in (*CONTRACT.tables.values(), *REMARKS) if spec.section and spec.parent is None
)
_WHERE = rf"((?:{_SECTIONS})(?:\[[^]]*\])?(?:\.\w+\[[^]]*\])*)(?:\.([^\[\]]+?))?"
_LINE = re.compile(rf"(\S+):(\d+):(\d+): (?:warning: )?(?:{_WHERE}: )?(.*)")
_KEY_IN_MESSAGE = re.compile(r"the keys? '(\w+)'.* (?:missing|given twice)")
_NESTED = {spec.section for spec in CONTRACT.tables.values() if spec.parent}
# Problems that the desk finds in the background, because they are about several files, or about one it does not edit.
_OF_CORPUS = re.compile(r"the text is (?:the same|that of)|is not read here|is not a file that a build reads")


def own_problems(case):
    """Yield the position, the name, the key and the message of each problem of a document's own files."""
    for line in problem_lines(case):
        file, number, column, where, key, message = _LINE.fullmatch(line).groups()
        if "/codebook/" not in file and not _OF_CORPUS.search(message):
            yield (file, int(number), int(column)), where, key, message


def expected_level(where, key, message):
    """Return what a problem is about by its line in the output of a build."""
    if _KEY_IN_MESSAGE.match(message) or (key and key not in _NESTED):
        return "key"
    is_row = where == CONTRACT.document.section or key or ("[" in where and "not a record" not in message)
    return "row" if is_row else "section"


def level(problem):
    """Return what the desk shows a problem at."""
    return next((name for name in ("key", "row", "section") if problem[name]), "file")


@pytest.fixture
def states(request, project):
    """Return the states of the documents of a case."""
    shutil.copytree(request.param / "seeds", "seeds", dirs_exist_ok=True)
    workspace = Workspace(CONTRACT, Path("seeds"), project)
    return [workspace.session(doc_id).state() for doc_id in workspace.documents]


@pytest.mark.parametrize(("case", "states"), [(case, case) for case in CASES], indirect=["states"], ids=case_id)
def test_problems_are_where_they_belong(case, states):
    """Each problem of a document is that of the build, at the row and key in its name, or at the file."""
    found = {
        (p["file"], p["line"], p["column"], p["message"]): (p, state) for state in states for p in state["problems"]
    }
    expected = [*own_problems(case)]
    for position, where, key, message in expected:
        problem, state = found[(*position, message)]
        if where is None:  # found by its position, or not at all if the file cannot be parsed
            assert bool(problem["key"]) == bool(_KEY_IN_MESSAGE.match(message) and state["rows"])
            assert problem["row"] in ("", "document", *state["row_order"])
            continue
        section, label = re.match(r"(\w+)(?:\[([^]]*)\])?", where).groups()
        row = next((row for row in state["rows"] if row["address"] == problem["row"]), None)
        if section == CONTRACT.document.section:
            assert problem["row"] == "document"
        elif row is None or section in {spec.section for spec in REMARKS}:
            assert problem["section"] == section  # a list, or an item that is no row
            assert label is None or problem["child"] == int(label) - 1
        else:
            assert label in (row["id"], str(row["path"][1] + 1))
        assert key is None or key in (problem["key"], problem["section"])
    named = [each for each in expected if each[1] is not None]
    shown = Counter(level(found[(*position, message)][0]) for position, _, _, message in named)
    assert shown == Counter(expected_level(*rest) for _, *rest in named)
