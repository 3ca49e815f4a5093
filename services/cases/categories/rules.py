"""Categories: the International Classification of Crime for Statistical Purposes (ICCS 1.0), and tables to it. Pure."""

import re
from collections.abc import Mapping

from beatbook.contracts.actor import Actor, Role

EDITORS = frozenset({Role.ADMIN})

SECTIONS = {
    "01": "Acts leading to death or intending to cause death",
    "02": "Acts causing harm or intending to cause harm to the person",
    "03": "Injurious acts of a sexual nature",
    "04": "Acts against property involving violence or threat against a person",
    "05": "Acts against property only",
    "06": "Acts involving controlled drugs or other psychoactive substances",
    "07": "Acts involving fraud, deception or corruption",
    "08": "Acts against public order, authority and provisions of the State",
    "09": "Acts against public safety and state security",
    "10": "Acts against the natural environment",
    "11": "Other criminal acts not elsewhere classified",
}
DIVISIONS = {
    "0101": "Intentional homicide",
    "0102": "Attempted intentional homicide",
    "0103": "Non-intentional homicide",
    "0104": "Assisting or instigating suicide",
    "0105": "Euthanasia",
    "0106": "Illegal feticide",
    "0107": "Unlawful killing associated with armed conflict",
    "0109": "Other acts leading to death or intending to cause death",
    "0201": "Assaults and threats",
    "0202": "Acts against liberty",
    "0203": "Slavery and exploitation",
    "0204": "Trafficking in persons",
    "0205": "Coercion",
    "0206": "Negligence",
    "0207": "Dangerous acts",
    "0208": "Acts intended to induce fear or emotional distress",
    "0209": "Defamation or insult",
    "0210": "Discrimination",
    "0211": "Acts that trespass against the person",
    "0219": "Other acts causing harm or intending to cause harm to the person",
    "0301": "Sexual violence",
    "0302": "Sexual exploitation",
    "0309": "Other injurious acts of a sexual nature",
    "0401": "Robbery",
    "0409": "Other acts against property involving violence or threat against a person",
    "0501": "Burglary",
    "0502": "Theft",
    "0503": "Intellectual property offences",
    "0504": "Property damage",
    "0509": "Other acts against property only",
    "0601": "Unlawful acts involving controlled drugs or precursors",
    "0602": "Unlawful acts involving alcohol, tobacco or other controlled substances",
    "0609": "Other acts involving controlled drugs or other psychoactive substances",
    "0701": "Fraud",
    "0702": "Forgery/counterfeiting",
    "0703": "Corruption",
    "0704": "Acts involving the proceeds of crime",
    "0709": "Other acts involving fraud, deception or corruption",
    "0801": "Acts against public order behavioural standards",
    "0802": "Acts against public order sexual standards",
    "0803": "Acts related to freedom or control of expression",
    "0804": "Acts contrary to public revenue or regulatory provisions",
    "0805": "Acts related to migration",
    "0806": "Acts against the justice system",
    "0807": "Acts related to democratic elections",
    "0808": "Acts contrary to labour law",
    "0809": "Other acts against public order, authority and provisions of the State",
    "0901": "Acts involving weapons, explosives and other destructive materials",
    "0902": "Acts against health and safety",
    "0903": "Acts against computer systems",
    "0904": "Acts against state security",
    "0905": "Acts related to an organized criminal group",
    "0906": "Terrorism",
    "0907": "Non-injurious traffic violations",
    "0909": "Other acts against public safety and state security",
    "1001": "Acts that cause environmental pollution or degradation",
    "1002": "Acts involving the movement or dumping of waste",
    "1003": "Trade or possession of protected or prohibited species of fauna and flora",
    "1004": "Acts that result in the depletion or degradation of natural resources",
    "1009": "Other acts against the natural environment",
    "1101": "Acts under universal jurisdiction",
    "1102": "Acts contrary to youth regulations and acts by minors",
    "1109": "Other criminal acts not elsewhere classified",
}
_CODE = re.compile(r"[0-9]{2}(?:[0-9]{2}(?:[0-9]{1,2})?)?")


def is_category(code: str) -> bool:
    """Whether `code` is an ICCS code: a section (`08`), a division (`0801`), or one below a known division.

    Rule C1. Source: UNODC, ICCS 1.0: two digits for level 1, four for level 2, five for level 3, six for level 4.
    """
    if not _CODE.fullmatch(code):
        return False
    return code in SECTIONS if len(code) == 2 else code[:4] in DIVISIONS


def parse_category(code: str) -> str:
    """Return `code` if it is an ICCS code; raise `ValueError` otherwise. Rule C1."""
    if not is_category(code):
        raise ValueError("a category is a code of the ICCS, such as 0801 or 050211")
    return code


def may_edit_tables(actor: Actor, country: str) -> bool:
    """Only an administrator of the country changes what its sources' categories stand for. Rule C1."""
    return actor.may_as(EDITORS, country)


def local_key(name: str) -> str:
    """How a local category is looked up: whatever the case of its letters, and without outer blanks. Rule C1."""
    return name.strip().casefold()


def unfit_entries(entries: Mapping[str, str]) -> list[str]:
    """What is wrong with a table from local categories to the ICCS, each thing at once. Rule C1."""
    keys = [local_key(name) for name in entries]
    unmet = [f"entry {number}: the code is none of the ICCS" for number, code in enumerate(entries.values(), 1)
             if not is_category(code)]  # fmt: skip
    unmet += [f"entry {number}: the category has no name" for number, key in enumerate(keys, 1) if not key]
    unmet += [f"entry {number}: the category is there before" for number, key in enumerate(keys, 1)
              if key in keys[: number - 1]]  # fmt: skip
    return unmet
