"""The rules that hold across tables. A rule's docstring is the message a coder reads when it fails."""

from typing import Any

import pandas as pd

from schemas.date_phrases import fits_dates
from schemas.names import name_key
from schemas.plover import EVENT_CODES
from schemas.quotation import are_in_one_of, are_in_passage, quotations_in
from stancebook import Rule, Tables, Texts, look_up, rule


def _of(tables: Tables, table: str, references: "pd.Series[Any]", column: str) -> "pd.Series[Any]":
    """Return a column of the referenced rows, aligned with the references."""
    return look_up(tables[table], references, column)


def _repeats(values: "pd.Series[Any]") -> "pd.Series[bool]":
    """Return which values an earlier row has; an empty cell repeats nothing."""
    return values.notna() & values.duplicated()


def _published(tables: Tables, table: str) -> "pd.Series[Any]":
    return _of(tables, "documents", tables[table]["doc_id"], "published")


# ── Passages ──────────────────────────────────────────────────────────────────────────────────────


def _passage_ends_within_text(table: str) -> Rule:
    @rule(table)
    def passage_ends_within_text(tables: Tables) -> Any:
        """A passage ends no later than its text."""
        return tables[table]["char_end"] <= _of(tables, "documents", tables[table]["doc_id"], "n_chars")

    return passage_ends_within_text


# ── Dates ─────────────────────────────────────────────────────────────────────────────────────────


def _date_text_needs_date_edtf(table: str) -> Rule:
    @rule(table, "date_text")
    def date_text_needs_date_edtf(tables: Tables) -> Any:
        """A date_text needs a date_edtf: say what date the words mean, or leave both out."""
        return tables[table]["date_text"].isna() | tables[table]["date_edtf"].notna()

    return date_text_needs_date_edtf


def _date_text_fits_date(table: str) -> Rule:
    @rule(table, "date_text", level="warning")
    def date_text_fits_date(tables: Tables) -> Any:
        """These words name another weekday, month or year than the date_edtf has: correct one of the two, or add ~ to
        the date if it is approximate."""
        rows = tables[table]
        stated = rows["date_text"].where(~rows["date_edtf"].str.contains("[?~%]", na=False))
        languages = _of(tables, "documents", rows["doc_id"], "language")
        return fits_dates(stated, languages, rows[["date_start", "date_end"]])

    return date_text_fits_date


@rule("statements", "date_edtf", document_column="published")
def statement_not_after_publication(tables: Tables) -> Any:
    """A statement is made or held no later than the publication of the document that reports it: correct this date, or
    the document's."""
    return ~(tables["statements"]["date_start"] > _published(tables, "statements"))


@rule("demands", "date_edtf", document_column="published")
def demand_not_after_publication(tables: Tables) -> Any:
    """A demand is raised no later than the publication of the document that reports it: correct this date, or the
    document's."""
    return ~(tables["demands"]["date_start"] > _published(tables, "demands"))


TO_COME = ["planned", "expected"]


@rule("events", "status", document_column="published")
def future_event_not_before_publication(tables: Tables) -> Any:
    """A planned or expected event does not end before the document is published: choose another status or date."""
    events = tables["events"]
    return ~(events["status"].isin(TO_COME) & (events["date_end"] < _published(tables, "events")))


@rule("events", "status", document_column="published")
def past_event_not_after_publication(tables: Tables) -> Any:
    """An event that occurred, was aborted or failed does not start after the document is published: choose another
    status or date."""
    events = tables["events"]
    past = events["status"].isin(["occurred", "aborted", "failed"])
    return ~(past & (events["date_start"] > _published(tables, "events")))


@rule("events", "part_of_id")
def sub_event_within_parent(tables: Tables) -> Any:
    """A sub-event is within the dates of the event it is part of: correct one of the two dates, or leave part_of_id
    out."""
    events = tables["events"]
    first, last = (_of(tables, "events", events["part_of_id"], bound) for bound in ("date_start", "date_end"))
    early = (events["date_start"] < first) | (events["date_end"] < first)
    late = (events["date_end"] > last) | (events["date_start"] > last)
    return ~(early | late)


# ── Events ────────────────────────────────────────────────────────────────────────────────────────


