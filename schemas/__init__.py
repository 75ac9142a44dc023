"""The contract of this dataset: its tables, vocabularies, rules, derivations and metadata."""

from schemas import about
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
from stancebook import Contract

CONTRACT = Contract(
    name=about.NAME,
    title=about.TITLE,
    description=about.DESCRIPTION,
    version=about.VERSION,
    released=about.RELEASED,
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
    licenses=about.LICENSES,
    contributors=about.CONTRIBUTORS,
    sources={"title": "title", "publisher": "publisher", "published": "published", "path": "url", "coder": "coder"},
    data_card_text=about.DATA_CARD_TEXT,
    huggingface={
        "task_categories": ("text-classification",),
        "language_creators": ("found",),
        "source_datasets": ("original",),
    },
    keywords=about.KEYWORDS,
)
