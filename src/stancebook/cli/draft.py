"""The command `draft`: have a language model code texts, and keep the records that the checks of a build accept."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from stancebook.cli.config import Project, UsageError
from stancebook.cli.console import Console, print_text
from stancebook.cli.options import Commands, add_all_problems, add_command, add_sources
from stancebook.dataset.layout import ANNOTATION_SCHEMA
from stancebook.problems import count_problems, display_path, escape_control_chars, pluralize
from stancebook.sources.discovery import AUTHORITATIVE

if TYPE_CHECKING:
    from stancebook.drafts.cache import Caller
    from stancebook.drafts.models import Model, Prompt
    from stancebook.drafts.project import DraftSources
    from stancebook.drafts.report import DraftRun
    from stancebook.drafts.source_material import Document
    from stancebook.schema.contract import Contract
    from stancebook.sources.filesystem import Location

DESCRIPTION = """\
Have a language model code texts. The model gets the text, the definitions of the tables, the codebook and the
guide for coders. Each record that it proposes is checked as a build checks it: the quote must be in the text word
for word. Records with problems go back to it, with the problems, up to three times; those that still fail are
left out, and reported. A draft is the coding of one more coder: codings/<model>/<document>.yaml next to
documents/. It never enters the dataset. drafts/<model>/<document>.json, next to pyproject.toml, records how it was
made. Answers are kept in .drafts/: the same command, run again, goes on where it ended, and asks nothing twice.

