"""A trust file pins the code of every contract that it names, or nothing that relies on it begins."""

from dataclasses import replace

import pytest

from api import trust
from api.watching import CodeUnpinned, pinned_log
from tests.quiet_city import QuietCity

NAMES = ("EvidenceLog", "OrganizationRegistry", "StatusRegister")


def test_every_contract_is_pinned_with_its_code(city: QuietCity) -> None:
    city.anchor()
    anchors = trust.anchors(city.house)
    assert len(pinned_log(anchors).codes) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_contract_without_the_hash_of_its_code_is_named(city: QuietCity, name: str) -> None:
    city.anchor()
    anchors = trust.anchors(city.house)
    left = {each: code for each, code in anchors.chain.code_hashes.items() if each != name}
    with pytest.raises(CodeUnpinned) as refused:
        pinned_log(replace(anchors, chain=replace(anchors.chain, code_hashes=left)))
    assert refused.value.facts["contract"] == name
