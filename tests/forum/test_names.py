"""Names of people who came as the public, however they are written. Rule F11. Pure."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forum.minutes.names import named_in

pytestmark = pytest.mark.pure

WAYS = [
    "Ana Krasniqi", "ana   krasniqi", "ANA\nKRASNIQI", "(Ana Krasniqi)", "Krasniqi, Ana", "Krasniqi Ana",
    "Ana-Krasniqi", "Ana_Krasniqi", "AnaKrasniqi", "A n a  K r a s n i q i", "A.n.a K.r.a.s.n.i.q.i",
    "Ana Kras\u00adniqi", "A\u200bna Kras\u200cniqi", "Ana\u00a0Krasniqi", "Ana&nbsp;Krasniqi",
    "An\u0301a Krasn\u00efqi",
    "\u202eAna\u202c Krasniqi", "Ａｎａ Ｋｒａｓｎｉｑｉ", "Ана Красничи", "Ana Krasnići",
    "Anës Krasniqit", "Anu Krasniqija",
    "A. Krasniqi", "A.Krasniqi", "An. Krasniqi", "Krasniqi A.", "Ana K.", "A.K.", "A. K.", "Znj. Krasniqi",
    "Mrs Krasniqi",
    "gospođa Krasnići", "Ana M. Krasniqi",
]  # fmt: skip


@pytest.mark.parametrize("written", WAYS)
def test_rule_f11_a_name_is_found_however_it_is_written(written: str) -> None:
    assert named_in(["Ana Krasniqi"], {"x": f"Then {written} spoke of lamps."}) == ["x"]
    assert named_in(["Mrs. Ana Krasniqi"], {"x": f"Then {written} spoke of lamps."}) == ["x"]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Xhevat Hoxha", "Џеват Хоџа"), ("Gjergj Thaçi", "Ђерђ Тачи"), ("Žaklína Straße", "zaklina strasse"),
        ("Shkumbin Ylli", "Škumbin Ili"), ("Ana Maria Krasniqi", "Ana Krasniqi"), ("Ana Krasniqi", "Ana Krasniqin"),
        ("علي حسن", "قال علي حسن"), ("Krasniqi", "K r a s n i q i"), ("Xhevat Hoxha", "Xh. Hoxha"),
    ],
)  # fmt: skip
def test_rule_f11_a_name_is_found_in_another_spelling(name: str, written: str) -> None:
    assert named_in([name], {"x": f"… {written} …"}) == ["x"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Ana", "Anatolia, banana, a na tha"), ("Ana Krasniqi", "The Krasniqi school, and Krasniq street"),
        ("Ana Krasniqi", "Ana of the other street"), ("Marko Ilić", "On the market, Ilidža"),
        ("..", "anything at all."),
        ("Ana Krasniqi", "Blerim Krasniqi (police) and the Krasniqi family"),
    ],
)  # fmt: skip
def test_what_is_no_name_of_theirs_stays(name: str, text: str) -> None:
    assert named_in([name], {"x": text}) == []


_LETTERS = st.text(st.characters(categories=["Lu", "Ll"], max_codepoint=0x24F), min_size=3, max_size=9)


@given(_LETTERS, _LETTERS, st.sampled_from([" ", "  ", "-", ", ", "\n", "\u00ad ", "\u200b", " \u2060"]), st.data())
def test_no_dressing_up_hides_a_name(first: str, last: str, between: str, data: st.DataObject) -> None:
    written = f"{first}{between}{last}"
    form = data.draw(st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
    case = data.draw(st.sampled_from([str.upper, str.lower, str.title, str.casefold, str]))
    place = data.draw(st.integers(0, len(written)))
    written = unicodedata.normalize(form, case(written[:place] + "\u00ad" + written[place:]))
    assert named_in([f"{first} {last}"], {"x": f"({written})"}) == ["x"]


@given(st.text())
def test_any_text_can_be_looked_through(text: str) -> None:
    assert named_in([text], {"x": ""}) == []
    assert named_in(["Ana Krasniqi"], {"x": f"{text} Ana Krasniqi {text}"}) == ["x"]


def test_many_names_in_much_text_do_not_hold_up_the_service() -> None:
    names = [f"Person{number} Family{number}" for number in range(500)]
    texts = {str(number): "The lamps of the school street were mended by the firm. " * 100 for number in range(180)}
    began = time.process_time()
    assert named_in(names, texts) == []
    assert time.process_time() - began < 10  # without a look at the letters first it is minutes
