"""The person's own doors: consent, enrollment, withdrawal, and every portrait that is refused."""

import io
from collections.abc import Callable

import httpx
import pytest
from PIL import Image, ImageFilter

from api.demonstration.people import ENGINEER, FACES
from api.house import House
from api.site import Site
from identity.face import Template
from tests.api.newcomers import (
    PORTRAIT,
    Newcomer,
    arrive,
    arrive_enrolled,
    challenge,
    clerk,
    enroll,
    forget_faces,
    requested,
)


@pytest.fixture(scope="module")
def consenting(site: Site, house: House) -> Newcomer:
    """A person who has consented to face processing and is not enrolled."""
    newcomer = arrive(site, house)
    newcomer.http.post("/api/people/me/consents", json={"purpose": "face"})
    return newcomer


def encoded(image: Image.Image, kind: str = "JPEG") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def portrait() -> Image.Image:
    return Image.open(io.BytesIO(PORTRAIT))


def two_people() -> bytes:
    both = Image.new("RGB", (960, 600))
    both.paste(portrait(), (0, 0))
    both.paste(Image.open(FACES / "photos" / "p05_a.jpg"), (480, 0))
    return encoded(both)


def far_away() -> bytes:
    wall = Image.new("RGB", (800, 800), "#8a8f94")
    wall.paste(portrait().resize((160, 200)), (320, 300))
    return encoded(wall)


REFUSED_CAPTURES: dict[str, Callable[[], bytes]] = {
    "no-face": lambda: encoded(Image.new("RGB", (480, 600), "#8a8f94")),
    "two-faces": two_people,
    "face-too-small": far_away,
    "image-blurred": lambda: encoded(portrait().filter(ImageFilter.GaussianBlur(8))),
    "face-turned-away": ENGINEER.clip("left")[14].read_bytes,
    "image-too-large": lambda: encoded(Image.new("L", (65_000, 20)), "PNG"),
    "image-kind-refused": lambda: b"%PDF-1.7 not a picture",
    "image-broken": lambda: PORTRAIT[:2000],
}


@pytest.mark.parametrize("code", REFUSED_CAPTURES)
def test_a_capture_that_cannot_serve_is_refused_by_name(consenting: Newcomer, code: str) -> None:
    answer = consenting.http.post("/api/people/me/enrollment", files={"captures": REFUSED_CAPTURES[code]()})
    assert (answer.status_code, answer.json()["title"], answer.json()["capture"]) == (409, code, 1)


def test_nobody_is_enrolled_by_a_refused_capture(consenting: Newcomer) -> None:
    enroll(consenting, b"nothing")
    assert consenting.http.get("/api/people/me").json()["enrolled"] is False


def test_without_consent_a_capture_is_not_even_decoded(site: Site, house: House) -> None:
    answer = enroll(arrive(site, house), b"not a picture")
    assert answer.json()["title"] == "consent-missing"


def test_consent_is_given_once(consenting: Newcomer) -> None:
    answer = consenting.http.post("/api/people/me/consents", json={"purpose": "face"})
    assert answer.json()["title"] == "consent-already-given"


def test_a_purpose_that_is_not_asked_for_is_refused(consenting: Newcomer) -> None:
    assert consenting.http.post("/api/people/me/consents", json={"purpose": "selling"}).status_code == 422


def test_an_enrolled_person_sees_that_they_are(site: Site, house: House) -> None:
    forget_faces(house)
    newcomer = arrive(site, house)
    newcomer.http.post("/api/people/me/consents", json={"purpose": "face"})
    enroll(newcomer)
    me = newcomer.http.get("/api/people/me").json()
    assert me == {"name_masked": "新**", "enrolled": True, "outdated": False, "consented": True}


def test_an_enrolled_face_cannot_be_replaced_by_who_holds_the_session(site: Site, house: House) -> None:
    forget_faces(house)
    newcomer = arrive(site, house)
    newcomer.http.post("/api/people/me/consents", json={"purpose": "face"})
    enroll(newcomer)
    answer = enroll(newcomer)
    assert answer.json()["title"] == "enrolled-already"


def test_who_was_enrolled_by_another_model_is_told_so_and_enrolls_again(site: Site, house: House) -> None:
    forget_faces(house)
    newcomer = arrive_enrolled(site, house, template=Template(b"dlib-resnet-1\x00" + bytes(512)))
    me = newcomer.http.get("/api/people/me").json()
    assert (me["enrolled"], me["outdated"]) == (False, True)
    assert "需要重新登记" in newcomer.http.get("/engineer/enrollment").text
    asked = challenge(newcomer, requested(site, house, newcomer))
    assert asked["title"] == "template-of-another-model"
    newcomer.http.delete("/api/people/me/consents/face").raise_for_status()
    newcomer.http.post("/api/people/me/consents", json={"purpose": "face"}).raise_for_status()
    again = enroll(newcomer)
    assert again.json()["version"] == 2
    assert "challenge" in challenge(newcomer, requested(site, house, newcomer))


def test_withdrawing_consent_ends_the_enrollment(site: Site, house: House) -> None:
    newcomer = arrive_enrolled(site, house)
    newcomer.http.delete("/api/people/me/consents/face")
    me = newcomer.http.get("/api/people/me").json()
    assert (me["enrolled"], me["consented"]) == (False, False)


def test_a_new_consent_does_not_bring_the_erased_template_back(site: Site, house: House) -> None:
    newcomer = arrive_enrolled(site, house)
    newcomer.http.delete("/api/people/me/consents/face")
    newcomer.http.post("/api/people/me/consents", json={"purpose": "face"})
    assert newcomer.http.get("/api/people/me").json()["enrolled"] is False


def test_a_stranger_is_asked_to_sign_in(site: Site) -> None:
    assert httpx.get(f"{site.url}/api/people/me").json()["title"] == "sign-in-needed"


def test_a_firms_clerk_has_no_face_to_enroll(site: Site, house: House) -> None:
    answer = clerk(site, house).post("/api/people/me/consents", json={"purpose": "face"})
    assert answer.json()["title"] == "not-yours"


def test_the_enrollment_page_shows_the_notice_word_for_word(site: Site, house: House) -> None:
    page = arrive(site, house).http.get("/engineer/enrollment").text
    assert "不保存照片和录像，只保存用您专属密钥加密的模板" in page


def test_the_enrollment_page_names_the_way_without_a_face(site: Site, house: House) -> None:
    assert "政务服务窗口" in arrive(site, house).http.get("/engineer/enrollment").text


def test_the_enrollment_page_leads_back_to_pages_of_this_house_only(site: Site, house: House) -> None:
    newcomer = arrive(site, house)
    newcomer.http.post("/api/people/me/consents", json={"purpose": "face"})
    page = newcomer.http.get("/engineer/enrollment", params={"back": "https://elsewhere.example/x"}).text
    assert "elsewhere" not in page
