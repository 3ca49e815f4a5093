"""What mails say, by language (ISO 639-1). A language without words here is served in English."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.forum.invitations.rules import Notice


@dataclass(frozen=True)
class Words:
    """One language's words; `subject` and `opening` take the forum's name, by what the mail says."""

    subject: Mapping[Notice, str]
    opening: Mapping[Notice, str]
    when: str
    where: str
    topics: str
    closed: str


WORDS: Mapping[str, Words] = {
    "en": Words(
        subject={
            Notice.INVITATION: "Invitation: {forum}",
            Notice.CHANGE: "Meeting changed: {forum}",
            Notice.CANCELLATION: "Meeting called off: {forum}",
        },
        opening={
            Notice.INVITATION: "You are invited to a meeting of {forum}.",
            Notice.CHANGE: "A meeting of {forum} to which you are invited has changed.",
            Notice.CANCELLATION: "The following meeting of {forum} does not take place as announced.",
        },
        when="When",
        where="Where",
        topics="Topics",
        closed="This meeting is not public.",
    ),
    "fr": Words(
        subject={
            Notice.INVITATION: "Invitation : {forum}",
            Notice.CHANGE: "Réunion modifiée : {forum}",
            Notice.CANCELLATION: "Réunion annulée : {forum}",
        },
        opening={
            Notice.INVITATION: "Vous êtes invité(e) à une réunion de {forum}.",
            Notice.CHANGE: "Une réunion de {forum} à laquelle vous êtes invité(e) a été modifiée.",
            Notice.CANCELLATION: "La réunion suivante de {forum} n'aura pas lieu comme annoncé.",
        },
        when="Quand",
        where="Lieu",
        topics="Sujets",
        closed="Cette réunion n'est pas publique.",
    ),
    "es": Words(
        subject={
            Notice.INVITATION: "Invitación: {forum}",
            Notice.CHANGE: "Reunión modificada: {forum}",
            Notice.CANCELLATION: "Reunión cancelada: {forum}",
        },
        opening={
            Notice.INVITATION: "Está invitado/a a una reunión de {forum}.",
            Notice.CHANGE: "Ha cambiado una reunión de {forum} a la que está invitado/a.",
            Notice.CANCELLATION: "La siguiente reunión de {forum} no se celebra como estaba anunciado.",
        },
        when="Cuándo",
        where="Lugar",
        topics="Temas",
        closed="Esta reunión no es pública.",
    ),
    "sq": Words(
        subject={
            Notice.INVITATION: "Ftesë: {forum}",
            Notice.CHANGE: "Mbledhja ndryshoi: {forum}",
            Notice.CANCELLATION: "Mbledhja u anulua: {forum}",
        },
        opening={
            Notice.INVITATION: "Jeni të ftuar në një mbledhje: {forum}.",
            Notice.CHANGE: "Ka ndryshuar një mbledhje në të cilën jeni të ftuar: {forum}.",
            Notice.CANCELLATION: "Mbledhja e mëposhtme nuk mbahet siç u njoftua: {forum}.",
        },
        when="Kur",
        where="Vendi",
        topics="Temat",
        closed="Kjo mbledhje nuk është publike.",
    ),
    "sr": Words(
        subject={
            Notice.INVITATION: "Poziv: {forum}",
            Notice.CHANGE: "Sastanak je promenjen: {forum}",
            Notice.CANCELLATION: "Sastanak je otkazan: {forum}",
        },
        opening={
            Notice.INVITATION: "Pozvani ste na sastanak: {forum}.",
            Notice.CHANGE: "Sastanak na koji ste pozvani je promenjen: {forum}.",
            Notice.CANCELLATION: "Sledeći sastanak se ne održava kako je najavljeno: {forum}.",
        },
        when="Kada",
        where="Mesto",
        topics="Teme",
        closed="Ovaj sastanak nije javan.",
    ),
}


def words_for(wanted: Sequence[str | None]) -> Words:
    """The words of the first language wanted that has some; English without one."""
    return next((WORDS[language] for language in wanted if language and language in WORDS), WORDS["en"])
