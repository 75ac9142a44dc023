"""The exceptions that callers may catch: one tree below `StancebookError`."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from stancebook.problems import Problem, as_text


class StancebookError(Exception):
    """Base of all exceptions that Stancebook raises on purpose; its text is a sentence for people."""

    def __str__(self) -> str:
        # KeyError, a base of two subclasses, would show the repr of the sentence.
        return Exception.__str__(self)


class DatasetError(StancebookError):
    """A dataset cannot be read: a file is damaged, or tables come from different builds."""


class DatasetNotFoundError(DatasetError, FileNotFoundError):
    """There is no dataset at a path or URL, or one of its files is missing."""


class TableNotFoundError(DatasetError, KeyError):
    """A dataset has no table of that name."""


class ColumnNotFoundError(DatasetError, KeyError):
    """A table has no column of that name."""


class ContractError(StancebookError):
    """A model, a rule or the contract is not valid, or a function of it fails; the message says what to write."""


class ProblemsError(StancebookError):
    """The annotated texts have problems, so that no tables can be built.

    Attributes:
        problems: The problems, sorted by file, line and column, each once.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__(self.problems)

    def __str__(self) -> str:
        return as_text(self.problems)


class PublishError(StancebookError):
    """A folder or a URL cannot be written; what it held is unchanged."""


class ExecutorError(StancebookError):
    """The processes or machines that were to build chunks are gone, or cannot be reached."""


class UnknownRevisionError(StancebookError):
    """A name is neither a folder nor a git revision."""


class MissingExtraError(StancebookError, ImportError):
    """An optional dependency is not installed; the message ends with the command that installs it.

    Args:
        module: The module that cannot be imported.
        extra: The extra of the package `stancebook` that installs it.
    """

    def __init__(self, module: str, extra: str) -> None:
        super().__init__(module, extra)
        self.module, self.extra = module, extra

    def __str__(self) -> str:
        return f'{self.module} is not installed. Install it with: pip install "stancebook[{self.extra}]"'


@contextmanager
def requires_extra(extra: str) -> Iterator[None]:
    """Raise `MissingExtraError` for a dependency that cannot be imported in this block.

    Args:
        extra: The extra of the package `stancebook` that installs it.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "stancebook":
            raise
        raise MissingExtraError(error.name, extra) from error