@rule("events", "certainty")
def disputed_event_is_explained(tables: Tables) -> Any:
    """An event that occurred and is disputed has a note that says who disputes it, or a statement in the same
    document that denies something."""
    events, statements = tables["events"], tables["statements"]
    denied_in = statements.loc[(statements["act"] == "deny") | statements["contradicts_id"].notna(), "doc_id"]
    disputed = (events["status"] == "occurred") & (events["certainty"] == "disputed")
    return ~disputed | events["note"].notna() | events["doc_id"].isin(denied_in)


@rule("events", "event_type")
def meeting_has_two_participants(tables: Tables) -> Any:
    """Meetings and talks have at least two participants: name them, or say in a note that the text names fewer."""
    events = tables["events"]
    pairs = tables["event_participants"].drop_duplicates(["event_id", "actor_id"])
    present = events["event_id"].map(pairs["event_id"].value_counts()).fillna(0)
    return ~events["event_type"].isin(["meeting", "talks"]) | (present >= 2) | events["note"].notna()


@rule("event_participants", "actor_id", level="warning")
def party_belongs_to_format(tables: Tables) -> Any:
    """The event is an instance of a format in which neither this party nor one that it belongs to takes part: correct
    the format_id of the event, its participants, or those of the format."""
    rows, actors = tables["event_participants"], tables["actors"]
    format_id = _of(tables, "events", rows["event_id"], "format_id")
    seats = tables["format_participants"]
    invited = seats[seats["role"] != "excluded"]
    seated = pd.MultiIndex.from_frame(invited[["format_id", "actor_id"]])
    fits = format_id.isna() | (rows["role"] != "party") | ~format_id.isin(invited["format_id"])
    above, parents = rows["actor_id"], actors.set_index("actor_id")["parent_id"]
    for _ in range(len(actors)):  # as long as a chain of parents can be
        fits |= pd.MultiIndex.from_arrays([format_id, above]).isin(seated)
        above = above.map(parents).where(~fits)
        if above.isna().all():
            break
    return fits


@rule("events", "plover_type", level="warning")
def recipient_is_named(tables: Tables) -> Any:
    """PLOVER has this type only for what somebody receives: name the target among the participants, say in a note that
    the text names none, or leave the type out."""
    events, participants = tables["events"], tables["event_participants"]
    received = events["plover_type"].isin([name for name, code in EVENT_CODES.items() if code.needs_recipient])
    targets = participants.loc[participants["role"] == "target", "event_id"]
    return ~received | events["event_id"].isin(targets) | events["note"].notna()


@rule("event_relations", "other_event_id")
def event_is_related_to_another(tables: Tables) -> Any:
    """An event is related to another event, not to itself: give another other_event_id, or remove the relation."""
    relations = tables["event_relations"]
    return relations["event_id"] != relations["other_event_id"]


@rule("event_relations", "relation")
def later_event_does_not_end_before(tables: Tables) -> Any:
    """What takes place after another event does not end before it begins: correct one of the two dates, or the
    relation."""
    relations = tables["event_relations"]
    last, status, document = (
        _of(tables, "events", relations["event_id"], column) for column in ("date_end", "status", "doc_id")
    )
    first = _of(tables, "events", relations["other_event_id"], "date_start")
    later = relations["relation"].isin(["after", "because_of", "in_response_to"])
    # That an event to come is over is the problem of another rule.
    over = status.isin(TO_COME) & (last < _of(tables, "documents", document, "published"))
    early = later & (last < first) & ~over
    # One date is one mistake, for any number of relations.
    return ~early | relations["event_id"].where(early).duplicated()


def _mediator_is_not_party(table: str, key: str) -> Rule:
    @rule(table, "role")
    def mediator_is_not_party(tables: Tables) -> Any:
        """A mediator is never also a party: remove one of the two roles."""
        rows = tables[table]
        parties = rows.loc[rows["role"] == "party", [key, "actor_id"]].drop_duplicates()
        both = rows[[key, "actor_id"]].merge(parties, how="left", indicator=True)["_merge"] == "both"
        return ~((rows["role"] == "mediator") & both.to_numpy())

    return mediator_is_not_party


# ── Statements ────────────────────────────────────────────────────────────────────────────────────


def _speech(tables: Tables) -> pd.DataFrame:
    statements = tables["statements"]
    return statements[statements["attribution"].isin(["direct", "partial"])]


