"""The exact text that a person authorizes."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from evidence.digest import sha256
from identity.authorization_requests import ValidityBackdated, ValidityPast, ValidityReversed
from identity.authorizations import Authorization
from identity.names import HiddenCharacter
from identity.organizations import Organization
from identity.people import Person
from identity.qualifications import Qualification, QualificationExpired

RequestOf = Callable[..., Authorization]


def test_the_text_says_who_what_for_whom_and_how_long(
    requested: Authorization,
    engineer: Person,
    firm: Organization,
    institute: Organization,
    qualification: Qualification,
) -> None:
    shared = [
        engineer.name,
        firm.name,
        firm.uscc.text,
        institute.name,
        qualification.registration_number,
        requested.purpose,
        requested.project,
        requested.position or "?",
        requested.scope or "?",
        str(requested.id),
    ]
    assert not [words for words in shared if words not in requested.text.zh]
    assert not [words for words in shared if words not in requested.text.en]


def test_times_are_beijing_time_in_both_languages(requested: Authorization) -> None:
    assert "自北京时间 2026-05-02 16:00 起至 2026-05-12 16:00 止" in requested.text.zh
    assert "from 2026-05-02 16:00 until 2026-05-12 16:00, Beijing time" in requested.text.en


def test_whole_days_read_as_days_in_both_languages(request_of: RequestOf) -> None:
    midnight = timedelta(hours=8)  # from 16:00 in Beijing
    text = request_of(begins=midnight, ends=midnight + timedelta(days=30)).text
    assert "自 2026-05-03 起至 2026-06-01 止，含当日" in text.zh
    assert "from 2026-05-03 through 2026-06-01, Beijing time" in text.en


def test_the_text_shows_four_characters_of_the_citizen_number(
    requested: Authorization, engineer: Person
) -> None:
    number = engineer.citizen_number.text
    assert number[-4:] in requested.text.zh
    assert number[-5:] not in requested.text.zh + requested.text.en


def test_the_text_tells_the_consequences_and_the_other_way(requested: Authorization) -> None:
    for words in ("一次", "撤销", "拒绝", "窗口"):
        assert words in requested.text.zh


def test_the_digest_covers_both_languages(requested: Authorization) -> None:
    document = f"{requested.text.zh}\n\n{requested.text.en}\n"
    assert requested.digest == sha256(document.encode())


def test_two_like_requests_have_different_digests(request_of: RequestOf) -> None:
    assert request_of().digest != request_of().digest


def test_a_firm_cannot_write_lines_of_its_own_into_the_text(request_of: RequestOf) -> None:
    with pytest.raises(HiddenCharacter):
        request_of(purpose="投标\n六、授权长期有效")


def test_a_validity_that_ends_before_it_begins_is_refused(request_of: RequestOf) -> None:
    with pytest.raises(ValidityReversed):
        request_of(begins=timedelta(days=2), ends=timedelta(days=1))


def test_a_validity_that_is_over_is_refused(request_of: RequestOf) -> None:
    with pytest.raises(ValidityPast):
        request_of(begins=timedelta(days=-2), ends=timedelta(days=-1))


def test_a_validity_that_begins_before_the_day_of_the_request_is_refused(request_of: RequestOf) -> None:
    with pytest.raises(ValidityBackdated):
        request_of(begins=timedelta(hours=-17))


def test_a_validity_may_begin_with_the_day_of_the_request_in_beijing(request_of: RequestOf) -> None:
    assert request_of(begins=timedelta(hours=-16)).valid_from


def test_a_qualification_must_cover_the_whole_validity(request_of: RequestOf) -> None:
    with pytest.raises(QualificationExpired):
        request_of(ends=timedelta(days=3650))
