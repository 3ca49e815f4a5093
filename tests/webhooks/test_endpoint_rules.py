"""Which addresses and names are never sent to, and what is offered. Rules W1, W5."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beatbook.contracts.actor import Role
from beatbook.contracts.catalogue import EVENTS
from services.webhooks.endpoints.rules import OFFERED, address_fault, target_faults

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.org/beatbook",
        "https://hooks.example.org:8443/a?b=c",
        "https://xn--prishtin-s1a.example/hook",
        "https://93.184.216.34/hook",
        "https://[2606:2800:220:1:248:1893:25c8:1946]/hook",
        "https://example.org./hook",
    ],
)
def test_public_targets_will_do(url):
    assert target_faults(url, embedded=False) == []
    assert target_faults(url, embedded=True) == []


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://127.8.9.1/",
        "https://[::1]/",
        "https://localhost/",
        "https://LOCALHOST:8443/",
        "https://[::ffff:127.0.0.1]/",
        "http://hooks.example.org/",
    ],
)
def test_what_only_a_laptop_may_use(url):
    """Rule W5: loopback and plain http are for trying things out at home."""
    assert target_faults(url, embedded=False)
    loopback_or_http = target_faults(url, embedded=True)
    assert loopback_or_http == []


@pytest.mark.parametrize(
    "url",
    [
        "https://169.254.169.254/latest/meta-data/",
        "https://[fe80::1]/",
        "https://[fe80::1%25eth0]/",
        "https://10.0.0.7/",
        "https://172.16.3.4/",
        "https://192.168.1.1/",
        "https://100.64.0.1/",
        "https://100.100.100.200/",
        "https://168.63.129.16/",
        "https://0.0.0.0/",
        "https://[::]/",
        "https://[fd00:ec2::254]/",
        "https://[fec0::1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://[2002:7f00:1::]/",
        "https://[2002:a9fe:a9fe::]/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://240.0.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://127.1/",
        "https://0177.0.0.1/",
        "https://017700000001/",
        "https://127.0.0.1./",
        "https://1.2.3.4.5/",
        "https://metadata/",
        "https://metadata.google.internal/",
        "https://db.local/",
        "https://router.home.arpa/",
        "https://foo.localhost/",
        "https://①②⑦.⓪.⓪.①/",
        "https://exa mple.org/",
        "https://example.org\\@127.0.0.1/",
        "https://user:secret@hooks.example.org/",
        "https://user@hooks.example.org/",
        "https://@hooks.example.org/",
        "https://hooks.example.org/#part",
        "https://hooks.example.org:0/",
        "https://hooks.example.org:99999/",
        "https://hooks.example.org:x/",
        "https://hooks.exa\tmple.org/",
        "https://hooks.exam\nple.org/",
        "https://127.0.0.1%2f@hooks.example.org/",
        "https://%31%32%37.0.0.1/",
        "https:///path",
        "https://",
        "https://[::1",
        "https://[v1.x]/",
        "https://-.example.org/",
        "https://a..b/",
        "ftp://hooks.example.org/",
        "file:///etc/passwd",
        "gopher://hooks.example.org/",
        "javascript:alert(1)",
        "hooks.example.org",
        "//hooks.example.org/",
        "",
        "https://" + "a" * 2000 + ".org/",
    ],
)
@pytest.mark.parametrize("embedded", [False, True])
def test_targets_never_sent_to(url, embedded):
    """Rule W5: by address, by odd spelling, by local name, by scheme, with credentials."""
    assert target_faults(url, embedded=embedded)


def test_all_faults_are_told_at_once():
    assert len(target_faults("http://user@127.0.0.1/#x", embedded=False)) == 4


@given(st.ip_addresses())
def test_only_global_addresses_are_sent_to(address):
    """Rule W5: nothing passes that the standard library does not call global too."""
    if address_fault(address, embedded=False) is None:
        assert address.is_global
        assert not address.is_multicast


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_in_ipv6_clothes_is_judged_as_itself(address):
    mapped = ip_address(f"::ffff:{address}")
    assert (address_fault(mapped, embedded=False) is None) == (address_fault(address, embedded=False) is None)


@given(st.text(max_size=60))
def test_no_text_is_too_strange_to_be_judged(text):
    assert isinstance(target_faults(text, embedded=True), list)
    assert isinstance(target_faults("https://" + text, embedded=False), list)


def test_offered_is_what_the_contract_lets_partners_hear():
    """Rules W1, C12: the forum's events whose audience includes partners, and those for one agency, by short names."""
    audible = {kind for kind in EVENTS.values() if kind.service == "forum" and Role.PARTNER in kind.audience}
    addressed = {kind for kind in OFFERED.values() if "agency" in kind.model_fields}
    assert set(OFFERED.values()) == audible | addressed
    assert {kind.aggregate for kind in addressed} == {"referral"}
    assert all(name == kind.short_type() for name, kind in OFFERED.items())
