"""Request and answer shapes of programmes."""

from datetime import datetime
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.cases.programmes.rules import ProgrammeRules


class ProgrammeLoad(StrictModel):
    """A version of a programme's rules, for a country."""

    area: AreaCode
    rules: ProgrammeRules


class ProgrammeView(View):
    """A version of a programme's rules, as it was loaded."""

    id: UUID
    area: AreaCode
    rules: ProgrammeRules
    sha256: str
    loaded_at: datetime
