"""Slips that break one rule of the contract each; the rules that no single slip in these seeds can break, and why."""

import re
from collections.abc import Callable
from random import Random

from schemas.date_phrases import date_words
from tests.mutations.fault import Apply, Fault, fault
from tests.mutations.seeds import Edit, Mutant, Record, Seeds, Value, nonempty
from tests.mutations.yaml_slips import start_of

ANNOTATION_TABLES = ("mentions", "statements", "events", "demands")

# Rules that no single slip breaks in these seeds, and why.
UNBREAKABLE = {
    **{f"{table}.quote_fills_its_span": "the engine computes both ends" for table in ANNOTATION_TABLES},
    **{
        f"{table}.passage_ends_within_text": "the engine computes the ends and the length"
        for table in ANNOTATION_TABLES
    },
    "events.disputed_event_is_explained": "a statement of the document denies something, and does for every event",
    "demands.demand_statement_in_same_document": "there is one document",
    "actors.actor_has_own_wikidata_item": "no actor has a Wikidata item yet",
}

A_WARNING = "the rule warns and does not refuse: a codebook may be ahead of the documents"
MAY_BE_MEANT = "the build warns and does not refuse: it may be meant"

BROKEN_BY: dict[str, Fault] = {}


def breaks(rule: str, did: str, survives_because: str = "") -> Callable[[Apply], Fault]:
    """Make a fault that breaks a rule, named `<table>.<function>` (a rule of the contract or of a model)."""

    def decorate(apply: Apply) -> Fault:
        name = "breaks-" + rule.replace(".", "-").replace("_", "-")
        BROKEN_BY[rule] = Fault(name, "rule", did, apply, survives_because)
        return BROKEN_BY[rule]

    return decorate


def cell_text(record: Record, key: str) -> str:
    return record.values[key].text if key in record.values else ""


def random_record(seeds: Seeds, table: str, rng: Random, condition: Callable[[Record], bool]) -> Record:
    return rng.choice(nonempty(seeds.records_of(table, condition=condition)))


def with_cell(seeds: Seeds, record: Record, key: str, text: str, *concerned: str) -> Mutant:
    """Return a mutant in which a record in lines gives `text` for a key; `concerned` keys can be fixed as well."""
    also = [record.values[name] for name in concerned if name in record.values]
    if key in record.values:
        mutant = seeds.replaced(record.values[key], text, also=also)
    else:
        first = next(iter(record.values.values()))
        _, end = seeds.lines(first)
        mutant = seeds.edited(record.file, Edit(end, end, f"    {key}: {text}\n"), also=also)
    return Mutant(mutant.files, mutant.places | start_of(seeds, record))


def without_cell(seeds: Seeds, record: Record, key: str, *concerned: str) -> Mutant:
    """Return a mutant in which a record in lines gives nothing for a key."""
    also = [record.values[name] for name in concerned if name in record.values]
    mutant = seeds.edited(record.file, Edit(*seeds.lines(record.values[key]), ""), also=also)
    return Mutant(mutant.files, mutant.places | start_of(seeds, record))


# ── Dates ─────────────────────────────────────────────────────────────────────────────────────────


def _words_without_a_date(table: str) -> Apply:
    def apply(seeds: Seeds, rng: Random) -> Mutant:
        record = random_record(seeds, table, rng, lambda r: {"date_text", "date_edtf"} <= set(r.values))
        return without_cell(seeds, record, "date_edtf", "date_text")

    return apply


def _of_another_day(table: str) -> Apply:
    def apply(seeds: Seeds, rng: Random) -> Mutant:
        def names_a_day(record: Record) -> bool:
            words = date_words(cell_text(record, "date_text"), "en")
            day = re.fullmatch(r"\d{4}(?:-\d\d(?:-\d\d)?)?", cell_text(record, "date_edtf"))
            return day is not None and bool(words.weekdays or words.months or words.years)

        record = random_record(seeds, table, rng, names_a_day)
        return with_cell(seeds, record, "date_edtf", rng.choice(["1999-12-31", "2001-01-01"]), "date_text")

    return apply


def _after_publication(table: str) -> Apply:
    def apply(seeds: Seeds, rng: Random) -> Mutant:
        record = rng.choice(seeds.records_of(table))
        return with_cell(seeds, record, "date_edtf", rng.choice(["2025-03-01", "2025-06-02", "2026", "2025-02-07/.."]))

    return apply


