"""People in cases over HTTP."""

from uuid import UUID

from fastapi import Depends, Response, status

from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.cases.files.queries import Vault, enter
from services.cases.files.routes import private
from services.cases.files.rules import Action, Field
from services.cases.people import commands, queries
from services.cases.people.queries import Names
from services.cases.people.schemas import FoundPage, NameSearch, PersonCreate, PersonPatch, PersonView

routes = router("/cases/{case_id}/people", tags=["people"])
searching = router("/people", tags=["people"])


@searching.post("/search", dependencies=[Depends(private)])
async def search_people(
    request: NameSearch, session: Write, actor: CurrentActor, now: Now, vault: Vault, names: Names
) -> FoundPage:
    """Find who bears a name, in the cases that you have a part in; that you searched is noted, the name is not."""
    return await queries.find(session, actor, now, vault, names, request.name)


@routes.post(
    "", status_code=status.HTTP_201_CREATED, dependencies=[Depends(private)], response_model_exclude_unset=True
)
async def add_person(
    case_id: UUID,
    request: PersonCreate,
    session: Write,
    actor: CurrentActor,
    now: Now,
    vault: Vault,
    names: Names,
    response: Response,
) -> PersonView:
    """Name a person in a case."""
    entered = await enter(session, actor, now, vault, case_id, Action.WRITE, None, field=Field.IDENTITY, locked=True)
    person = await commands.add(session, actor, now, names, entered, request)
    set_etag(response, person.version)
    return queries.view(entered, person)


@routes.get("", dependencies=[Depends(private)], response_model_exclude_unset=True)
async def list_people(
    case_id: UUID, session: Write, actor: CurrentActor, now: Now, vault: Vault, page: PageParams
) -> Page[PersonView]:
    """The people of a case, each as far as you may read."""
    entered = await enter(session, actor, now, vault, case_id, Action.READ, None, field=Field.SUMMARY)
    queries.check_may_see_people(entered)
    rows = await queries.list_people(session, entered, after=page.after_id(), limit=page.limit + 1)
    return page.page(rows, lambda row: queries.view(entered, row), lambda row: row.id)


@routes.get("/{person_id}", dependencies=[Depends(private)], response_model_exclude_unset=True)
async def read_person(
    case_id: UUID, person_id: UUID, session: Write, actor: CurrentActor, now: Now, vault: Vault, response: Response
) -> PersonView:
    """One person of a case, as far as you may read."""
    entered = await enter(
        session, actor, now, vault, case_id, Action.READ, None, field=Field.SUMMARY, detail={"person": str(person_id)}
    )
    queries.check_may_see_people(entered)
    person = await queries.person_by_id(session, entered, person_id)
    set_etag(response, person.version)
    return queries.view(entered, person)


@routes.patch("/{person_id}", dependencies=[Depends(private)], response_model_exclude_unset=True)
async def change_person(
    case_id: UUID,
    person_id: UUID,
    request: PersonPatch,
    session: Write,
    actor: CurrentActor,
    now: Now,
    vault: Vault,
    names: Names,
    expected: IfMatch,
    response: Response,
) -> PersonView:
    """Change what is known of a person; null empties a field."""
    entered = await enter(session, actor, now, vault, case_id, Action.WRITE, None, field=Field.SUMMARY, locked=True)
    person = await commands.change(session, actor, now, names, entered, person_id, expected, request)
    set_etag(response, person.version)
    return queries.view(entered, person)
