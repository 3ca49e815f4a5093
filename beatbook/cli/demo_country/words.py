"""What people in Xandovia talk about, ask for and are called. All invented."""

from dataclasses import dataclass

FIRST_NAMES = {
    "female": ("Adela", "Brana", "Dunja", "Elira", "Fenka", "Ilka", "Jorun", "Lenka", "Mirela", "Nadja", "Sanna"),
    "male": ("Anders", "Bojan", "Davin", "Emrik", "Goran", "Henrik", "Jarek", "Kasper", "Luka", "Miro", "Oskar"),
}  # fmt: skip
LAST_NAMES = (
    "Alvarin", "Borsek", "Dalgrim", "Edelmar", "Fjordic", "Grenko", "Havlund", "Iversek", "Jelmar", "Kovendal",
    "Lindovar", "Morvik", "Nordanic", "Ostrovind", "Pelgrin", "Ravnholm", "Sandrik", "Tverdan", "Ulvesta", "Vinterov",
)  # fmt: skip


@dataclass(frozen=True)
class Topic:
    """Something a forum speaks about, what it decided then, who does it, and what shows that it was done."""

    title: str
    decision: str
    owner: str
    kind: str
    evidence: str
    sensitive: bool = False


SECTOR_OF_OWNER = {
    "Centre for social work": "social_services",
    "National Police, statistics unit": "police",
    "Police station": "police",
}
"""The sectors of those who do what was decided; every other owner is of the administration."""

TOPICS = (
    Topic(
        "Street lighting on the way to the station",
        "Repair the eleven lamps that are out between the station and the bus stop, and check them each month.",
        "Municipal public works", "request_to_agency",
        "All eleven lamps lit again; the works department's inspection sheet is on file.",
    ),
    Topic(
        "Cars at the school gate",
        "Close the street at the school gate to cars for half an hour in the morning, with volunteers at both ends.",
        "Municipal traffic office", "decision",
        "The street has been closed each school day since; two counts show no car between 7:40 and 8:10.",
    ),
    Topic(
        "Noise and broken bottles at night",
        "Two foot patrols on Friday and Saturday nights, and closing times agreed with the bars.",
        "Police station", "request_to_police",
        "Patrol log for eight week-ends; the agreement is signed by nine of eleven bars.",
    ),
    Topic(
        "Bicycle theft",
        "Put up racks that a frame can be locked to, and hold a marking day with the bicycle shop.",
        "Municipal public works", "request_to_agency",
        "Forty racks stand; 212 bicycles were marked on the day.",
    ),
    Topic(
        "Burglaries in the dark months",
        "Visit every house around a burglary within two days, and hand out the checklist for locks and lights.",
        "Police station", "request_to_police",
        "Visits made after 23 of 25 burglaries, by the visits book.",
    ),
    Topic(
        "Violence at home: where to turn",
        "Print the card with the three numbers to call in both languages, and leave it where women go alone.",
        "Centre for social work", "request_to_agency",
        "Cards lie in two surgeries, the pharmacy and the hairdressers; 600 were taken.", sensitive=True,
    ),
    Topic(
        "Young people with nowhere to go after six",
        "Open the school's sports hall two evenings a week, with a youth worker.",
        "Municipal youth office", "decision",
        "The hall is open Tuesdays and Thursdays; 35 come on an average evening.",
    ),
    Topic(
        "Insults against Velari families",
        "Meet the families with the mediator, and report each insult to the police as a possible hate incident.",
        "Municipal safety council", "decision",
        "Two meetings were held; the reporting form is in use since.", sensitive=True,
    ),
    Topic(
        "Dogs without a leash in the park",
        "Mark the dog meadow and say so on three signs.",
        "Municipal public works", "request_to_agency",
        "Signs and fence stand; photographs are on file.",
    ),
    Topic(
        "Fraud against older people by telephone",
        "Speak about it at the pensioners' club and in the parish, together with the bank.",
        "Police station", "request_to_police",
        "Three talks were held, with 140 listeners in all.",
    ),
    Topic(
        "Drug selling near the bus station",
        "Cut the hedges, move the bench, and have the community officer there at closing time of the shops.",
        "Police station", "request_to_police",
        "Hedges cut and bench moved; the officer's diary shows the hours.", sensitive=True,
    ),
    Topic(
        "What the police did about last year's requests",
        "The station reports each quarter on every request: done, not yet, or not possible and why.",
        "Police station", "information",
        "The first report was read out and is attached to the minutes.",
    ),
)  # fmt: skip

NATIONAL_TOPICS = (
    Topic(
        "Community officers stay three years",
        "Write into the posting rules that a community officer's post is not ended before three years.",
        "Ministry of Public Safety", "decision",
        "The amended posting rules were signed.",
    ),
    Topic(
        "The same figures from every municipality",
        "Every municipality reports incidents, meetings and decisions by the tenth of the month.",
        "National Police, statistics unit", "decision",
        "All five municipalities reported by the tenth.",
    ),
    Topic(
        "Interpreters for Velari at public forums",
        "Pay an interpreter for every public meeting in a municipality where Velari is spoken.",
        "Ministry of Public Safety", "request_to_agency",
        "The contract with the interpreters' association is signed.",
    ),
)  # fmt: skip

WELCOME = "The chair welcomed those present; the last minutes were read and open decisions gone through one by one."
CLOSED_ITEM = "Spoken about without the public, at the request of those concerned."
DECLINED = ("There is no budget for it before next year.", "The municipal reserve is asked for the smaller half of it.")
WITHDRAWN = "What it was about has been settled in another way."
HOSTILE_CLIMATE = {"climate": "hostile", "noted": "Shouting over the arrests on the ferry; a third of the room left."}
IN_OTHER_LANGUAGES = {
    "Opening": {
        "sq": {"heading": "Hapja", "text": "Kryetarja i përshëndeti të pranishmit; u lexua procesverbali i fundit dhe "
               "u shqyrtuan një nga një vendimet e hapura."},
        "sr": {"heading": "Отварање", "text": "Председавајућа је поздравила присутне; прочитан је последњи записник и "
               "редом су размотрене отворене одлуке."},
    },
    TOPICS[0].title: {
        "sq": {"heading": "Ndriçimi i rrugës për në stacion", "text": "Të riparohen njëmbëdhjetë llambat e fikura "
               "midis stacionit dhe ndalesës së autobusit, dhe të kontrollohen çdo muaj."},
        "sr": {"heading": "Осветљење пута до станице", "text": "Поправити једанаест угашених лампи између станице и "
               "аутобуског стајалишта, и проверавати их сваког месеца."},
    },
    TOPICS[1].title: {
        "sq": {"heading": "Makinat te porta e shkollës", "text": "Rruga te porta e shkollës mbyllet për makinat gjysmë "
               "ore në mëngjes, me vullnetarë në të dy skajet."},
        "sr": {"heading": "Аутомобили пред школском капијом", "text": "Улица пред школом се ујутру на пола сата "
               "затвара за аутомобиле, са добровољцима на оба краја."},
    },
}  # fmt: skip
"""What one meeting's minutes say in Albanian and in Serbian, by heading."""
CALLED_OFF = {
    "postponed": "The hall was flooded; a new date follows.",
    "cancelled": "Too few members could come, and nothing was pressing.",
}