for _table in ("statements", "events", "demands"):
    breaks(f"{_table}.date_text_needs_date_edtf", "gave words that date, and no date")(_words_without_a_date(_table))
    breaks(f"{_table}.date_text_fits_date", "gave another date than the words say", MAY_BE_MEANT)(
        _of_another_day(_table)
    )
breaks("statements.statement_not_after_publication", "dated a statement after publication")(
    _after_publication("statements")
)
breaks("demands.demand_not_after_publication", "dated a demand after publication")(_after_publication("demands"))


@breaks("events.future_event_not_before_publication", "dated an event to come in the past")
def _to_come_in_the_past(seeds: Seeds, rng: Random) -> Mutant:
    record = random_record(
        seeds,
        "events",
        rng,
        lambda r: (
            cell_text(r, "status") in ("planned", "expected")
            and "part_of_id" not in r.values
            and not seeds.references_to(r)
        ),
    )
    return with_cell(seeds, record, "date_edtf", rng.choice(["2024-02-14", "2025-01", "2025-02-05"]), "status")


@breaks("events.past_event_not_after_publication", "took an event to come for one that occurred")
def _past_to_come(seeds: Seeds, rng: Random) -> Mutant:
    record = random_record(seeds, "events", rng, lambda r: cell_text(r, "date_edtf") > "2025-02-07")
    return with_cell(seeds, record, "status", rng.choice(["occurred", "aborted", "failed"]), "date_edtf")


@breaks("events.sub_event_within_parent", "dated a part of an event outside of it")
def _part_outside(seeds: Seeds, rng: Random) -> Mutant:
    dated = {r.name for r in seeds.records_of("events") if "date_edtf" in r.values}
    record = random_record(seeds, "events", rng, lambda r: cell_text(r, "part_of_id") in dated)
    return with_cell(seeds, record, "date_edtf", "2019-05/2031", "part_of_id", "status")


# ── Events ────────────────────────────────────────────────────────────────────────────────────────


@breaks("events.meeting_has_two_participants", "deleted a participant of a meeting of two")
def _alone(seeds: Seeds, rng: Random) -> Mutant:
    def of(record: Record) -> list[Record]:
        return [r for r in seeds.records_of("event_participants") if r.parent is record]

    meeting = random_record(
        seeds,
        "events",
        rng,
        lambda r: cell_text(r, "event_type") in ("meeting", "talks") and "note" not in r.values and len(of(r)) == 2,
    )
    record = rng.choice(of(meeting))
    mutant = seeds.edited(record.file, Edit(record.start, record.end, ""), also=[meeting.values["event_type"]])
    return Mutant(mutant.files, mutant.places | start_of(seeds, meeting))


def _mediator_and_party(table: str) -> Apply:
    def apply(seeds: Seeds, rng: Random) -> Mutant:
        record = random_record(seeds, table, rng, lambda r: cell_text(r, "role") == "party")
        line = seeds.texts[record.file][record.start : record.end].replace("party", "mediator")
        return seeds.edited(record.file, Edit(record.end, record.end, line))

    return apply


for _table in ("event_participants", "format_participants"):
    breaks(f"{_table}.mediator_is_not_party", "made a party a mediator too")(_mediator_and_party(_table))


@breaks("events.hypothetical_event_is_not_certain", "called an imagined event certain")
def _certain(seeds: Seeds, rng: Random) -> Mutant:
    record = random_record(seeds, "events", rng, lambda r: cell_text(r, "status") == "hypothetical")
    return with_cell(seeds, record, "certainty", "certain", "status")


@breaks("events.plover_mode_needs_type", "deleted the type of a mode")
def _mode_alone(seeds: Seeds, rng: Random) -> Mutant:
    return without_cell(
        seeds, random_record(seeds, "events", rng, lambda r: "plover_mode" in r.values), "plover_type", "plover_mode"
    )


@breaks("events.plover_mode_belongs_to_type", "gave a mode another type")
def _mode_of_another_type(seeds: Seeds, rng: Random) -> Mutant:
    record = random_record(seeds, "events", rng, lambda r: "plover_mode" in r.values)
    return with_cell(seeds, record, "plover_type", rng.choice(["AGREE", "SUPPORT", "AID"]), "plover_mode")


