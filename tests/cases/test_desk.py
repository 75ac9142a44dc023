"""The desk has the problems of each case, each at the row and the key that it names."""

import re
import shutil
from pathlib import Path

import pytest

from schemas import CONTRACT
from stancebook.schema.remarks import REMARKS
from stancebook.web.desk.workspace import Workspace
from tests.cases.test_cases import CASES, case_id, problem_lines

pytestmark = pytest.mark.proof

_WRITTEN = (*CONTRACT.tables.values(), *REMARKS)
_SECTIONS = "|".join({spec.section for spec in _WRITTEN if spec.section and spec.parent is None})
_WHERE = rf"((?:{_SECTIONS})(?:\[[^]]*\])?(?:\.\w+\[[^]]*\])*)(?:\.([^\[\]]+?))?"
_LINE = re.compile(rf"(\S+):(\d+):(\d+): (?:warning: )?(?:{_WHERE}: )?(.*)")
# Problems that the desk finds in the background, because they are about several files, or about one it does not edit.
_OF_CORPUS = re.compile(r"the text is (?:the same|that of)|is not read here|is not a file that a build reads")


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_problems_are_at_their_rows_and_keys(case, project):
    """Each problem of a document is that of the build, at the row and key in its name, or at the file."""
    shutil.copytree(case / "seeds", "seeds", dirs_exist_ok=True)
    workspace = Workspace(CONTRACT, Path("seeds"), project)
    states = [workspace.session(doc_id).state() for doc_id in workspace.documents]
    found = {
        (p["file"], p["line"], p["column"], p["message"]): (p, state) for state in states for p in state["problems"]
    }
    lines = [found_line for line in problem_lines(case) if (found_line := _LINE.fullmatch(line))]
    assert len(lines) == len(problem_lines(case))
    for file, line, column, where, key, message in (found_line.groups() for found_line in lines):
        if "/codebook/" in file or _OF_CORPUS.search(message):
            continue
        problem, state = found[file, int(line), int(column), message]
        if where is None:
            assert problem["row"] == ""
            continue
        section, label = re.match(r"(\w+)(?:\[([^]]*)\])?", where).groups()
        row = next((row for row in state["rows"] if row["address"] == problem["row"]), None)
        if section == CONTRACT.document.section:
            assert problem["row"] == "document"
        elif row is None:
            assert problem["section"] == section  # a list, or an item that is no record
        else:
            assert label in (row["id"], str(row["path"][1] + 1))
        if section not in {spec.section for spec in REMARKS}:
            assert key is None or key in (problem["key"], problem["section"])
