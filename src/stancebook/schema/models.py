"""Base classes of models: each says where the rows of its table come from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

import pandas as pd
import pandera.pandas as pa

from stancebook.schema.column_types import (
    KEY,
    ForeignKeyColumn,
    IntegerColumn,
    Pattern,
    PrimaryKeyColumn,
    ScalarColumn,
    TextColumn,
    VerbatimColumn,
)
from stancebook.schema.columns import METADATA_KEY, column_field
from stancebook.schema.rules import row_rule
from stancebook.schema.spec import TableKind

# A language tag of RFC 5646 (BCP 47) without its rarer parts: language, script, region.
LANGUAGE_TAG = Pattern(
    r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?", "a BCP 47 tag, such as 'en' or 'uk-Latn'"
)
CODE_POINTS = "Unicode code points"


@cache
def is_language_tag(tag: str) -> bool:
    """Return whether a language tag is registered (RFC 5646), and uses the shortest code of its language."""
    from babel.localedata import exists  # knows most languages, and is imported in a fifth of the time of langcodes

    if exists(tag.replace("-", "_")):
        return True
    import langcodes

    language = tag.partition("-")[0]
    return langcodes.tag_is_valid(tag) and len(langcodes.standardize_tag(language)) >= len(language)


@dataclass(frozen=True)
class TableOptions:
    """The options in the class statement of a model.

    Attributes:
        section: The key under which the rows are written in a file; by default the table's name.
        parent: The model in whose records those of a nested table are written.
        key: The columns that identify a row, if there is no primary key.
        derive: The function that computes a derived table, or several that name it, from the tables it reads.
        inputs: The columns of document tables that `derive` reads, by table.
        partition_by: A column of a derived table whose values are computed independently of each other.
    """

    section: str | None = None
    parent: "type[Table] | None" = None
    key: tuple[str, ...] = ()
    derive: Any = None
    inputs: Mapping[str, Iterable[str]] = field(default_factory=dict)
    partition_by: str | None = None


class Table(pa.DataFrameModel):
    """The base of all models; use one of its subclasses."""

    _table_kind: ClassVar[TableKind | None] = None
    _table_options: ClassVar[TableOptions] = TableOptions()

    class Config:
        """The engine converts values strictly before Pandera validates them, so nothing is coerced."""

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
        key = key or cls._table_options.key
        cls._table_options = TableOptions(section, parent, key, derive, inputs or {}, partition_by)
        if key:
            cls.Config = type("Config", (cls.Config,), {"unique": list(key)})  # type: ignore[misc,assignment]
        super().__init_subclass__(**rest)  # type: ignore[no-untyped-call]

    @classmethod
    def to_schema(cls) -> pa.DataFrameSchema:
        """Return the Pandera schema, with the nullable dtypes of columns that may be empty."""
        schema: pa.DataFrameSchema = super().to_schema()
        for column in schema.columns.values():
            declared = (column.metadata or {}).get(METADATA_KEY)
            if isinstance(declared, ScalarColumn) and declared.nullable:
                column.dtype = declared.pandas_dtype
        return schema


class Codebook(Table):
    """A table that documents refer to, written once in `seeds/codebook/`."""

    _table_kind = "codebook"


class Document(Table):
    """The table with one row for each document, written in the mapping named by `section=`."""

    _table_kind = "document"

    doc_id: str = column_field(
        PrimaryKeyColumn(
            "The path of the document in seeds/documents, without its file extension.",
            title="Document ID",
            pattern=KEY,
            filled_by="engine",
        )
    )
    text_sha256: str = column_field(
        TextColumn(
            "SHA-256 of the bytes of the text. If the coder gives it, a changed text is refused.",
            title="SHA-256 of the text",
            pattern=Pattern(r"[0-9a-f]{64}", "the 64 hexadecimal digits of a SHA-256"),
            filled_by="pinned",
        )
    )
    language: str = column_field(TextColumn("The language the text is written in.", pattern=LANGUAGE_TAG))
    n_chars: int = column_field(
        IntegerColumn(
            "Length of the text in Unicode code points.",
            title="Length of the text",
            unit=CODE_POINTS,
            minimum=0,
            filled_by="engine",
        )
    )

    @row_rule("language")
    def language_is_registered(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """There is no such language, script or region: look up the tag, such as 'en', 'de-AT' or 'uk-Latn'."""
        return df["language"].map(is_language_tag).astype(bool)


def _start_of(what: str) -> Any:
    return column_field(_offset(f"Offset of the first code point of the {what}.", f"{what.capitalize()} start", 0))


def _end_of(what: str) -> Any:
    return column_field(_offset(f"Offset after the last code point of the {what}.", f"{what.capitalize()} end", 1))


def _offset(description: str, title: str, minimum: int) -> IntegerColumn:
    return IntegerColumn(description, title=title, unit=CODE_POINTS, minimum=minimum, filled_by="engine")


class Annotation(Table):
    """A table whose rows are each anchored to one exact passage of a document."""

    _table_kind = "annotation"

    doc_id: str = column_field(
        ForeignKeyColumn("The document that contains the passage.", title="Document", filled_by="engine")
    )
    quote: str = column_field(VerbatimColumn("The passage, exactly as in the text."))
    char_start: int = _start_of("passage")
    char_end: int = _end_of("passage")

    @row_rule("quote")
    def quote_fills_its_span(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """A passage ends after its start and is as long as its quote."""
        length = df["char_end"] - df["char_start"]
        return (length > 0) & (length == df["quote"].str.len())


class Nested(Table):
    """A table whose rows are written in records of the model `parent=`, in the list named by `section=`."""

    _table_kind = "nested"


class Sentence(Table, key=("doc_id", "sentence")):
    """The table with one row for each sentence of each text, which the engine computes; it has no other columns.

    Paragraphs are separated by blank lines. A Markdown heading is a paragraph of its own and one sentence. What has no
    word is no sentence, and a paragraph without a sentence is not counted.
    """

    _table_kind = "sentence"

    doc_id: str = column_field(
        ForeignKeyColumn("The document that contains the sentence.", title="Document", filled_by="engine")
    )
    sentence: int = column_field(
        IntegerColumn("The number of the sentence in the text, from 1.", minimum=1, filled_by="engine")
    )
    paragraph: int = column_field(
        IntegerColumn("The number of the paragraph in the text, from 1.", minimum=1, filled_by="engine")
    )
    heading: str = column_field(
        TextColumn("The last heading up to the sentence, without its marks.", nullable=True, filled_by="engine")
    )
    char_start: int = _start_of("sentence")
    char_end: int = _end_of("sentence")


class Derived(Table):
    """A table computed from the codebook and all documents by the function `derive=`.

    Of the documents' tables, the function receives the columns that `inputs=` names, such as
    `inputs={"claims": ["claim_id", "topic_id"]}`. If rows of different topics are independent of each other, add
    `partition_by="topic_id"`: a large corpus is then computed topic by topic, and only topics that changed are.

    The function returns the frame of the table. If several models name it, with the same `inputs=` and `partition_by=`,
    it is called once for all of them and returns a mapping of their frames by the names of the tables.
    """

    _table_kind = "derived"