The texts and the codebook are sent to the model. The key is read from an environment variable, and never printed
or written.
"""
GUIDE = "README.md"
MAX_NAMED_DOCUMENTS = 5  # before they are sent
DEFAULT_KEY_VARIABLE = "OPENAI_API_KEY"
ENDPOINT_VARIABLE = "OPENAI_BASE_URL"


@dataclass(frozen=True)
class DraftOptions:
    """What is drafted, by which model, and how.

    Attributes:
        documents: The documents.
        model: The name of the model.
        coder: The name of the coder that the drafts are of; made from the model if None.
        tables: The tables; all whose rows rest on passages if None.
        guide: The file of the guide; None for that of the sources.
        with_guide: Whether prompts have a guide.
        endpoint: The URL of the model; None for that of the environment.
        command: A command that asks the model, in place of an endpoint.
        key_variable: The environment variable with the API key.
        parameters: `temperature` and `seed`, where they are set.
        has_schema: Whether the endpoint takes a JSON Schema; if not, it is in the prompt.
        timeout: For how many seconds an answer is awaited.
        max_calls: How often models may be asked.
        rounds: How often the model may correct records.
        second_opinion: The model that judges the records; None for none.
        is_cached_only: Use replies that are kept, and ask nothing.
        is_dry_run: Print the prompts, and ask nothing.
        may_replace: Whether an earlier draft may be replaced.
    """

    documents: Sequence[str]
    model: str
    coder: str | None = None
    tables: Sequence[str] | None = None
    guide: Path | None = None
    with_guide: bool = True
    endpoint: str | None = None
    command: str | None = None
    key_variable: str = DEFAULT_KEY_VARIABLE
    parameters: Mapping[str, float | int] = field(default_factory=dict)
    has_schema: bool = True
    timeout: float = 300.0
    max_calls: int = 1000
    rounds: int = 3
    second_opinion: str | None = None
    is_cached_only: bool = False
    is_dry_run: bool = False
    may_replace: bool = False


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = add_command(commands, "draft", DESCRIPTION, "have a language model code texts, and check what it codes")
    parser.add_argument("documents", metavar="DOCUMENT", nargs="+", help="the ID of a document")
    parser.add_argument("--model", metavar="NAME", required=True, help="the model, by the name that its provider uses")
    transport = parser.add_mutually_exclusive_group()
    transport.add_argument(
        "--endpoint",
        metavar="URL",
        help="where the model is: the address of an API for chat completions as OpenAI has it, without"
        f" /chat/completions (default: ${ENDPOINT_VARIABLE}, else that of OpenAI)",
    )
    transport.add_argument(
        "--model-command",
        metavar="COMMAND",
        help="ask the model by this command: the prompt is its standard input, the answer its standard output;"
        " {schema} is replaced by a file with the JSON Schema of the answer, {model} by the name of the model",
    )
    parser.add_argument(
        "--api-key-env",
        metavar="NAME",
        default=DEFAULT_KEY_VARIABLE,
        help=f"the environment variable with the API key (default: {DEFAULT_KEY_VARIABLE})",
    )
    parser.add_argument(
        "--schema-in-prompt",
        dest="has_schema",
        action="store_false",
        help="for an endpoint that takes no JSON Schema of the answer: send it as a part of the prompt",
    )
    parser.add_argument("--coder", metavar="NAME", help="the folder of the draft in codings/ (default: from --model)")
    parser.add_argument("--tables", metavar="TABLE", nargs="+", help="draft these tables only")
    guide = parser.add_mutually_exclusive_group()
    guide.add_argument(
        "--guide", metavar="FILE", type=Path, help=f"the guide for coders (default: {GUIDE} in the folder of sources)"
    )
    guide.add_argument("--no-guide", dest="with_guide", action="store_false", help="send no guide")
    parser.add_argument(
        "--temperature", metavar="X", type=_not_negative, help="how much answers vary, if it can be set"
    )
    parser.add_argument("--seed", metavar="N", type=_whole, help="of the model, if it has one")
    parser.add_argument("--timeout", metavar="SECONDS", type=_positive, default=300.0, help="per answer (default: 300)")
    parser.add_argument("--max-calls", metavar="N", type=_whole, default=1000, help="at most (default: 1000)")
    parser.add_argument("--rounds", metavar="N", type=_whole, default=3, help="of corrections, at most (default: 3)")
    parser.add_argument(
        "--second-opinion",
        metavar="MODEL",
        nargs="?",
        const="",
        help="ask this model, or the same one, whether each passage supports its row; what it doubts is reported",
    )
    asking = parser.add_mutually_exclusive_group()
    asking.add_argument("--dry-run", action="store_true", help="print the prompts and schemas, and send nothing")
    asking.add_argument("--cached-only", action="store_true", help="use the answers in .drafts/, and send nothing")
    parser.add_argument("--replace", action="store_true", help="replace an earlier draft, unless a person changed it")
    parser.add_argument(
        "--output-format",
        choices=("text", "json"),
        default="text",
        help="print text, or a JSON array with the record of each draft (default: text)",
    )
    add_sources(parser)
    add_all_problems(parser)
    parser.set_defaults(run=run, local_seeds=True, nothing_done="Nothing was drafted.")


def run(options: argparse.Namespace, console: Console) -> int:
    """Run the command; return the exit status."""
    parameters = {"temperature": options.temperature, "seed": options.seed}
    chosen = DraftOptions(
        documents=options.documents,
        model=options.model,
        coder=options.coder,
        tables=options.tables,
        guide=options.guide,
        with_guide=options.with_guide,
        endpoint=options.endpoint,
        command=options.model_command,
        key_variable=options.api_key_env,
        parameters={name: value for name, value in parameters.items() if value is not None},
        has_schema=options.has_schema,
        timeout=options.timeout,
        max_calls=options.max_calls,
        rounds=options.rounds,
        second_opinion=options.second_opinion if options.second_opinion != "" else options.model,
        is_cached_only=options.cached_only,
        is_dry_run=options.dry_run,
        may_replace=options.replace,
    )
    return draft(options.project, chosen, console)


def draft(project: Project, options: DraftOptions, console: Console) -> int:
    """Draft documents, and write each as a coding with a record of how it was made.

    Args:
        project: Its sources are read, and codings are written into them.
        options: What is drafted.
        console: Where problems and the reports are printed.

    Returns:
        The exit status: 1 if the sources have problems, or a document could not be drafted.

    Raises:
        UsageError: An option names what does not exist.
        DraftError: A document cannot be drafted, or a file may not be replaced.
        ModelError: The endpoint or the key cannot be used.
    """
    from stancebook.drafts.models import ModelError
    from stancebook.drafts.project import draft_files, read_sources
    from stancebook.drafts.report import MAX_REFUSED, as_text, as_values, record_text

    seeds = Path(project.seeds)
    coder = _coder(options)
    contract = project.load_contract()
    tables = _tables(contract, options.tables)
    files = {doc_id: draft_files(project.root, seeds, coder, doc_id) for doc_id in dict.fromkeys(options.documents)}
    guide = _guide(options, seeds)
    sources = read_sources(contract, seeds, [*files], coder=coder, model=options.model, guide=guide)
    if sources.problems:
        console.show(sources.problems)
        console.say(f"{count_problems(sources.problems)} Nothing was drafted.")
        return 1
    prompts = {document.doc_id: [*_prompts(sources, document, tables)] for document in sources.documents}
    if options.is_dry_run:
        _print_prompts(prompts, tables, console)
        return 0
    for each in files.values():
        each.check(may_replace=options.may_replace)
    work = _work(project, options, sources, tables)
    _announce(prompts, work, console)
    done, is_complete = [], True
    for document in sources.documents:
        try:
            drafted = work.draft(document, project.out)
        except ModelError as error:
            console.fail(f"{document.doc_id} was not drafted: {str(error).rstrip('.')}.")
            console.say(
                f"Answers are kept in {display_path(work.caller.folder)}/: the same command goes on from there."
            )
            return 1
        done.append(as_values(drafted))
        console.say(as_text(drafted, sys.maxsize if console.all_problems else MAX_REFUSED))
        is_complete &= not any(table.problem for table in drafted.draft.tables)
        if all(table.problem for table in drafted.draft.tables):
            console.say("Nothing was written: no answer was of use.\n")
            continue
        written = files[document.doc_id]
        written.write(drafted.draft.text, record_text(drafted), may_replace=options.may_replace)
        console.say(f"wrote    {display_path(written.coding)} and {display_path(written.record)}\n")
    console.say(f"asked {pluralize(work.calls, 'time')}, and took {pluralize(work.cached, 'kept answer')}")
    if console.output_format == "json":
        print_text(json.dumps(done, indent=2), sys.stdout)
    return 0 if is_complete else 1


# ── What is drafted ───────────────────────────────────────────────────────────────────────────────


def _coder(options: DraftOptions) -> str:
    from stancebook.sources.discovery import document_id_error
    from stancebook.suggestions import slug_for

    coder = options.coder if options.coder is not None else slug_for(options.model)
    if not coder or "/" in coder or document_id_error(coder) or coder == AUTHORITATIVE:
        raise UsageError(
            f"{coder or options.model!r} cannot be the name of a coder: give one in lower-case letters, digits and"
            " hyphens with --coder."
        )
    return coder


def _tables(contract: Contract, names: Sequence[str] | None) -> list[str]:
    from stancebook.drafts.drafting import tables_to_draft

    known = [spec.name for spec in contract.tables_of_kind("annotation")]
    if not known:
        raise UsageError("The contract has no table whose rows rest on passages, so there is nothing to draft.")
    if unknown := [name for name in names or () if name not in known]:
        raise UsageError(f"The tables to draft are {', '.join(known)}; {', '.join(unknown)} is none of them.")
    return tables_to_draft(contract, names)


def _guide(options: DraftOptions, seeds: Path) -> str:
    """Return the guide for coders; empty if there is none."""
    path = options.guide or seeds / GUIDE
    if not options.with_guide or (options.guide is None and not path.exists()):
        return ""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"The guide {display_path(path)} cannot be read: {reason}.") from error


def _prompts(sources: DraftSources, document: Document, tables: Sequence[str]) -> Iterator[Prompt]:
    """Yield the first prompts of a document; those of later tables will have the records of earlier ones, too."""
    from stancebook.drafts.prompt import draft_prompt

    return (draft_prompt(sources.material, document, table, {}) for table in tables)


def _print_prompts(prompts: Mapping[str, Sequence[Prompt]], tables: Sequence[str], console: Console) -> None:
    if console.output_format == "json":
        shown = [
            {"document": doc_id, "table": table, "prompt": prompt.text, "schema": prompt.schema}
            for doc_id, each in prompts.items()
            for table, prompt in zip(tables, each, strict=True)
        ]
        print_text(json.dumps(shown, indent=2), sys.stdout)
        return
    for doc_id, each in prompts.items():
        for table, prompt in zip(tables, each, strict=True):
            schema = json.dumps(prompt.schema, ensure_ascii=False)
            console.say(f"──── {doc_id}, {table} ────\n\n{prompt.text}\n──── schema ────\n\n{schema}\n")
    console.say("Nothing was sent.")


def _announce(prompts: Mapping[str, Sequence[Prompt]], work: _Work, console: Console) -> None:
    """Say what is sent, and where, before it is."""
    caller, second = work.caller, work.second
    calls = [prompt for each in prompts.values() for prompt in each]
    characters = sum(len(prompt.text) for prompt in calls)
    names = f" ({', '.join(prompts)})" if len(prompts) <= MAX_NAMED_DOCUMENTS else ""
    documents = f"{pluralize(len(prompts), 'document')}{names}"
    if caller.is_cached_only:
        console.say(f"drafts   {documents} from the answers in {display_path(caller.folder)}/; nothing is sent\n")
    else:
        console.say(
            f"sends    {documents} in {pluralize(len(calls), 'prompt')} or more, of {characters:,} characters,"
            f" to {caller.model.name} at {caller.model.place}"
            + (f"; passages and their rows to {second.model.name}" if second else "")
            + "\n"
        )


# ── How it is drafted ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Work:
    """Drafts documents one by one.

    Attributes:
        sources: What was read.
        tables: The tables, in the order in which they are drafted.
        rounds: How often the model may correct records.
        caller: Asks the model.
        second: Asks the model that judges; None if none does.
    """

    sources: DraftSources
    tables: Sequence[str]
    rounds: int
    caller: Caller
    second: Caller | None

    @property
    def calls(self) -> int:
        """How often models were asked."""
        return self.caller.calls + (self.second.calls if self.second else 0)

    @property
    def cached(self) -> int:
        """How many answers were kept from before."""
        return self.caller.cached + (self.second.cached if self.second else 0)

    def draft(self, document: Document, dataset: Location) -> DraftRun:
        """Draft a document, and have it judged."""
        from stancebook.drafts.drafting import draft_document
        from stancebook.drafts.report import DraftRun
        from stancebook.drafts.second_opinion import second_opinion

        material = self.sources.material
        schema = _schema(dataset, Path(document.target))
        drafted = draft_document(material, document, self.tables, self.caller, rounds=self.rounds, schema=schema)
        opinion = second_opinion(material, drafted, self.second) if self.second else None
        return DraftRun(drafted, self.caller.model, opinion, material.guide)


def _work(project: Project, options: DraftOptions, sources: DraftSources, tables: Sequence[str]) -> _Work:
    from stancebook.drafts.cache import Caller
    from stancebook.drafts.project import REPLIES

    def caller(name: str) -> Caller:
        model = _model(options, name)
        return Caller(model, project.root / REPLIES, options.max_calls, options.is_cached_only, _show_call)

    second = caller(options.second_opinion) if options.second_opinion else None
    return _Work(sources, tables, options.rounds, caller(options.model), second)


def _show_call(model: str, number: int) -> None:
    """Show on a terminal that a model is asked, which takes up to minutes."""
    if sys.stderr.isatty():
        print(f"         asking {escape_control_chars(model)}, call {number} …", file=sys.stderr)


def _model(options: DraftOptions, name: str) -> Model:
    """Return the model of a name, asked as the options say."""
    from stancebook.drafts.models import DEFAULT_ENDPOINT, CommandModel, EndpointModel, api_key, needs_key

    if options.command is not None:
        if name != options.model and "{model}" not in options.command:
            raise UsageError("--second-opinion with another model needs {model} in --model-command.")
        if options.parameters:
            raise UsageError("--temperature and --seed are for endpoints: set them in the --model-command itself.")
        return CommandModel(name, options.command, options.timeout)
    endpoint = options.endpoint or os.environ.get(ENDPOINT_VARIABLE) or DEFAULT_ENDPOINT
    key = api_key(options.key_variable)
    model = EndpointModel(name, endpoint, key, options.timeout, options.parameters, options.has_schema)
    if model.key is None and needs_key(endpoint) and not options.is_cached_only:
        raise UsageError(f"There is no API key in the environment variable {options.key_variable}.")
    return model


def _schema(dataset: Location, coding: Path) -> str:
    """Return the way from a coding to the schema for editors; empty if there is none."""
    if isinstance(dataset, str) or not (dataset / ANNOTATION_SCHEMA).is_file():
        return ""
    return Path(os.path.relpath(dataset / ANNOTATION_SCHEMA, coding.parent)).as_posix()


# ── Values of options ─────────────────────────────────────────────────────────────────────────────


def _number(text: str, least: float, what: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not least <= number < float("inf"):
        raise argparse.ArgumentTypeError(escape_control_chars(f"{text!r} is not {what}"))
    return number


def _not_negative(text: str) -> float:
    return _number(text, 0.0, "a number of 0 or more, such as 0.2")


def _positive(text: str) -> float:
    return _number(text, 0.001, "a number of seconds, such as 60")


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(escape_control_chars(f"{text!r} is not a whole number, such as 3"))
    return int(text)
