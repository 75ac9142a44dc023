"""The contract of this dataset: its tables, vocabularies, rules, derivations and metadata."""

from pathlib import Path

from schemas.actors import Actors
from schemas.demands import Demands
from schemas.documents import Documents
from schemas.events import EventParticipants, EventRelations, Events
from schemas.formats import FormatParticipants, Formats
from schemas.issues import IssueRelations, Issues
from schemas.mentions import Mentions
from schemas.rules import RULES
from schemas.sentences import Sentences
from schemas.stance_changes import StanceChanges
from schemas.stance_observations import ObservationStatements, StanceObservations
from schemas.statements import Statements
from stancebook import Contract, Contributor, License

CONTRACT = Contract(
    name="stancebook",
    title="Stancebook: stances, demands and events in news reports on negotiations, each on its passage",
    description=(
        "Who said what, who wants what, what happened or is planned, and who moved, coded from news reports on"
        " negotiations. Every statement, event, demand and mention rests on an exact passage of a verbatim text:"
        " `text[char_start:char_end] == quote`, in Unicode code points. `documents.coder` says who coded each text."
    ),
    version="0.2.0",
    released="2026-11-29",
    models=(
        Actors,
        Issues,
        IssueRelations,
        Formats,
        FormatParticipants,
        Documents,
        Sentences,
        Mentions,
        Statements,
        Events,
        EventParticipants,
        EventRelations,
        Demands,
        StanceObservations,
        ObservationStatements,
        StanceChanges,
    ),
    rules=RULES,
    licenses=(
        License(
            name="CC-BY-4.0",
            title="Creative Commons Attribution 4.0 for the annotations; quoted passages remain their publishers' own",
            path="https://creativecommons.org/licenses/by/4.0/",
        ),
    ),
    contributors=(Contributor("The Stancebook maintainers", roles=("creator", "dataCurator", "contact")),),
    sources={"title": "title", "publisher": "publisher", "published": "published", "path": "url", "coder": "coder"},
    data_card_text=(Path(__file__).parent / "datacard.md").read_text(encoding="utf-8"),
    huggingface={
        "task_categories": ("text-classification",),
        "language_creators": ("found",),
        "source_datasets": ("original",),
    },
    keywords=("negotiation", "stance", "event data", "content analysis", "political science"),
)