@breaks("events.recipient_is_named", "called an event without a recipient aid", MAY_BE_MEANT)
def _aid_to_nobody(seeds: Seeds, rng: Random) -> Mutant:
    targeted = [r.parent for r in seeds.records_of("event_participants") if cell_text(r, "role") == "target"]
    record = random_record(
        seeds,
        "events",
        rng,
        lambda r: not {"note", "plover_mode"} & set(r.values) and r not in targeted,
    )
    return with_cell(seeds, record, "plover_type", "AID")


@breaks("event_participants.party_belongs_to_format", "seated a party that the format lacks", MAY_BE_MEANT)
def _uninvited(seeds: Seeds, rng: Random) -> Mutant:
    record = random_record(
        seeds,
        "event_participants",
        rng,
        lambda r: cell_text(r, "role") == "party" and r.parent is not None and cell_text(r.parent, "format_id") != "",
    )
    assert record.parent is not None
    return seeds.replaced(record.values["actor_id"], "china", also=[record.parent.values["format_id"]])


@breaks("event_relations.later_event_does_not_end_before", "dated an event before the one that it followed")
def _too_early(seeds: Seeds, rng: Random) -> Mutant:
    dated = {r.name for r in seeds.records_of("events") if cell_text(r, "date_edtf") not in ("", "..")}
    later = ("after", "because_of", "in_response_to")
    record = random_record(
        seeds,
        "event_relations",
        rng,
        lambda r: (
            cell_text(r, "relation") in later
            and cell_text(r, "other_event_id") in dated
            and r.parent is not None
            and cell_text(r.parent, "status") not in ("planned", "expected")
            and "part_of_id" not in r.parent.values
        ),
    )
    assert record.parent is not None
    mutant = with_cell(seeds, record.parent, "date_edtf", rng.choice(["1901-02", "1950"]))
    return Mutant(mutant.files, mutant.places | seeds.edited(record.file, also=[record.values["relation"]]).places)


@breaks("events.iso3_needs_place", "deleted the place of a code of a country")
def _code_alone(seeds: Seeds, rng: Random) -> Mutant:
    return without_cell(seeds, random_record(seeds, "events", rng, lambda r: "iso3" in r.values), "place", "iso3")


# ── Statements ────────────────────────────────────────────────────────────────────────────────────


@breaks("statements.format_stance_names_format", "deleted the format of a stance on a format")
def _format_out(seeds: Seeds, rng: Random) -> Mutant:
    record = random_record(
        seeds,
        "statements",
        rng,
        lambda r: cell_text(r, "issue_id").endswith("-format") and {"stance", "format_id"} <= set(r.values),
    )
    return without_cell(seeds, record, "format_id", "issue_id", "stance")


def _format_of_land(table: str) -> Apply:
    def apply(seeds: Seeds, rng: Random) -> Mutant:
        record = random_record(seeds, table, rng, lambda r: cell_text(r, "issue_id") == "russia-keeps-territory")
        return with_cell(seeds, record, "format_id", "four-way", "issue_id")

    return apply


breaks("statements.format_needs_talks_issue", "gave a format to a statement about something else")(
    _format_of_land("statements")
)
breaks("demands.format_needs_talks_issue", "gave a format to a demand for something else")(_format_of_land("demands"))


@breaks("statements.quotes_have_quotation_marks", "called reported speech direct")
def _direct(seeds: Seeds, rng: Random) -> Mutant:
    record = random_record(
        seeds,
        "statements",
        rng,
        lambda r: (
            cell_text(r, "attribution") in ("indirect", "narrated") and not set('"“‘') & set(cell_text(r, "quote"))
        ),
    )
    return with_cell(seeds, record, "attribution", "direct", "quote")


@breaks("statements.partial_has_quoted_words", "deleted the quoted words of a partial statement")
def _quoted_words_out(seeds: Seeds, rng: Random) -> Mutant:
    record = random_record(seeds, "statements", rng, lambda r: cell_text(r, "attribution") == "partial")
    return without_cell(seeds, record, "quoted_words", "attribution")


@breaks("statements.quoted_words_are_in_marks", "gave words that are in no quotation marks for quoted words")
def _words_outside_marks(seeds: Seeds, rng: Random) -> Mutant:
    record = random_record(
        seeds,
        "statements",
        rng,
        lambda r: cell_text(r, "attribution") == "partial" and cell_text(r, "quote")[0].isalpha(),
    )
    return with_cell(seeds, record, "quoted_words", cell_text(record, "quote").split()[0], "quote")


