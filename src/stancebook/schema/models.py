"""The base classes of all models: each says where the rows of its tables come from."""

import importlib
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pandera.pandas as pa

from stancebook.schema.columns import engine_column, row_rule
from stancebook.schema.spec import KEY, Column, Pattern

# The shape of a tag by RFC 5646 (BCP 47), as far as texts need it: language, script, region.
LANGUAGE = Pattern(
    r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?", "a BCP 47 tag, such as 'en' or 'uk-Latn'"
)
CODE_POINTS = "Unicode code points"


def _without_dask_frames() -> None:
    """Let Pandera find no frames of Dask: to import them takes longer than to build a document, and none comes here."""
    if "dask.dataframe" not in sys.modules:
        sys.modules["dask.dataframe"] = None  # type: ignore[assignment] # how Python says that there is none
        try:
            importlib.import_module("pandera.typing.dask")
        finally:
            del sys.modules["dask.dataframe"]


_without_dask_frames()


@dataclass(frozen=True)
class TableOptions:
    """What a class statement says of its table besides its columns."""

    section: str | None = None
    parent: "type[Table] | None" = None
    key: tuple[str, ...] = ()
    derive: Any = None
    inputs: Mapping[str, Iterable[str]] = field(default_factory=dict)
    partition_by: str | None = None


class Table(pa.DataFrameModel):
    """The base of all models. Use one of its subclasses: they say where the rows come from."""

    _table_options = TableOptions()

    class Config:
        """Values are converted strictly before Pandera sees them, so nothing is coerced and nothing is extra."""

        strict = True
        coerce = False

    def __init_subclass__(
        cls,
        *,
        section: str | None = None,
        parent: "type[Table] | None" = None,
        key: tuple[str, ...] = (),
        derive: Any = None,
        inputs: Mapping[str, Iterable[str]] | None = None,
        partition_by: str | None = None,
        **rest: Any,
    ) -> None:
        cls._table_options = TableOptions(section, parent, key, derive, inputs or {}, partition_by)
        if key:
            cls.Config = type("Config", (cls.Config,), {"unique": list(key)})  # type: ignore[misc,assignment]
        super().__init_subclass__(**rest)  # type: ignore[no-untyped-call]


class Codebook(Table):
    """Rows that documents refer to, written once under `seeds/codebook/`."""

    _table_kind = "codebook"


class Document(Table):
    """One row a document, written in the mapping that the class names by `section=`."""

    _table_kind = "document"

    doc_id: str = engine_column(
        Column(
            "primary_key",
            "The document's path below seeds/documents, without its ending.",
            title="Document ID",
            pattern=KEY,
            filled_by="engine",
        )
    )
    text_sha256: str = engine_column(
        Column(
            "text",
            "SHA-256 of the text's bytes. Where the coder gives it, a changed text is refused.",
            title="SHA-256 of the text",
            pattern=Pattern(r"[0-9a-f]{64}", "the 64 hexadecimal digits of a SHA-256"),
            filled_by="pinned",
        )
    )
    language: str = engine_column(Column("text", "The language the text is written in.", pattern=LANGUAGE))
    n_chars: int = engine_column(
        Column(
            "integer",
            "Length of the text in Unicode code points.",
            title="Length of the text",
            unit=CODE_POINTS,
            minimum=0,
            filled_by="engine",
        )
    )


class Annotation(Table):
    """Rows that each stand on one exact passage of a document."""

    _table_kind = "annotation"

    doc_id: str = engine_column(
        Column("foreign_key", "The document the passage stands in.", title="Document", filled_by="engine")
    )
    quote: str = engine_column(Column("verbatim", "The passage, exactly as the text has it."))
    char_start: int = engine_column(
        Column(
            "integer",
            "Where the passage starts: its offset in Unicode code points.",
            title="Passage start",
            unit=CODE_POINTS,
            minimum=0,
            filled_by="engine",
        )
    )
    char_end: int = engine_column(
        Column(
            "integer",
            "Where the passage ends: the offset after its last code point.",
            title="Passage end",
            unit=CODE_POINTS,
            minimum=1,
            filled_by="engine",
        )
    )

    @row_rule("quote")
    def the_passage_is_not_empty(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """The passage ends after it starts and is as long as its quote."""
        length = df["char_end"] - df["char_start"]
        return (length > 0) & (length == df["quote"].str.len())


class Nested(Table):
    """Rows nested in a record of the table `parent=`, in the list that `section=` names."""

    _table_kind = "nested"


class Derived(Table):
    """Rows computed from the codebook and all documents by the function `derive=`.

    Of the documents' tables it is given the columns that `inputs=` names, such as `inputs={"claims": ["claim_id",
    "topic_id"]}`. Where rows of different topics have nothing to do with each other, say `partition_by="topic_id"`: a
    large corpus is then computed topic by topic, and only the topics in which something changed.
    """

    _table_kind = "derived"
