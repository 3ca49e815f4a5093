"""The places of Xandovia, in English and in its invented language (`qaa`, a code that ISO 639-2 keeps for such use)."""

from dataclasses import dataclass

LOCAL_LANGUAGE = "qaa"


@dataclass(frozen=True)
class Place:
    """A place: its own part of the area code, and its name in both languages."""

    code: str
    english: str
    local: str


@dataclass(frozen=True)
class Municipality(Place):
    """A municipality with its neighbourhoods.

    `density` is residents per square kilometre, `diligence` the share of its decisions that are delivered in time,
    `minority` the share of residents who count themselves among the country's minority.
    """

    density: float
    diligence: float
    minority: float
    neighbourhoods: tuple[Place, ...]


COUNTRY = Place("XD", "Xandovia", "Ksandovje")
MINORITY = "Velari"

MUNICIPALITIES = (
    Municipality("ALDERPORT", "Alderport", "Alderhavn", 80, 0.80, 0.14, (
        Place("HARBOUR", "Harbour", "Pristan"),
        Place("OLDTOWN", "Old Town", "Starimest"),
        Place("RIVERSIDE", "Riverside", "Obreka"),
        Place("UNIVERSITY", "University Quarter", "Akademik"),
    )),
    Municipality("BRENNICK", "Brennick", "Brenik", 36, 0.70, 0.06, (
        Place("MILLFIELD", "Millfield", "Mlinsko"),
        Place("STATION", "Station District", "Kolodvor"),
        Place("GREENBANK", "Greenbank", "Zelenbreg"),
        Place("CASTLE", "Castle Hill", "Gradac"),
    )),
    Municipality("CORVALE", "Corvale", "Korvala", 24, 0.62, 0.22, (
        Place("MARKET", "Market Ward", "Trgovska"),
        Place("LIMEKILN", "Limekiln", "Vapnica"),
        Place("SOUTHGATE", "Southgate", "Juzhvrat"),
        Place("ORCHARDS", "The Orchards", "Sadova"),
    )),
    Municipality("DUNMERE", "Dunmere", "Dunjezer", 16, 0.55, 0.03, (
        Place("LAKESIDE", "Lakeside", "Jezerska"),
        Place("FOUNDRY", "Foundry", "Livnica"),
        Place("HIGHFIELD", "Highfield", "Visopol"),
        Place("CHAPEL", "Chapel End", "Kapelna"),
    )),
    Municipality("ESKERHOLM", "Eskerholm", "Eskerotok", 11, 0.42, 0.31, (
        Place("FERRY", "Ferry Landing", "Splavna"),
        Place("SALTMARSH", "Saltmarsh", "Solana"),
        Place("LIGHTHOUSE", "Lighthouse", "Svetilnik"),
        Place("QUARRY", "Quarry Row", "Kamenolom"),
    )),
)  # fmt: skip


def area_of(municipality: Municipality, neighbourhood: Place | None = None) -> str:
    """The area code of a municipality or of one of its neighbourhoods."""
    parts = (COUNTRY.code, municipality.code, *((neighbourhood.code,) if neighbourhood else ()))
    return ".".join(parts)


def names() -> dict[str, Place]:
    """Every place by its area code."""
    found = {COUNTRY.code: COUNTRY}
    for municipality in MUNICIPALITIES:
        found[area_of(municipality)] = municipality
        found |= {area_of(municipality, place): place for place in municipality.neighbourhoods}
    return found