@rule("statements", "attribution", reads_text=True)
def quotes_have_quotation_marks(tables: Tables, texts: Texts) -> Any:
    """The quote of a direct or partial statement has words in quotation marks: extend the quote to the marks, or
    choose another attribution."""
    quotations = quotations_in(_speech(tables), tables, texts)
    return (quotations.str.len() > 0).reindex(tables["statements"].index, fill_value=True)


@rule("statements", "attribution", reads_text=True)
def partial_has_quoted_words(tables: Tables, texts: Texts) -> Any:
    """A partial statement has quoted_words: give the words that are in quotation marks."""
    statements = tables["statements"]
    wordless = statements[(statements["attribution"] == "partial") & statements["quoted_words"].isna()]
    quotations = quotations_in(wordless, tables, texts)
    return (quotations.str.len() == 0).reindex(statements.index, fill_value=True)


@rule("statements", "quoted_words", reads_text=True)
def quoted_words_are_in_marks(tables: Tables, texts: Texts) -> Any:
    """The quoted_words are inside one pair of quotation marks of the quote: give words from between the marks, or
    extend the quote to the marks."""
    statements = tables["statements"]
    given = statements[statements["quoted_words"].notna()]
    quotations = quotations_in(given, tables, texts)
    # That a quote of speech has no marks is the problem of another rule.
    without_marks = given["attribution"].isin(["direct", "partial"]) & (quotations.str.len() == 0)
    satisfied = without_marks | are_in_one_of(given["quoted_words"], quotations)
    return satisfied.reindex(statements.index, fill_value=True)


@rule("statements", "issue_id")
def format_stance_names_format(tables: Tables) -> Any:
    """A stance on an issue under the topic 'format' names the format: give format_id."""
    statements = tables["statements"]
    topic = _of(tables, "issues", statements["issue_id"], "topic")
    return (topic != "format") | statements["stance"].isna() | statements["format_id"].notna()


def _format_needs_talks_issue(table: str) -> Rule:
    @rule(table, "format_id")
    def format_needs_talks_issue(tables: Tables) -> Any:
        """A format_id needs an issue under the topic 'format' or 'talks': give such an issue_id, or leave format_id
        out."""
        rows = tables[table]
        topic = _of(tables, "issues", rows["issue_id"], "topic")
        return rows["format_id"].isna() | topic.isin(["format", "talks"])

    return format_needs_talks_issue


@rule("statements", "source")
def author_is_in_by_line(tables: Tables) -> Any:
    """A statement whose source is the author has the author in the by-line as its speaker: give another source or
    speaker_id, or correct the document's author or the name of the actor."""
    statements, pair = tables["statements"], ["doc_id", "speaker_id"]
    own = statements.loc[statements["source"] == "author", pair]
    own["by_line"] = _of(tables, "documents", own["doc_id"], "author")
    speakers = own.dropna().drop_duplicates()
    mentions = tables["mentions"].rename(columns={"actor_id": "speaker_id", "quote": "name"})
    names = pd.concat(
        [
            speakers.assign(name=_of(tables, "actors", speakers["speaker_id"], "name")),
            speakers.merge(mentions[[*pair, "name"]], on=pair),
        ]
    )
    named = names.loc[are_in_passage(names["name"], names["by_line"]), pair]
    unnamed = own["by_line"].notna() & ~pd.MultiIndex.from_frame(own[pair]).isin(pd.MultiIndex.from_frame(named))
    return ~unnamed.reindex(statements.index, fill_value=False)


@rule("statements", "contradicts_id")
def contradiction_is_on_one_issue(tables: Tables) -> Any:
    """Two statements that contradict each other are about one issue: correct one of the two issues, leave
    contradicts_id out, or say in a note how they contradict each other."""
    statements = tables["statements"]
    named = statements["contradicts_id"]
    issue, note = (_of(tables, "statements", named, column) for column in ("issue_id", "note"))
    first = named.isna() | (statements["statement_id"] < named)  # the second of the two is reported
    return first | (issue == statements["issue_id"]) | statements["note"].notna() | note.notna()


@rule("statements", "contradicts_id")
def contradiction_is_mutual(tables: Tables) -> Any:
    """Two statements that contradict each other name each other: give the other one this contradicts_id too, or leave
    contradicts_id out."""
    statements = tables["statements"]
    named = statements["contradicts_id"]
    return named.isna() | (_of(tables, "statements", named, "contradicts_id") == statements["statement_id"])


