"""What tools have in common whose files are lines of JSON, each a text with labeled spans and relations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from stancebook.exchange.placing import problem_at
from stancebook.exchange.project import ExchangeProject, Place, Row, ToolItem, ToolText
from stancebook.problems import Problem, pluralize, shorten
from stancebook.schema.record_forms import RecordForm


def meanings(project: ExchangeProject) -> str:
    """Return the definitions of tables, and of the columns that are relations, as lines."""
    return "\n".join(line for form in project.layers for line in _meanings(project, form))


def _meanings(project: ExchangeProject, form: RecordForm) -> Iterator[str]:
    yield f"- {form.name}: {form.description}"
    for key in form.keys:
        if project.is_link(key):
            yield f"  - {key.name}, a relation to {key.target}: {key.description}"


def rights(project: ExchangeProject) -> str:
    """Return a line for each text: whose it is."""
    return "\n".join(f"- {text.doc_id}: {text.rights or 'whose it is, is not given'}" for text in project.texts)


def link_names(project: ExchangeProject) -> list[str]:
    """Return the columns that refer to rows of the same text."""
    return [*dict.fromkeys(key.name for form in project.layers for key in form.keys if project.is_link(key))]


def links(project: ExchangeProject, rows: Sequence[Row]) -> Iterator[tuple[Row, str, Row]]:
    """Yield the references between rows: a row, the column, and the row that it refers to."""
    known = {row.address: row for row in rows}
    for row in rows:
        for key in project.forms[row.table].keys:
            if project.is_link(key) and (target := known.get(f"{key.target}.{row.values.get(key.name)}")):
                yield row, key.name, target


@dataclass(frozen=True)
class Relation:
    """A relation as it is in a file.

    Attributes:
        place: Where it is.
        kind: Its label.
        starts: The identifiers of the spans that it may lead from.
        ends: Those of the spans that it may lead to.
    """

    place: Place
    kind: str
    starts: Sequence[str]
    ends: Sequence[str]


class SpanReader:
    """Collects texts with the spans of coders, and problems."""

    def __init__(self, project: ExchangeProject, remedy: str) -> None:
        """Begin.

        Args:
            project: The project as it is now.
            remedy: What to do about a file that is damaged, as a hint.
        """
        self.project = project
        self.remedy = remedy
        self.documents = {text.doc_id for text in project.texts}
        self.problems: list[Problem] = []
        self.texts: list[ToolText] = []
        self._found: dict[tuple[str, str, str], list[ToolItem]] = {}  # by document, text and coder, without places
        self._n_doubtful = 0

    def notes(self) -> list[str]:
        """Return what was left out, as sentences."""
        number = pluralize(self._n_doubtful, "relation")
        doubtful = f"{number} of spans that have label and passage in common: left out"
        return [doubtful] * bool(self._n_doubtful)

    def report(self, place: Place, message: str, hint: str, where: str = "") -> None:
        """Add a problem."""
        self.problems.append(problem_at(place, where, message, hint))

    def span(self, place: Place, item: ToolItem, start: int | None, end: int | None) -> Iterator[ToolItem]:
        """Yield an annotation with its passage; none if it has no start or no end, which is reported."""
        if start is None or end is None:
            where = f"annotation '{shorten(item.tool_id)}'"
            self.report(place, "it has no start or no end, which are numbers", self.remedy, where)
        else:
            yield replace(item, spans=[(start, end)], place=place)

    def linked(self, items: Sequence[ToolItem], relations: Iterable[Relation]) -> list[ToolItem]:
        """Return spans with their relations, without those of which it is not known between which rows they are."""
        found: dict[str, dict[str, str | None]] = {}
        for relation in relations:
            where = f"relation '{shorten(relation.kind)}'"
            if not relation.starts or not relation.ends:
                self.report(relation.place, "one end of it is no span here", "draw the relation again", where)
            elif not relation.kind:
                self.report(relation.place, "it has no label", "give it the name of a column", where)
            elif len(relation.starts) > 1 or len(relation.ends) > 1:
                self._n_doubtful += 1
            elif (
                found.setdefault(relation.starts[0], {}).setdefault(relation.kind, relation.ends[0]) != relation.ends[0]
            ):
                message = f"{relation.kind} refers to two annotations"
                self.report(relation.place, message, "keep one of the two", where)
        return [replace(item, links=found.get(item.tool_id, {})) for item in items]

    def add(self, text: ToolText) -> None:
        """Add a text with the spans of one coder; a second time only if they differ, which is reported."""
        [(coder, items)] = text.codings.items()
        doc_id = text.doc_id if text.doc_id in self.documents else ""
        alike = [replace(item, place=Place("")) for item in items]
        first = self._found.setdefault((doc_id, text.text or "", coder), alike)
        if first is alike:
            name = doc_id or text.name or f"line {text.place.line}"
            self.texts.append(replace(text, name=name, doc_id=doc_id))
        elif first != alike:
            message = f"'{shorten(coder)}' has this text twice, and not with the same spans"
            self.report(text.place, message, "delete one of the two lines")
