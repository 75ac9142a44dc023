"""Stancebook: annotated news text in, validated Parquet tables out.

The names are imported when they are first used, so that `import stancebook` takes no time.
"""

TYPE_CHECKING = False  # type checkers take it for true; the import of `typing` would take longer than all the rest

if TYPE_CHECKING:  # `as` marks a name as public
    from stancebook.api import BuiltDataset as BuiltDataset
    from stancebook.api import ColumnDescription as ColumnDescription
    from stancebook.api import Dataset as Dataset
    from stancebook.api import build_dataset as build_dataset
    from stancebook.api import view_url as view_url
    from stancebook.dataset.pandera_schema import pandera_schema as pandera_schema
    from stancebook.dataset.reader import load as load
    from stancebook.dataset.reader import table_names as table_names
    from stancebook.exceptions import ColumnNotFoundError as ColumnNotFoundError
    from stancebook.exceptions import ContractError as ContractError
    from stancebook.exceptions import DatasetError as DatasetError
    from stancebook.exceptions import DatasetNotFoundError as DatasetNotFoundError
    from stancebook.exceptions import ExecutorError as ExecutorError
    from stancebook.exceptions import MissingExtraError as MissingExtraError
    from stancebook.exceptions import ProblemsError as ProblemsError
    from stancebook.exceptions import PublishError as PublishError
    from stancebook.exceptions import StancebookError as StancebookError
    from stancebook.exceptions import TableNotFoundError as TableNotFoundError
    from stancebook.exceptions import UnknownRevisionError as UnknownRevisionError
    from stancebook.problems import Problem as Problem
    from stancebook.schema.column_types import Pattern as Pattern
    from stancebook.schema.columns import Category as Category
    from stancebook.schema.columns import Date as Date
    from stancebook.schema.columns import DateTime as DateTime
    from stancebook.schema.columns import boolean as boolean
    from stancebook.schema.columns import categorical as categorical
    from stancebook.schema.columns import date as date
    from stancebook.schema.columns import datetime as datetime
    from stancebook.schema.columns import edtf as edtf
    from stancebook.schema.columns import edtf_lower as edtf_lower
    from stancebook.schema.columns import edtf_upper as edtf_upper
    from stancebook.schema.columns import foreign_key as foreign_key
    from stancebook.schema.columns import integer as integer
    from stancebook.schema.columns import number as number
    from stancebook.schema.columns import paragraph_number as paragraph_number
    from stancebook.schema.columns import primary_key as primary_key
    from stancebook.schema.columns import sentence_number as sentence_number
    from stancebook.schema.columns import text as text
    from stancebook.schema.columns import verbatim as verbatim
    from stancebook.schema.contract import Contract as Contract
    from stancebook.schema.contract import Contributor as Contributor
    from stancebook.schema.contract import License as License
    from stancebook.schema.dataframes import look_up as look_up
    from stancebook.schema.models import Annotation as Annotation
    from stancebook.schema.models import Codebook as Codebook
    from stancebook.schema.models import Derived as Derived
    from stancebook.schema.models import Document as Document
    from stancebook.schema.models import Nested as Nested
    from stancebook.schema.models import Sentence as Sentence
    from stancebook.schema.rules import Rule as Rule
    from stancebook.schema.rules import row_rule as row_rule
    from stancebook.schema.rules import rule as rule
    from stancebook.schema.spec import Tables as Tables
    from stancebook.schema.spec import Texts as Texts
    from stancebook.web.addresses import row_url as row_url

    __version__: str
else:

    def __getattr__(name: str) -> object:
        from importlib import import_module

        if name == "__version__":
            value = import_module("importlib.metadata").version("stancebook")
        elif name in _MODULES:
            value = getattr(import_module(f"stancebook.{_MODULES[name]}"), name)
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return [*globals(), *__all__]


_NAMES_BY_MODULE = {
    "api": "BuiltDataset ColumnDescription Dataset build_dataset view_url",
    "dataset.pandera_schema": "pandera_schema",
    "dataset.reader": "load table_names",
    "exceptions": "ColumnNotFoundError ContractError DatasetError DatasetNotFoundError ExecutorError MissingExtraError"
    " ProblemsError PublishError StancebookError TableNotFoundError UnknownRevisionError",
    "problems": "Problem",
    "schema.column_types": "Pattern",
    "schema.columns": "Category Date DateTime boolean categorical date datetime edtf edtf_lower edtf_upper foreign_key"
    " integer number paragraph_number primary_key sentence_number text verbatim",
    "schema.contract": "Contract Contributor License",
    "schema.dataframes": "look_up",
    "schema.models": "Annotation Codebook Derived Document Nested Sentence",
    "schema.rules": "Rule row_rule rule",
    "schema.spec": "Tables Texts",
    "web.addresses": "row_url",
}
_MODULES = {name: module for module, names in _NAMES_BY_MODULE.items() for name in names.split()}

__all__ = ["__version__", *_MODULES]  # noqa: PLE0604 – they are strings
