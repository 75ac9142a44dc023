"""The column types whose cells are text: keys, references, free and verbatim text, vocabularies."""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property
from typing import TYPE_CHECKING, Any

from stancebook.problems import CellError
from stancebook.schema.column_types.base import SLUG, Column

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

# Not allowed in raw YAML, but an escape can produce it. Verbatim cells are exempt: the text decides.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
# UTF-8 that was decoded as Windows-1252 or Latin-1: "é" becomes "Ã©", "–" becomes "â€“".
_GARBLED = re.compile("Ã[\u0080-\u00bf]|â€.|â\u0080[\u0080-\u00bf]|Â[\u0080-\u00a0©«®°·»]")
# What people write in place of what they do not know yet.
_PLACEHOLDER = re.compile(
    r"\W*(?:(?:todo|fixme|tb[acd]|xxx+|lorem ipsum)\b.*|(?:n/?a|n\.\s?a|k\.\s?a|none|null|nil|nan)?\W*)",
    re.IGNORECASE | re.DOTALL,
)
# Characters that are not shown, or reorder what is. Joiners are needed in some scripts.
_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200d\u202a-\u202e\u2060-\u2069\ufeff]")
_NEEDED_JOINER = re.compile("(?<=[\u0250-\U0010ffff])[\u200c\u200d](?=[\u0250-\U0010ffff])")
_SHOWN_BEFORE = 20  # characters


class PrimaryKeyColumn(Column):
    """A column that identifies a row by a slug."""

    kind = "primary_key"
    written_as = SLUG

    def parse(self, text: str) -> str:
        if not SLUG.matches(text):
            from stancebook.suggestions import slug_hint

            raise CellError(f"{text!r} is not a slug", slug_hint(text, SLUG.description))
        return text


class TextColumn(Column):
    """Free text."""

    kind = "text"

    def parse(self, text: str) -> str:
        if found := _CONTROL.search(text):
            raise CellError(f"{text!r} contains the character U+{ord(found[0]):04X}", "remove it: it is invisible")
        if garbled := _GARBLED.search(text):
            raise CellError(
                f"{garbled[0]!r} is what is left of a character that was saved as UTF-8 and read in another encoding",
                "type the character again, and save the file as UTF-8",
            )
        return text

    def doubt(self, text: str) -> tuple[str, str] | None:
        if _PLACEHOLDER.fullmatch(text):
            return f"{text!r} is a placeholder", "write what is meant" + (", or leave it out" if self.nullable else "")
        if _INVISIBLE.search(text) and (found := _INVISIBLE.search(_NEEDED_JOINER.sub("", text))):
            name = unicodedata.name(found[0]).lower()
            before = found.string[max(0, found.start() - _SHOWN_BEFORE) : found.start()]
            place = f"after {before!r}" if before else "from the start"
            return f"it has an invisible character, U+{ord(found[0]):04X} ({name})", f"remove it {place}"
        return None


class ForeignKeyColumn(TextColumn):
    """A reference to a row of a table by its key."""

    kind = "foreign_key"


class VerbatimColumn(Column):
    """Words that occur in the text of the document."""

    kind = "verbatim"


class CategoricalColumn(Column):
    """A value of a closed vocabulary.

    Files hold it as text: an Arrow dictionary comes back with its values in the order of their first rows, and an
    ordinal scale in the wrong order is worse than none.
    """

    kind = "categorical"
    storage = "category"
    annotation_name = "Category"

    @property
    def annotation(self) -> Any:
        import pandas as pd

        return pd.CategoricalDtype

    @cached_property
    def pandas_dtype(self) -> Any:
        import pandas as pd

        return pd.CategoricalDtype(list(self.vocabulary), ordered=self.ordered)

    def parse(self, text: str) -> str:
        if text not in self.vocabulary:
            from stancebook.suggestions import options_hint

            raise CellError(f"{text!r} is not a value of {self.name}", options_hint(text, self.vocabulary))
        return text

    def to_pandas(self, cells: pa.ChunkedArray) -> pd.Series[Any]:
        import pandas as pd
        import pyarrow as pa
        import pyarrow.compute as pc

        values = pa.array(list(self.vocabulary), cells.type)
        codes = pc.fill_null(pc.index_in(cells, value_set=values), -1)
        return pd.Series(pd.Categorical.from_codes(codes.to_numpy(), dtype=self.pandas_dtype))

    def stored_facts(self) -> dict[str, Any]:
        return {**super().stored_facts(), "categories": list(self.vocabulary), "ordered": self.ordered}

    def field_settings(self) -> dict[str, Any]:
        categories = {"categories": list(self.vocabulary), "ordered": self.ordered}
        return {**super().field_settings(), "dtype_kwargs": categories}
