"""Web addresses from outside: what is read, how it is written, what is refused."""

import string
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.urls import MAX_URL, UrlError, UrlFault, canonical_url, parse_web_url
from tests.spellings import ONE, SPELLINGS


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("https://example.com", "https://example.com/"),
        ("HTTPS://Example.COM:443/A?b=C#d", "https://example.com/A?b=C"),
        ("http://example.com:8080/a.png", "http://example.com:8080/a.png"),
        ("http://example.com:/a.png", "http://example.com/a.png"),
        ("http://example.com./a.png", "http://example.com/a.png"),
        ("https://example.com?b", "https://example.com/?b"),
        ("https://images_1.example.com/", "https://images_1.example.com/"),
        ("https://-a-.example.com/", "https://-a-.example.com/"),
        ("https://_.example.com./", "https://_.example.com/"),
        ("https://r3---sn-4g5e6nz7.example/", "https://r3---sn-4g5e6nz7.example/"),
        ("https://a!$&'()*+,;=~b.example/", "https://a!$&'()*+,;=~b.example/"),
        ("https://example.com/a b/é.png?q=ü\\", "https://example.com/a%20b/%C3%A9.png?q=%C3%BC\\"),
        ("https://example.com/{a}'?{b}'|", "https://example.com/%7Ba%7D'?{b}%27|"),
        ("https://example.com/a/../b/./c/%2e%2E/d?../e", "https://example.com/b/d?../e"),
        ("https://example.com/a?", "https://example.com/a?"),
        ("https://example.com/a?#b", "https://example.com/a?"),
        ("https://example.com/%7Ea%2Fb", "https://example.com/%7Ea%2Fb"),
        ("https://日本語.jp/", "https://xn--wgv71a119e.jp/"),
        ("https://faß.de/", "https://xn--fa-hia.de/"),
        ("https://😀.example/", "https://xn--e28h.example/"),
        ("https://fa%C3%9f.de/", "https://xn--fa-hia.de/"),
        ("https://EXAMPLE。Com./", "https://example.com/"),
        ("http://[2001:DB8::0:1]:80/", "http://[2001:db8::1]/"),
        ("http://[::ffff:1.2.3.4]/", "http://[::ffff:102:304]/"),
    ],
)
def test_a_url_is_written_in_one_spelling(text: str, written: str) -> None:
    assert parse_web_url(text).text == written
    assert parse_web_url(written).text == written


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0X7F.1",
        "0x7f.0.0.0x1",
        "017700000001",
        "0177.0.0.1",
        "00000177.0.0.1",
        "\uff11\uff12\uff17.\uff10.\uff10.\uff11",
        "127。0。0。1",
        "①②⑦.0.0.1",
    ],
)
def test_every_spelling_of_an_ipv4_address_is_read_as_that_address(host: str) -> None:
    url = parse_web_url(f"http://{host}/")
    assert url.address == IPv4Address("127.0.0.1")
    assert url.host == "127.0.0.1"


@pytest.mark.parametrize("text", SPELLINGS)
def test_every_spelling_of_a_url_becomes_one(text: str) -> None:
    assert canonical_url(text) == ONE


