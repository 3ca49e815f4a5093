"""Fixtures of retention: people's."""

from tests.cases.people.conftest import names as names
from tests.cases.people.conftest import opened as opened