# ── Demands ───────────────────────────────────────────────────────────────────────────────────────


@rule("demands", "status")
def ended_demand_is_explained(tables: Tables) -> Any:
    """A softened, withdrawn or superseded demand is the supersedes_id of its successor, or has a note that says what
    became of it."""
    demands = tables["demands"]
    gone = demands["status"].isin(["softened", "withdrawn", "superseded"])
    return ~gone | demands["note"].notna() | demands["demand_id"].isin(demands["supersedes_id"].dropna())


@rule("demands", "supersedes_id")
def successor_has_same_principal_and_issue(tables: Tables) -> Any:
    """A demand replaces one of the same principal on the same issue: refer to such a demand, or leave supersedes_id
    out."""
    demands = tables["demands"]
    earlier = demands["supersedes_id"]
    principal = _of(tables, "actors", demands["demander_id"], "principal_id")
    earlier_principal = _of(tables, "actors", _of(tables, "demands", earlier, "demander_id"), "principal_id")
    same = (principal == earlier_principal) & (demands["issue_id"] == _of(tables, "demands", earlier, "issue_id"))
    return earlier.isna() | same


@rule("demands", "statement_id")
def demand_statement_in_same_document(tables: Tables) -> Any:
    """A demand's statement is in the same document: refer to one of this document, or leave statement_id out."""
    demands = tables["demands"]
    document = _of(tables, "statements", demands["statement_id"], "doc_id")
    return document.isna() | (document == demands["doc_id"])


@rule("demands", "statement_id")
def demand_statement_on_same_issue(tables: Tables) -> Any:
    """A demand's statement is about the same issue as the demand, or about none: refer to another statement, or correct
    one of the two issues."""
    demands = tables["demands"]
    issue, document = (_of(tables, "statements", demands["statement_id"], name) for name in ("issue_id", "doc_id"))
    return (document != demands["doc_id"]) | issue.isna() | (issue == demands["issue_id"])


@rule("demands", "issue_id")
def demand_for_format_names_format(tables: Tables) -> Any:
    """A demand on an issue under the topic 'format' names the format: give format_id."""
    demands = tables["demands"]
    return (_of(tables, "issues", demands["issue_id"], "topic") != "format") | demands["format_id"].notna()


# ── Codebook ──────────────────────────────────────────────────────────────────────────────────────


@rule("mentions", "role_title")
def role_title_is_in_mention(tables: Tables) -> Any:
    """A role_title is given in the words of the mention: copy it from the quote, or extend the quote to the title."""
    mentions = tables["mentions"]
    return are_in_passage(mentions["role_title"], mentions["quote"])


@rule("mentions", "quote")
def mention_is_coded_once(tables: Tables) -> Any:
    """An earlier mention has this form of name of the actor: keep one of the two, since each form is coded once a
    document."""
    mentions = tables["mentions"]
    form = mentions["quote"].str.split().str.join(" ")
    return ~mentions[["doc_id", "actor_id"]].assign(form=form).duplicated()


@rule("issue_relations", "other_issue_id")
def issue_is_related_to_another(tables: Tables) -> Any:
    """An issue is related to another issue, not to itself: give another other_issue_id, or remove the relation."""
    relations = tables["issue_relations"]
    return relations["issue_id"] != relations["other_issue_id"]


@rule("issue_relations", "other_issue_id")
def issue_relation_is_coded_once(tables: Tables) -> Any:
    """An earlier issue names this one in a relation already: keep one of the two, since each pair is coded once."""
    relations = tables["issue_relations"]
    first, second = relations["issue_id"], relations["other_issue_id"]
    pairs = pd.DataFrame({"one": first.where(first < second, second), "other": second.where(first < second, first)})
    return (first == second) | ~pairs.duplicated()


@rule("actors", "actor_id", level="warning", inputs={"mentions": ["actor_id"]})
def every_actor_is_mentioned(tables: Tables) -> Any:
    """No document mentions this actor, and no actor belongs to it: code a mention, or remove it from the codebook."""
    actors = tables["actors"]
    return actors["actor_id"].isin([*tables["mentions"]["actor_id"], *actors["parent_id"].dropna()])