@breaks("statements.interpretation_has_interpreter", "put an author's reading on record")
def _reading_on_record(seeds: Seeds, rng: Random) -> Mutant:
    record = random_record(
        seeds, "statements", rng, lambda r: cell_text(r, "attribution") in ("narrated", "interpreted")
    )
    return with_cell(seeds, record, "source", rng.choice(["on_record", "leak"]), "attribution")


@breaks("statements.spokesperson_speaks_for_other", "deleted the holder for whom a spokesman speaks")
def _spokesman_alone(seeds: Seeds, rng: Random) -> Mutant:
    record = random_record(
        seeds, "statements", rng, lambda r: cell_text(r, "source") == "spokesperson" and "holder_id" in r.values
    )
    return without_cell(seeds, record, "holder_id", "source", "speaker_id")


@breaks("statements.author_is_in_by_line", "took the words of an actor for the author's")
def _another_author(seeds: Seeds, rng: Random) -> Mutant:
    record = random_record(seeds, "statements", rng, lambda r: cell_text(r, "source") == "author")
    speaker = rng.choice(["keith-kellogg", "marco-rubio", "dmitry-peskov"])
    return with_cell(seeds, record, "speaker_id", speaker, "source")


@breaks("statements.contradiction_is_mutual", "took back one of two contradictions")
def _one_sided(seeds: Seeds, rng: Random) -> Mutant:
    record = random_record(seeds, "statements", rng, lambda r: "contradicts_id" in r.values)
    other = cell_text(record, "contradicts_id")
    [returned] = seeds.records_of(
        "statements", condition=lambda r: r.file == record.file and cell_text(r, "id") == other
    )
    edit = Edit(*seeds.lines(record.values["contradicts_id"]), "")
    mutant = seeds.edited(record.file, edit, also=[returned.values["contradicts_id"]])
    return Mutant(mutant.files, mutant.places | start_of(seeds, record))


@breaks("statements.contradiction_is_on_one_issue", "let two statements on two issues contradict each other")
def _contradiction_of_others(seeds: Seeds, rng: Random) -> Mutant:
    free = seeds.records_of(
        "statements", condition=lambda r: "issue_id" in r.values and not {"note", "contradicts_id"} & set(r.values)
    )
    first = rng.choice(free)
    second = rng.choice([r for r in free if cell_text(r, "issue_id") != cell_text(first, "issue_id")])
    ends = [seeds.lines(record.values["issue_id"])[1] for record in (first, second)]
    lines = [f"    contradicts_id: {other.name}\n" for other in (second, first)]
    return seeds.edited(first.file, *(Edit(end, end, line) for end, line in zip(ends, lines, strict=True)))


@breaks("statements.addressee_is_not_speaker", "made a speaker the addressee")
def _to_oneself(seeds: Seeds, rng: Random) -> Mutant:
    record = random_record(seeds, "statements", rng, lambda r: "note" not in r.values)
    return with_cell(seeds, record, "addressee_id", cell_text(record, "speaker_id"), "speaker_id")


@breaks("statements.stance_needs_issue", "deleted the issue of a stance")
def _issue_out(seeds: Seeds, rng: Random) -> Mutant:
    record = random_record(
        seeds,
        "statements",
        rng,
        lambda r: {"issue_id", "stance"} <= set(r.values) and "format_id" not in r.values and not _supports(seeds, r),
    )
    return without_cell(seeds, record, "issue_id", "stance")


@breaks("statements.asserted_change_needs_issue", "deleted the issue of a change")
def _issue_of_a_change_out(seeds: Seeds, rng: Random) -> Mutant:
    record = random_record(
        seeds,
        "statements",
        rng,
        lambda r: {"issue_id", "asserted_change"} <= set(r.values) and not {"stance", "format_id"} & set(r.values),
    )
    return without_cell(seeds, record, "issue_id", "asserted_change")


def _supports(seeds: Seeds, record: Record) -> bool:
    return any(cell_text(demand, "statement_id") == record.name for demand in seeds.records_of("demands"))


# ── Demands ───────────────────────────────────────────────────────────────────────────────────────


