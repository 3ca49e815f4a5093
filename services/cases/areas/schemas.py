"""Answer shapes of the replica."""

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import View


class PlacesView(View):
    """How many open areas this service knows, the area itself and below it: where incidents can be placed."""

    code: AreaCode
    open_areas: int
