"""All kinds of faults, by name."""

from collections.abc import Iterator, Mapping
from types import ModuleType

from tests.mutations import date_slips, file_slips, id_slips, rule_slips, source_slips, text_slips, yaml_slips
from tests.mutations.fault import Fault


def _in(module: ModuleType) -> Iterator[Fault]:
    """Yield the faults of a module: those it lists, else all it names."""
    listed = getattr(module, "FAULTS", None)
    yield from listed or (value for value in vars(module).values() if isinstance(value, Fault))


FAULTS: Mapping[str, Fault] = {
    fault.name: fault
    for module in (yaml_slips, text_slips, source_slips, file_slips, id_slips, date_slips, rule_slips)
    for fault in _in(module)
}