def test_a_url_that_encoding_makes_too_long_is_refused() -> None:
    assert len(canonical_url("https://a.example/" + "あ" * 225)) == 18 + 9 * 225
    with pytest.raises(UrlError) as caught:
        canonical_url("https://a.example/" + "あ" * 226)
    assert caught.value.code is UrlFault.TOO_LONG


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", UrlFault.MALFORMED),
        ("a.png", UrlFault.MALFORMED),
        ("//example.com/a.png", UrlFault.MALFORMED),
        ("http:example.com", UrlFault.MALFORMED),
        ("http:/example.com", UrlFault.MALFORMED),
        ("http:///a.png", UrlFault.MALFORMED),
        ("http://", UrlFault.MALFORMED),
        ("http://./", UrlFault.MALFORMED),
        ("http://a..b/", UrlFault.MALFORMED),
        ("http://%31%32%37.0.0.1/", UrlFault.MALFORMED),
        ("http://%EF%BC%91%32%37.0.0.1/", UrlFault.MALFORMED),
        ("http://caf%E9.example/", UrlFault.MALFORMED),
        ("http://exa mple.com/", UrlFault.MALFORMED),
        ("http://exam\u3000ple.com/", UrlFault.MALFORMED),
        ("http://example.com:0/", UrlFault.MALFORMED),
        ("http://example.com:65536/", UrlFault.MALFORMED),
        ("http://example.com:8_0/", UrlFault.MALFORMED),
        ("http://example.com:+80/", UrlFault.MALFORMED),
        ("http://example.com:\uff18\uff10/", UrlFault.MALFORMED),
        ("http://example.com:80:80/", UrlFault.MALFORMED),
        ("http://1.2.3.4.5/", UrlFault.MALFORMED),
        ("http://256.1.1.1/", UrlFault.MALFORMED),
        ("http://1.16777216/", UrlFault.MALFORMED),
        ("http://4294967296/", UrlFault.MALFORMED),
        ("http://09.1/", UrlFault.MALFORMED),
        ("http://a.0x/b", UrlFault.MALFORMED),
        ("http://" + "9" * 1500 + "/", UrlFault.MALFORMED),
        ("http://[::1/", UrlFault.MALFORMED),
        ("http://[1.2.3.4]/", UrlFault.MALFORMED),
        ("http://[fe80::1%25eth0]/", UrlFault.MALFORMED),
        ("http://[fe80::1%eth0]/", UrlFault.MALFORMED),
        ("http://[v1.x]/", UrlFault.MALFORMED),
        ("http://[::1]x/", UrlFault.MALFORMED),
        ("http:\\\\example.com\\a", UrlFault.MALFORMED),
        ("http://example.com\\@evil.com/", UrlFault.MALFORMED),
        ("http://example.com/a\\b", UrlFault.MALFORMED),
        ("http://example.com/\ta", UrlFault.MALFORMED),
        ("http://example.com/\r\nHost: evil", UrlFault.MALFORMED),
        ("http://example.com/\x00", UrlFault.MALFORMED),
        ("http://example.com/\u202egnp.a", UrlFault.MALFORMED),
        ("http://example.com/\ud800", UrlFault.MALFORMED),
        (" http://example.com/", UrlFault.MALFORMED),
        ("http://example.com/ ", UrlFault.MALFORMED),
        ("http://" + "a" * 64 + ".com/", UrlFault.MALFORMED),
        ("http://" + "a." * 127 + "com/", UrlFault.MALFORMED),
        ("http://" + "ü" * 300 + "/", UrlFault.MALFORMED),
        ("ftp://example.com/", UrlFault.SCHEME),
        ("file:///etc/passwd", UrlFault.SCHEME),
        ("data:image/png;base64,AAAA", UrlFault.SCHEME),
        ("javascript:alert(1)", UrlFault.SCHEME),
        ("gopher://127.0.0.1:6379/_FLUSHALL", UrlFault.SCHEME),
        ("http://user@example.com/", UrlFault.CREDENTIALS),
        ("http://user:pass@example.com/", UrlFault.CREDENTIALS),
        ("http://@example.com/", UrlFault.CREDENTIALS),
        ("http://example.com@127.0.0.1/", UrlFault.CREDENTIALS),
        ("http://a:80@b:80/", UrlFault.CREDENTIALS),
    ],
)
def test_what_nobody_should_fetch_is_refused_with_its_reason(text: str, code: UrlFault) -> None:
    with pytest.raises(UrlError) as caught:
        parse_web_url(text)
    assert caught.value.code is code
    assert caught.value.detail.isprintable()


def test_a_url_of_2048_characters_is_read_and_a_longer_one_is_not() -> None:
    start = "https://example.com/"
    longest = start + "a" * (MAX_URL - len(start))
    assert parse_web_url(longest).text == longest
    with pytest.raises(UrlError) as caught:
        parse_web_url(longest + "a")
    assert caught.value.code is UrlFault.TOO_LONG