@breaks("demands.addressee_is_not_demander", "made a demander the addressee")
def _of_oneself(seeds: Seeds, rng: Random) -> Mutant:
    record = random_record(seeds, "demands", rng, lambda r: "note" not in r.values)
    return with_cell(seeds, record, "addressee_id", cell_text(record, "demander_id"), "demander_id")


@breaks("demands.conditional_demand_has_condition", "deleted the condition of a conditional demand")
def _condition_out(seeds: Seeds, rng: Random) -> Mutant:
    record = random_record(
        seeds, "demands", rng, lambda r: cell_text(r, "flexibility") == "conditional" and "condition" in r.values
    )
    return without_cell(seeds, record, "condition", "flexibility")


@breaks("demands.ended_demand_is_explained", "called a demand withdrawn and said no more")
def _withdrawn(seeds: Seeds, rng: Random) -> Mutant:
    record = random_record(seeds, "demands", rng, lambda r: "note" not in r.values and not seeds.references_to(r))
    return with_cell(seeds, record, "status", rng.choice(["softened", "withdrawn", "superseded"]))


@breaks("demands.successor_has_same_principal_and_issue", "let a demand replace one on another issue")
def _successor_of_another(seeds: Seeds, rng: Random) -> Mutant:
    record = random_record(seeds, "demands", rng, lambda r: "supersedes_id" in r.values)
    other = random_record(seeds, "demands", rng, lambda r: cell_text(r, "issue_id") != cell_text(record, "issue_id"))
    return with_cell(seeds, record, "supersedes_id", other.name, "issue_id")


@breaks("demands.demand_statement_on_same_issue", "named a statement on another issue")
def _statement_of_another(seeds: Seeds, rng: Random) -> Mutant:
    record = random_record(seeds, "demands", rng, lambda r: "statement_id" in r.values)
    other = random_record(
        seeds, "statements", rng, lambda r: cell_text(r, "issue_id") not in ("", cell_text(record, "issue_id"))
    )
    return with_cell(seeds, record, "statement_id", other.name, "issue_id")


@breaks("demands.demand_for_format_names_format", "deleted the format of a demand for a format")
def _wanted_format_out(seeds: Seeds, rng: Random) -> Mutant:
    record = random_record(
        seeds, "demands", rng, lambda r: cell_text(r, "issue_id").endswith("-format") and "format_id" in r.values
    )
    return without_cell(seeds, record, "format_id", "issue_id")


# ── Mentions and the codebook ─────────────────────────────────────────────────────────────────────


@breaks("mentions.role_title_is_in_mention", "cut a title off the quote of a mention")
def _title_out_of_quote(seeds: Seeds, rng: Random) -> Mutant:
    record = random_record(
        seeds,
        "mentions",
        rng,
        lambda r: (
            cell_text(r, "role_title") != "" and cell_text(r, "quote").startswith(cell_text(r, "role_title") + " ")
        ),
    )
    name = cell_text(record, "quote").removeprefix(cell_text(record, "role_title") + " ")
    prefix = f"{name}\n    prefix: {cell_text(record, 'role_title')}" if "prefix" not in record.values else name
    return with_cell(seeds, record, "quote", prefix, "role_title")


@breaks("mentions.mention_is_coded_once", "coded a form of name twice, once less firmly")
def _form_coded_twice(seeds: Seeds, rng: Random) -> Mutant:
    record = random_record(seeds, "mentions", rng, lambda r: cell_text(r, "confidence") == "high")
    copy = seeds.texts[record.file][record.start : record.end]
    copy = re.sub(rf"\bid: {record.name}\b", "id: m999", copy).replace("confidence: high", "confidence: low")
    return seeds.edited(record.file, Edit(record.end, record.end, copy), also=[record.values["quote"]])


@breaks("issues.other_topic_is_explained", "called the topic of an issue other and said no more")
def _other_topic(seeds: Seeds, rng: Random) -> Mutant:
    topics = ("territory", "legitimacy", "nuclear_weapons", "world_order")  # not those that formats depend on
    record = random_record(seeds, "issues", rng, lambda r: "note" not in r.values and cell_text(r, "topic") in topics)
    return with_cell(seeds, record, "topic", "other")


def _related_to_itself(table: str, other: str) -> Apply:
    def apply(seeds: Seeds, rng: Random) -> Mutant:
        record = rng.choice(seeds.records_of(table))
        assert record.parent is not None
        return seeds.replaced(record.values[other], record.parent.name)

    return apply


