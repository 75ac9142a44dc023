import builtins
import pickle

import pytest

from stancebook import exceptions
from stancebook.exceptions import (
    ColumnNotFoundError,
    DatasetError,
    DatasetNotFoundError,
    MissingExtraError,
    ProblemsError,
    StancebookError,
    TableNotFoundError,
    requires_extra,
)
from stancebook.problems import Problem

PROBLEM = Problem("seeds/a.yaml", 1, 2, "claims[c01].strength", "'strnog' is not a value of strength")
INSTANCES = [
    *(error("a sentence") for error in (DatasetError, DatasetNotFoundError, TableNotFoundError, ColumnNotFoundError)),
    MissingExtraError("duckdb", "validate"),
    ProblemsError([PROBLEM]),
]


def test_all_exceptions_are_in_one_tree():
    """Every public exception is a `StancebookError`."""
    found = [value for value in vars(exceptions).values() if isinstance(value, type) and issubclass(value, Exception)]
    assert len(found) == 11
    assert all(issubclass(error, StancebookError) for error in found)


@pytest.mark.parametrize(
    ("error", "base"),
    [
        (TableNotFoundError, KeyError),
        (ColumnNotFoundError, KeyError),
        (DatasetNotFoundError, FileNotFoundError),
        (MissingExtraError, ImportError),
    ],
)
def test_exception_is_a_builtin_too(error, base):
    """An exception is caught by the name of the built-in exception that a reader expects."""
    assert issubclass(error, base)


@pytest.mark.parametrize("error", [TableNotFoundError, ColumnNotFoundError, DatasetNotFoundError, DatasetError])
def test_text_is_the_sentence(error):
    """The text of an exception is its sentence, also where `KeyError` would show a repr."""
    assert str(error("there is no table 'a'.")) == "there is no table 'a'."


@pytest.mark.parametrize("error", INSTANCES, ids=lambda error: type(error).__name__)
def test_exception_survives_pickling(error):
    """An exception that crosses a process boundary is the same."""
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_missing_dependency_names_the_line_to_type(monkeypatch):
    """A dependency that is not installed is answered with the command that installs it."""
    real = builtins.__import__

    def refuse(name, *arguments):
        if name == "duckdb":
            raise ModuleNotFoundError("No module named 'duckdb'", name="duckdb")
        return real(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", refuse)
    message = r'duckdb is not installed\..* pip install "stancebook\[validate\]"$'
    with pytest.raises(MissingExtraError, match=message), requires_extra("validate"):
        import duckdb  # noqa: F401


def test_missing_module_of_stancebook_is_no_missing_extra():
    """A module of the package itself that is missing is a mistake of ours, and no extra installs it."""
    with pytest.raises(ModuleNotFoundError, match="no_such_module"), requires_extra("build"):
        import stancebook.no_such_module  # noqa: F401