def test_an_at_sign_behind_the_host_is_no_credential() -> None:
    assert parse_web_url("https://example.com/@me?to=a@b").target == "/@me?to=a@b"


@pytest.mark.parametrize(
    ("location", "written"),
    [
        ("/b.png", "https://example.com:8443/b.png"),
        ("b.png", "https://example.com:8443/d/b.png"),
        ("?w=1", "https://example.com:8443/d/a.png?w=1"),
        ("//other.example/b", "https://other.example/b"),
        ("http://other.example", "http://other.example/"),
        ("../../../b c.png", "https://example.com:8443/b%20c.png"),
        ("https:b.png", "https://example.com:8443/d/b.png"),
        ("#b", "https://example.com:8443/d/a.png?q"),
    ],
)
def test_a_redirect_is_followed_from_where_we_are(location: str, written: str) -> None:
    assert parse_web_url("https://example.com:8443/d/a.png?q").join(location).text == written


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("", UrlFault.MALFORMED),
        ("\\\\evil.com", UrlFault.MALFORMED),
        ("/\\evil.com", UrlFault.MALFORMED),
        ("/a\nb", UrlFault.MALFORMED),
        ("http://[", UrlFault.MALFORMED),
        ("//me:you@example.com/", UrlFault.CREDENTIALS),
        ("//@example.com/", UrlFault.CREDENTIALS),
        ("http:me@example.com/", UrlFault.CREDENTIALS),
        ("//%31%32%37.0.0.1/", UrlFault.MALFORMED),
        ("//a..com/", UrlFault.MALFORMED),
        ("//example.com:0/", UrlFault.MALFORMED),
        ("file:///etc/passwd", UrlFault.SCHEME),
        ("/" + "a" * MAX_URL, UrlFault.TOO_LONG),
    ],
)
def test_a_redirect_is_read_as_strictly_as_a_url(location: str, code: UrlFault) -> None:
    with pytest.raises(UrlError) as caught:
        parse_web_url("https://example.com/a.png").join(location)
    assert caught.value.code is code


@pytest.mark.parametrize("host", ["127.0.0.1", "[2001:db8::1]"])
@pytest.mark.parametrize("location", ["/b.png", "b.png", "?b", "//{host}/b.png"])
def test_an_address_stays_an_address_after_a_redirect(host: str, location: str) -> None:
    url = parse_web_url(f"https://{host}:8443/a.png")
    assert url.join(location.format(host=host)).address == url.address is not None


@given(st.integers(0, 2**32 - 1), st.sampled_from(["{:d}", "0x{:x}", "0{:o}"]))
def test_one_number_of_any_base_is_an_ipv4_address(value: int, form: str) -> None:
    assert parse_web_url(f"http://{form.format(value)}/").address == IPv4Address(value)


@given(st.ip_addresses(v=6))
def test_every_ipv6_address_without_a_zone_is_read(address: IPv6Address) -> None:
    url = parse_web_url(f"https://[{address.exploded.upper()}]/x")
    assert url.address == address
    assert parse_web_url(url.text) == url


_AWKWARD = st.text(st.sampled_from(string.printable + "\\@:/?#[]%。\uff11é\u202e\u3000\x00"), max_size=60)


@given(st.one_of(st.text(max_size=80), _AWKWARD, _AWKWARD.map(lambda text: "http://" + text)))
def test_any_text_is_read_or_refused_and_what_is_read_is_harmless_to_send(text: str) -> None:
    try:
        url = parse_web_url(text)
    except UrlError:
        return
    assert url.target.startswith("/")
    assert all("!" <= character <= "~" for character in url.text)
    assert parse_web_url(url.text) == url


@given(_AWKWARD)
def test_any_redirect_is_read_or_refused(location: str) -> None:
    try:
        url = parse_web_url("https://example.com/a/b?c").join(location)
    except UrlError:
        return
    assert parse_web_url(url.text) == url