breaks("event_relations.event_is_related_to_another", "related an event to itself")(
    _related_to_itself("event_relations", "other_event_id")
)
breaks("issue_relations.issue_is_related_to_another", "related an issue to itself")(
    _related_to_itself("issue_relations", "other_issue_id")
)


@breaks("issue_relations.issue_relation_is_coded_once", "coded a relation of two issues at both")
def _relation_coded_twice(seeds: Seeds, rng: Random) -> Mutant:
    record = random_record(seeds, "issue_relations", rng, lambda r: r.parent is not None)
    line = seeds.texts[record.file][record.start : record.end]
    relation = cell_text(record, "relation")
    other = next(value for value in ("incompatible_with", "alternative_to") if value != relation)
    return seeds.edited(record.file, Edit(record.end, record.end, line.replace(relation, other)))


def _add_unused(table: str) -> Apply:
    def apply(seeds: Seeds, rng: Random) -> Mutant:
        record = rng.choice(seeds.records_of(table))
        body = seeds.texts[record.file][record.start : record.end].replace(record.name, "port-league", 1)
        body = re.sub(r"^(\s+(?:name|label): ).*", r"\1Port League", body, count=1, flags=re.MULTILINE)
        return seeds.edited(record.file, Edit(record.end, record.end, body))

    return apply


breaks("actors.every_actor_is_mentioned", "added an actor that no document mentions", A_WARNING)(_add_unused("actors"))
breaks("issues.every_issue_is_used", "added an issue that no record is about", A_WARNING)(_add_unused("issues"))
breaks("formats.every_format_is_used", "added a format that no record is about", A_WARNING)(_add_unused("formats"))


def _called_like_another(table: str, column: str) -> Apply:
    def apply(seeds: Seeds, rng: Random) -> Mutant:
        first, second = rng.sample(seeds.records_of(table), 2)
        return with_cell(seeds, second, column, f"'{cell_text(first, column).upper().replace(QUOTE, 2 * QUOTE)}'")

    return apply


QUOTE = "'"
for _table, _column in (("actors", "name"), ("issues", "label"), ("issues", "proposition"), ("formats", "label")):
    breaks(
        f"{_table}.{_table[:-1]}_has_own_{_column}", f"gave one of the {_table} the {_column} of another", MAY_BE_MEANT
    )(_called_like_another(_table, _column))


@breaks("actors.state_has_own_code", "gave a state the code of another", MAY_BE_MEANT)
def _code_of_another_state(seeds: Seeds, rng: Random) -> Mutant:
    states = seeds.records_of(
        "actors", condition=lambda r: cell_text(r, "actor_type") == "state" and "iso3" in r.values
    )
    first, second = rng.sample(states, 2)
    return with_cell(seeds, second, "iso3", cell_text(first, "iso3"))


def _code_of_no_country(table: str) -> Apply:
    def apply(seeds: Seeds, rng: Random) -> Mutant:
        record = random_record(seeds, table, rng, lambda r: "iso3" in r.values)
        return with_cell(seeds, record, "iso3", rng.choice(["UKA", "ENG", "EUR", "ROM", "XXX"]))

    return apply


for _table in ("actors", "events"):
    breaks(f"{_table}.iso3_is_assigned", "gave a code that no country has")(_code_of_no_country(_table))


@breaks("documents.language_is_registered", "gave the tag of no language")
def _language_of_nobody(seeds: Seeds, rng: Random) -> Mutant:
    return with_cell(seeds, rng.choice(seeds.records_of("documents")), "language", rng.choice(["xy", "eng", "uk-Ltin"]))


# ── Forms of single columns ───────────────────────────────────────────────────────────────────────


def _form(value: Value) -> bool:
    return value.key in FORMS


FORMS = {
    "iso3": ("UA", "ukr", "Ukraine", "NO", "UK"),
    "url": ("www.themoscowtimes.com/2025", "themoscowtimes.com", "https:// www.themoscowtimes.com"),
    "language": ("English", "EN", "en_GB", "en-uk"),
    "text_sha256": ("1852494d10bda731", "0" * 63, "G" * 64),
}


@fault("rule", "wrote a code, an address or a language in another form")
def another_form(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(_form))
    return seeds.retyped(value, rng.choice(FORMS[value.key]))


FAULTS = (*BROKEN_BY.values(), another_form)
