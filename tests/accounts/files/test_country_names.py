"""Names of countries, and the codes that they mean."""

import pytest

from ordosync.accounts.files.parsing.country_names import country_code
from ordosync.countries import COUNTRY_CODES


@pytest.mark.parametrize("code", ["US", "de", "XK"])
def test_code_stays(code: str) -> None:
    assert country_code(code) == code.upper()


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("GB", ["United Kingdom", "UK", "U.K.", "Great Britain", "England", "Royaume-Uni"]),
        ("US", ["United States", "USA", "U.S.A.", "united states of america", "Stati Uniti"]),
        ("DE", ["Germany", "Deutschland", "Allemagne", "Alemania", "Duitsland", "Alemanha"]),
        ("AT", ["\u00d6sterreich", "O\u0308sterreich", "Osterreich", "Autriche"]),
        ("NL", ["Netherlands", "The Netherlands", "Holland", "Niederlande", "Pays-Bas"]),
        ("CZ", ["Czech Republic", "Czechia", "Tschechien"]),
        ("TR", ["Turkey", "T\u00fcrkiye", "Turkiye"]),
        ("RU", ["Russia", "Russian Federation"]),
        ("KR", ["South Korea", "Republic of Korea", "Korea, Republic of", "Korea (South)"]),
        ("CI", ["Ivory Coast", "C\u00f4te d\u2019Ivoire", "Cote d'Ivoire"]),
        ("CD", ["Congo - Kinshasa", "DR Congo"]),
        ("LC", ["St. Lucia", "Saint Lucia"]),
        ("TT", ["Trinidad & Tobago", "Trinidad and Tobago"]),
        ("NE", ["Niger"]),
        ("NG", ["Nigeria"]),
    ],
)
def test_name_has_the_code_of_its_country(code: str, names: list[str]) -> None:
    assert {country_code(name) for name in names} == {code}


@pytest.mark.parametrize(
    "name",
    ["Congo", "Korea", "Corea", "Virgin Islands", "Germny", "EL", "ZZ", "USA!", "United", "", "-"],
)
def test_other_names_have_no_code(name: str) -> None:
    assert country_code(name) == ""


def test_each_country_has_a_name() -> None:
    names = ("France", "Brazil", "Kosovo", "Curacao", "Aland Islands", "South Sudan")

    assert all(country_code(name) in COUNTRY_CODES for name in names)
