"""Limits on what one document may ask: depth, aliases, tokens, cost. Rule G4.

They are counted before the document is validated, each fragment once, so that counting is cheap for any document.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    BooleanValueNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    IntValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from gateway.allowance import MAX_CALLS
from gateway.connections import MOST

MAX_TOKENS = 2_000
MAX_DEPTH = 12
MAX_DEPTH_OF_INTROSPECTION = 16
MAX_ALIASES = 30
MAX_REPEATS = 20
"""Fields asked for again, and fragments spread, in one document: validation compares each with each."""
MAX_COST = 30_000

PAGED = frozenset({"meetings", "minutes", "decisions", "problems", "briefs", "concerns", "sites"})
"""Lists by page, which their owners give for one area or forum at a time."""
PAGED_OR_BATCHED = frozenset({"forums", "openDecisions", "initiatives", "corrections", "warnings"})
"""Lists that come for many areas at once when they are asked for `below: false`, from the start."""
BATCHED = frozenset({"consultations"})
"""Lists that come for many forums at once, from the start."""
DEFAULT_FIRST = 10
LISTS = {
    "children": 30,
    "indicators": 5,
    "nationals": 10,
    "signals": 6,
    **dict.fromkeys((*PAGED, *PAGED_OR_BATCHED, *BATCHED), DEFAULT_FIRST),
}
"""Items to reckon with where no `first` is given; how many children there are, `Allowance` counts."""
FETCHED = frozenset({"figure", "rates", "delivery", *PAGED})
"""Fields that each need a call of their own."""
FETCH_COST = MAX_COST // MAX_CALLS
"""What such a call counts for: objects only, or calls only, come to the same ceiling."""
WRAPPERS = frozenset({"edges", "node", "pageInfo"})
"""What a connection wraps its items in; free of charge."""


@dataclass(frozen=True)
class Measured:
    """What a selection amounts to."""

    depth: int = 0
    aliases: int = 0
    cost: int = 0


class Meter:
    """Measures one document with its variables; cost is the number of objects that it may answer, calls included."""

    def __init__(self, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self._fragments = {
            part.name.value: part for part in document.definitions if isinstance(part, FragmentDefinitionNode)
        }
        self._operations = [part for part in document.definitions if isinstance(part, OperationDefinitionNode)]
        self._variables = self._defaults() | dict(variables)
        self._measured: dict[str, Measured | None] = {}

    def errors(self) -> list[GraphQLError]:
        """Every limit that the document passes, in words that say what to mend."""
        found: list[GraphQLError] = []
        if self._repeats() > MAX_REPEATS:
            found.append(
                _error(
                    "too-many-repeats",
                    f"Fields and fragments come again over {MAX_REPEATS} times: ask for each field once.",
                )
            )
        for operation in self._operations:
            measured = self._of(operation.selection_set)
            introspects = all(name.startswith("__") for name in _names(operation.selection_set))
            allowed = MAX_DEPTH_OF_INTROSPECTION if introspects else MAX_DEPTH
            if measured.depth > allowed:
                found.append(
                    _error(
                        "too-deep",
                        f"The query is nested {measured.depth} deep; at most {allowed} levels are answered."
                        " Ask for inner parts in a query of their own.",
                    )
                )
            if measured.aliases > MAX_ALIASES:
                found.append(
                    _error("too-many-aliases", f"The query has {measured.aliases} aliases; at most {MAX_ALIASES}.")
                )
            if measured.cost > MAX_COST:
                found.append(
                    _error(
                        "too-costly",
                        f"The query may cost {measured.cost}; at most {MAX_COST}. Each object counts one, a list,"
                        f" figure or table of rates {FETCH_COST} more. Lower 'first' or split it.",
                    )
                )
        return found

    def _defaults(self) -> dict[str, Any]:
        """The variables' default numbers, the greatest where operations differ."""
        found: dict[str, Any] = {}
        for operation in self._operations:
            for definition in operation.variable_definitions or ():
                name, value = definition.variable.name.value, definition.default_value
                if isinstance(value, IntValueNode):
                    found[name] = max(_number(value.value), found.get(name, 0))
        return found

    def _repeats(self) -> int:
        """How often, in all selections, a field comes again or a fragment is spread."""
        count = 0
        waiting = [part.selection_set for part in (*self._operations, *self._fragments.values())]
        while waiting:
            seen: set[str] = set()
            for selection in waiting.pop().selections:
                inner = getattr(selection, "selection_set", None)
                if isinstance(selection, FieldNode):
                    name = selection.alias.value if selection.alias else selection.name.value
                    count += name in seen
                    seen.add(name)
                else:
                    count += 1
                if inner is not None:
                    waiting.append(inner)
        return count

    def _of(self, selections: SelectionSetNode | None) -> Measured:
        depth = aliases = cost = 0
        for selection in selections.selections if selections else ():
            part = self._of_one(selection)
            depth, aliases, cost = max(depth, part.depth), aliases + part.aliases, cost + part.cost
        return Measured(depth, aliases, cost)

    def _of_one(self, selection: SelectionNode) -> Measured:
        if isinstance(selection, FragmentSpreadNode):
            return self._of_fragment(selection.name.value)
        if not isinstance(selection, FieldNode):
            return self._of(getattr(selection, "selection_set", None))
        inner = self._of(selection.selection_set)
        own_aliases = 1 if selection.alias else 0
        if selection.selection_set is None:
            return Measured(1, own_aliases, 0)
        own_cost = 0 if selection.name.value in WRAPPERS else 1
        cost = self._items(selection) * (own_cost + inner.cost) + self._fetch(selection)
        return Measured(1 + inner.depth, own_aliases + inner.aliases, cost)

    def _of_fragment(self, name: str) -> Measured:
        """A fragment's measure, taken once; one within itself counts nothing, for validation refuses it."""
        if name not in self._measured:
            self._measured[name] = None
            fragment = self._fragments.get(name)
            self._measured[name] = self._of(fragment.selection_set) if fragment else Measured()
        return self._measured[name] or Measured()

    def _items(self, field: FieldNode) -> int:
        for argument in field.arguments or ():
            if argument.name.value == "first":
                return self._first(argument.value)
        return LISTS.get(field.name.value, 1)

    def _first(self, value: ValueNode) -> int:
        """How many items a `first` asks for, 1 to `MOST`, beyond which it is refused; `MOST` when it is unknown."""
        if isinstance(value, IntValueNode):
            return max(1, _number(value.value))
        given = self._variables.get(value.name.value) if isinstance(value, VariableNode) else None
        return max(1, min(given, MOST)) if isinstance(given, int) else MOST

    def _fetch(self, field: FieldNode) -> int:
        """What the calls count for that a field needs by itself."""
        name = field.name.value
        if name in FETCHED or (name in PAGED_OR_BATCHED | BATCHED and not self._batched(field)):
            return FETCH_COST
        return 0

    def _batched(self, field: FieldNode) -> bool:
        given = {argument.name.value: argument.value for argument in field.arguments or ()}
        if field.name.value in BATCHED:
            return "after" not in given
        below = given.get("below")
        if isinstance(below, VariableNode):
            return self._variables.get(below.name.value) is False and "after" not in given
        return isinstance(below, BooleanValueNode) and not below.value and "after" not in given


def _number(digits: str) -> int:
    """A literal number, which may be of any length, up to `MOST`."""
    return MOST if len(digits) > 9 else min(int(digits), MOST)


def _names(selections: SelectionSetNode | None) -> set[str]:
    return {part.name.value for part in (selections.selections if selections else ()) if isinstance(part, FieldNode)}


def _error(code: str, message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code, "rule": "G4"})
