"""Each folder under cases/ is a mistake: files laid over the minimal project, and all that the build says of them.

`seeds/` holds the mistake. `problems.txt` is what the build prints: the place, what is wrong and what would
be right, once; or, of a mistake that stands in nobody's way, `warnings.txt`, and the dataset is written.
`sound/`, where it is there, holds the like of it that is in order, and of which the build says nothing. To
add a case, add a folder.
"""

import json
import re
import shutil
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import stancebook
from schemas import CONTRACT
from stancebook.cli.console import Console
from stancebook.cli.main import main
from stancebook.problems import Problem, as_github, as_json, as_text
from stancebook.sources.corpus import load_corpus
from tests.unit.fast_path_oracle import is_taken, taken
from tests.workflow_commands import parse

CASES = sorted(path for path in Path(__file__).parent.iterdir() if (path / "seeds").is_dir())
REFUSED = [case for case in CASES if (case / "problems.txt").is_file()]
WARNED = [case for case in CASES if (case / "warnings.txt").is_file()]
SOUND = [case for case in CASES if (case / "sound").is_dir()]

# The sentences that the contract may say of a row: its rules by name, and the forms of its texts by column.
RULES = {rule.check.__name__: rule.message for rule in CONTRACT.rules} | {
    name: rule.message for spec in CONTRACT.tables.values() for name, rule in spec.rules.items()
}
FORMS = {
    f"{spec.name}.{column.name}": column.pattern.description
    for spec in CONTRACT.tables.values()
    for column in spec.written_columns
    if column.kind == "text" and column.pattern is not None
}
# What nobody who writes seeds can break, because the build does not take it from them, and why.
# tests/data/test_rules.py shows these rules at work.
OUT_OF_REACH = {
    "passage_ends_within_text": "the build finds the passage in the text, and counts both",
    "quote_fills_its_span": "the build takes the quote out of the text, from where it starts to where it ends",
    "documents.text_sha256": "a digest that is given is held against the text's own, and that one is kept",
}

SCHEMA = json.loads((Path(stancebook.__file__).parent / "problems.schema.json").read_text(encoding="utf-8"))


def test_the_schema_of_the_json_is_one():
    Draft202012Validator.check_schema(SCHEMA)


def said(case):
    return "".join(
        path.read_text(encoding="utf-8") for path in [case / "problems.txt", case / "warnings.txt"] if path.is_file()
    )


def problems(case):
    return re.findall(r"^\S+:\d+:\d+: .*$", said(case), re.MULTILINE)


# What cases tell that tell one thing, and the case.
TOLD = [(told[0], case) for case in CASES if len(told := problems(case)) == 1]


def ids(case):
    return case.name


@pytest.fixture
def shown(monkeypatch):
    """The problems that a build shows, as it shows them."""
    shown = []
    show = Console.show

    def keep(console, problems):
        shown.extend(problems)
        show(console, problems)

    monkeypatch.setattr(Console, "show", keep)
    return shown


@pytest.mark.parametrize("case", REFUSED, ids=ids)
def test_a_mistake_gives_exactly_these_problems_to_people_and_programs_and_nothing_is_written(
    case, project, capsys, shown
):
    shutil.copytree(case / "seeds", "seeds", dirs_exist_ok=True)
    status = main(["build"], root=project, contract=lambda: CONTRACT)
    assert capsys.readouterr().out == said(case)
    assert status == 1
    assert not Path("dataset").exists()
    assert_told_to_programs(shown)
    assert_left_to_the_slow_way(shown)


def assert_left_to_the_slow_way(problems):
    """Of mistakes in the codebook that are not of its rules alone, nothing is known to who reads only documents."""
    others = {rule.message for rule in CONTRACT.rules if CONTRACT.in_codebook(rule.table)}
    if not {problem.message for problem in problems} <= others:
        assert taken(CONTRACT, load_corpus(Path("seeds"))) is None


def assert_told_to_programs(problems):
    told = json.loads(as_json(problems))
    Draft202012Validator(SCHEMA).validate(told)
    assert [Problem(**fields) for fields in told] == problems
    for problem, line in zip(problems, as_github(problems).split("\n"), strict=True):
        level, place, message = parse(line)
        assert level == problem.level
        assert place == {"file": problem.file, "line": str(problem.line), "col": str(problem.column)}
        assert " ".join(message.split()) == " ".join(as_text([problem]).split())


@pytest.mark.parametrize("case", WARNED, ids=ids)
def test_a_mistake_in_nobodys_way_gives_exactly_these_warnings_and_the_dataset_is_written(case, project, capsys):
    shutil.copytree(case / "seeds", "seeds", dirs_exist_ok=True)
    status = main(["build"], root=project, contract=lambda: CONTRACT)
    warnings, read, _ = capsys.readouterr().out.partition("read     ")
    assert (warnings, bool(read)) == (said(case), True)
    assert status == 0
    assert Path("dataset").exists()


@pytest.mark.parametrize("case", SOUND, ids=ids)
def test_the_like_that_is_in_order_gives_none(case, rebuilt):
    # The project's own document stays, under another name, so that nothing of the codebook falls out of use.
    # The text gets a line more: one text under two names is a mistake.
    for path in Path("seeds/documents").glob("river-talks.*"):
        path.with_stem("as-it-was").write_bytes(path.read_bytes() + b"\n")
    shutil.copytree(case / "sound", "seeds", dirs_exist_ok=True)
    built = rebuilt()
    assert built.problems == []
    assert is_taken(built) or case.name.startswith("yaml-")  # written in a way that is not the plainest


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_a_case_says_what_the_build_says(case):
    assert (case in REFUSED) != (case in WARNED), "write what the build says to problems.txt, or to warnings.txt"


@pytest.mark.parametrize("name", [*RULES, *FORMS])
def test_whatever_the_contract_asks_of_a_row_has_a_case_of_its_own_with_a_sound_neighbour(name):
    message = RULES.get(name) or f" is not {FORMS[name]}"
    cases = [case for told, case in TOLD if told.endswith(message)]
    if name in OUT_OF_REACH:
        assert not cases, f"take {name} out of OUT_OF_REACH: {cases[0].name} shows it"
        return
    assert cases, (
        f"no case is about {name}: add a folder to tests/cases with the mistake in seeds/, the one problem"
        f" ({message.strip()}) in problems.txt or warnings.txt, and the like of it that is in order in sound/"
    )
    for case in cases:
        assert case in SOUND, f"add to {case.name} the like of it that is in order: sound/"


def test_what_is_out_of_reach_is_in_the_contract():
    assert {*RULES, *FORMS} > {*OUT_OF_REACH}
