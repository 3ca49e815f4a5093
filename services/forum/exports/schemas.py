"""Answer shapes of exports."""

from beatbook.kit.web import View
from services.forum.exports.rules import Table


class ColumnView(View):
    """A column and what it holds."""

    name: str
    meaning: str
    public: bool


class TableView(View):
    """A table that can be exported, with its dictionary."""

    table: Table
    public: bool
    columns: list[ColumnView]