@rule("actors", "name", level="warning")
def actor_has_own_name(tables: Tables) -> Any:
    """An earlier actor has the same name, or one that differs in case, accents, spaces or look-alike letters only: if
    they are one, keep one of the two; else tell them apart in their names."""
    return ~tables["actors"]["name"].map(name_key).duplicated()


@rule("actors", "wikidata_id", level="warning")
def actor_has_own_wikidata_item(tables: Tables) -> Any:
    """An earlier actor has the same Wikidata item: if they are one, keep one of the two; else correct the item."""
    return ~_repeats(tables["actors"]["wikidata_id"])


@rule("actors", "iso3", level="warning")
def state_has_own_code(tables: Tables) -> Any:
    """An earlier state has the same code: if they are one, keep one of the two; else correct the code."""
    actors = tables["actors"]
    return ~_repeats(actors["iso3"].where(actors["actor_type"] == "state"))


@rule("issues", "label", level="warning")
def issue_has_own_label(tables: Tables) -> Any:
    """An earlier issue has the same label: if they are one, keep one of the two; else tell them apart."""
    return ~tables["issues"]["label"].map(name_key).duplicated()


@rule("issues", "proposition", level="warning")
def issue_has_own_proposition(tables: Tables) -> Any:
    """An earlier issue has the same proposition: keep one of the two, or say in which way they differ."""
    return ~tables["issues"]["proposition"].map(name_key).duplicated()


@rule("formats", "label", level="warning")
def format_has_own_label(tables: Tables) -> Any:
    """An earlier format has the same label: if they are one, keep one of the two; else tell them apart."""
    return ~tables["formats"]["label"].map(name_key).duplicated()


@rule("issues", "issue_id", level="warning", inputs={"statements": ["issue_id"], "demands": ["issue_id"]})
def every_issue_is_used(tables: Tables) -> Any:
    """No statement and no demand is about this issue: code one, or remove the issue from the codebook."""
    used = pd.concat([tables["statements"]["issue_id"], tables["demands"]["issue_id"]])
    return tables["issues"]["issue_id"].isin(used)


USES_OF_FORMATS = ("statements", "events", "demands")


@rule("formats", "format_id", level="warning", inputs={table: ["format_id"] for table in USES_OF_FORMATS})
def every_format_is_used(tables: Tables) -> Any:
    """No statement, no event and no demand is about this format: code one, or remove the format from the codebook."""
    used = pd.concat([tables[table]["format_id"] for table in USES_OF_FORMATS])
    return tables["formats"]["format_id"].isin(used)


RULES: tuple[Rule, ...] = (
    *(_passage_ends_within_text(table) for table in ("mentions", "statements", "events", "demands")),
    *(_date_text_needs_date_edtf(table) for table in ("statements", "events", "demands")),
    *(_date_text_fits_date(table) for table in ("statements", "events", "demands")),
    statement_not_after_publication,
    demand_not_after_publication,
    future_event_not_before_publication,
    past_event_not_after_publication,
    sub_event_within_parent,
    disputed_event_is_explained,
    meeting_has_two_participants,
    party_belongs_to_format,
    recipient_is_named,
    event_is_related_to_another,
    later_event_does_not_end_before,
    _mediator_is_not_party("format_participants", "format_id"),
    _mediator_is_not_party("event_participants", "event_id"),
    quotes_have_quotation_marks,
    partial_has_quoted_words,
    quoted_words_are_in_marks,
    format_stance_names_format,
    *(_format_needs_talks_issue(table) for table in ("statements", "demands")),
    author_is_in_by_line,
    contradiction_is_on_one_issue,
    contradiction_is_mutual,
    demand_for_format_names_format,
    ended_demand_is_explained,
    successor_has_same_principal_and_issue,
    demand_statement_in_same_document,
    demand_statement_on_same_issue,
    role_title_is_in_mention,
    mention_is_coded_once,
    issue_is_related_to_another,
    issue_relation_is_coded_once,
    actor_has_own_name,
    actor_has_own_wikidata_item,
    state_has_own_code,
    issue_has_own_label,
    issue_has_own_proposition,
    format_has_own_label,
    every_actor_is_mentioned,
    every_issue_is_used,
    every_format_is_used,
)
