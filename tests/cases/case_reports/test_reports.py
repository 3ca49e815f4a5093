"""A whole case to read and to print: everything written, nothing run, noted. Rules C4-C7, C15."""

import unicodedata
from html.parser import HTMLParser
from typing import Any

import asyncpg
import pypdfium2
import pytest

from tests.cases.problems.test_problems import ANALYSIS, ASSESSMENT, CONSULTATION, PLAN, STATEMENT, opened

HOSTILE = '#read("/etc/passwd") $x$ *b* <script>alert(1)</script> \\ #panic() `c` // \u202e [x] = y {{ 7 * 7 }}'
CYRILLIC, ARABIC = "Ћирилица", "مرحبا بكم"


class Tags(HTMLParser):
    """The tags and the addresses that a page refers to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str | None] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value for name, value in attrs if name in {"src", "href", "action", "style"}]


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return unicodedata.normalize("NFKC", "\n".join(part.get_textpage().get_text_range() for part in document))
    finally:
        document.close()


@pytest.fixture
async def case(call: Any) -> str:
    """The path of a case in which everything is written."""
    consultations = [{**CONSULTATION, "finding": f"{CYRILLIC} {ARABIC}"}]
    problem = await opened(call, title=f"Fights {HOSTILE}"[:200], statement=STATEMENT, consultations=consultations)
    path = f"/v1/problems/{problem['id']}"
    for version, (part, body) in enumerate(
        {"analysis": ANALYSIS, "plan": PLAN, "assessment": {**ASSESSMENT, "evidence": HOSTILE}}.items(), 1
    ):
        answer = await call("PUT", f"{path}/{part}", body, version=version)
        assert answer.status_code == 200, answer.text
    return path


async def test_the_page_needs_nothing_and_runs_nothing(call: Any, case: str) -> None:
    answer = await call("GET", f"{case}/report.html")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["cache-control"] == "no-store"
    assert "script" not in answer.headers["content-security-policy"]
    found = Tags(answer.text)
    assert not found.tags & {"script", "link", "img", "iframe", "form", "a"}
    assert found.addresses == []
    assert "&lt;script&gt;alert(1)" in answer.text
    assert "{{ 7 * 7 }}" in answer.text
    for said in ("same square, Friday nights", "repair the lights", "Handler", CYRILLIC, ARABIC, "Rate ratio", "0.64"):
        assert said in answer.text, said
    assert "ana" not in answer.text.split()


async def test_the_pdf_says_the_same_and_runs_nothing(call: Any, case: str) -> None:
    answer = await call("GET", f"{case}/report.pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["cache-control"] == "no-store"
    text = " ".join(text_of(answer.content).split())
    for said in ("Fights", '#read("/etc/passwd")', "#panic()", "same square", "Guardian", CYRILLIC, "Rate ratio"):
        assert said in text, said
    assert "root:" not in text


async def test_an_empty_case_says_what_is_missing(call: Any) -> None:
    problem = await opened(call)
    page = (await call("GET", f"/v1/problems/{problem['id']}/report")).text
    assert page.count("Not written yet.") == 5
    assert "say whom it harms and how" in page


@pytest.mark.parametrize(
    ("accept", "kind"),
    [("application/pdf", "application/pdf"), ("text/html, application/pdf", "text/html"), ("*/*", "text/html")],
)
async def test_the_form_is_what_is_asked_for(api: Any, tokens: Any, call: Any, accept: str, kind: str) -> None:
    problem = await opened(call)
    headers = {"Authorization": tokens("officer@XK", subject="ana"), "Accept": accept}
    answer = await api.get(f"/v1/problems/{problem['id']}/report", headers=headers)
    assert answer.headers["content-type"].startswith(kind)


@pytest.mark.parametrize("form", ["report", "report.html", "report.pdf"])
async def test_only_who_may_read_gets_it_and_it_is_noted(call: Any, database: asyncpg.Connection, form: str) -> None:
    problem = await opened(call)
    path = f"/v1/problems/{problem['id']}/{form}"
    for grants, subject in ((["officer@XK"], "ben"), (["council@XK"], "ana"), (["officer@XK.PEC"], "ana"), ([], "ana")):
        assert (await call("GET", path, as_=grants, subject=subject)).status_code in {401, 404}
    assert (await call("GET", path)).status_code == 200
    entries = await database.fetch("select entry from audit_entries where chain = $1 order by number", problem["id"])
    assert [("report" in row["entry"], '"actor":"ana"' in row["entry"]) for row in entries] == [
        (False, True), (True, True),
    ]  # fmt: skip
