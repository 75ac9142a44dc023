"""The base classes of all models: each says where the rows of its tables come from."""

import importlib
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pandera.pandas as pa

from stancebook.fields import from_engine, row_rule
from stancebook.spec import KEY, Column, Form, Shape

# The shape of a tag by RFC 5646 (BCP 47), as far as texts need it: language, script, region.
LANGUAGE = Form(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?", "a BCP 47 tag, such as 'en' or 'uk-Latn'")
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
class Facts:
    """What a class statement says of its table besides its columns."""

    under: str | None = None
    parent: "type[Table] | None" = None
    key: tuple[str, ...] = ()
    by: Any = None
    reads: Mapping[str, Iterable[str]] = field(default_factory=dict)
    apart: str | None = None


class Table(pa.DataFrameModel):
    """The base of all models. Use one of its subclasses: they say where the rows come from."""

    __shape__: Shape
    __facts__ = Facts()

    class Config:
        """Values are converted strictly before Pandera sees them, so nothing is coerced and nothing is extra."""

        strict = True
        coerce = False

    def __init_subclass__(
        cls,
        *,
        under: str | None = None,
        parent: "type[Table] | None" = None,
        key: tuple[str, ...] = (),
        by: Any = None,
        reads: Mapping[str, Iterable[str]] | None = None,
        apart: str | None = None,
        **rest: Any,
    ) -> None:
        cls.__facts__ = Facts(under, parent, key, by, reads or {}, apart)
        if key:
            cls.Config = type("Config", (cls.Config,), {"unique": list(key)})  # type: ignore[misc,assignment]
        super().__init_subclass__(**rest)  # type: ignore[no-untyped-call]


class Codebook(Table):
    """Rows that documents refer to, written once under `seeds/codebook/`."""

    __shape__: Shape = "codebook"


class Document(Table):
    """One row a document, written in the mapping that the class names by `under=`."""

    __shape__: Shape = "document"

    doc_id: str = from_engine(
        Column(
            "key",
            "The document's path below seeds/documents, without its ending.",
            title="Document ID",
            form=KEY,
            filled="engine",
        )
    )
    text_sha256: str = from_engine(
        Column(
            "text",
            "SHA-256 of the text's bytes. Where the coder gives it, a changed text is refused.",
            title="SHA-256 of the text",
            form=Form(r"[0-9a-f]{64}", "the 64 hexadecimal digits of a SHA-256"),
            filled="pinned",
        )
    )
    language: str = from_engine(Column("text", "The language the text is written in.", form=LANGUAGE))
    n_chars: int = from_engine(
        Column(
            "integer",
            "Length of the text in Unicode code points.",
            title="Length of the text",
            unit=CODE_POINTS,
            minimum=0,
            filled="engine",
        )
    )


class Grounded(Table):
    """Rows that each stand on one exact passage of a document."""

    __shape__: Shape = "grounded"

    doc_id: str = from_engine(Column("ref", "The document the passage stands in.", title="Document", filled="engine"))
    quote: str = from_engine(Column("verbatim", "The passage, exactly as the text has it."))
    char_start: int = from_engine(
        Column(
            "integer",
            "Where the passage starts: its offset in Unicode code points.",
            title="Passage start",
            unit=CODE_POINTS,
            minimum=0,
            filled="engine",
        )
    )
    char_end: int = from_engine(
        Column(
            "integer",
            "Where the passage ends: the offset after its last code point.",
            title="Passage end",
            unit=CODE_POINTS,
            minimum=1,
            filled="engine",
        )
    )

    @row_rule("quote")
    def the_passage_is_not_empty(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """The passage ends after it starts and is as long as its quote."""
        length = df["char_end"] - df["char_start"]
        return (length > 0) & (length == df["quote"].str.len())


class Child(Table):
    """Rows nested in a record of the table `parent=`, in the list that `under=` names."""

    __shape__: Shape = "child"


class Derived(Table):
    """Rows computed from the codebook and all documents by the function `by=`.

    Of the documents' tables it is given the columns that `reads=` names, such as `reads={"claims": ["claim_id",
    "topic_id"]}`. Where rows of different topics have nothing to do with each other, say `apart="topic_id"`: a large
    corpus is then computed topic by topic, and only those anew in which something changed.
    """

    __shape__: Shape = "derived"
