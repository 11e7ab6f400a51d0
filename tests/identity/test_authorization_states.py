"""The state machine of an authorization, walked at random against a model of four sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import YinxinError
from identity.approval_refusals import (
    ApprovalForAnotherAction,
    ApprovalForAnotherSubject,
    ApprovalFromLater,
    ApprovalMalformed,
    ApprovalTooOld,
    ApprovalUnknown,
)
from identity.authorization_states import (
    TRANSITIONS,
    AnswerTooLate,
    AuthorizationNotGranted,
    State,
    TransitionRefused,
    check_transition,
)
from identity.authorizations import ApprovalAlreadyUsed, ApprovalOfAnother

FINAL = {State.REFUSED, State.USED, State.REVOKED, State.LAPSED}
states = st.sampled_from(State)


def allowed(current: State, wanted: State) -> bool:
    """The rules as one would say them."""
    if current is State.REQUESTED:
        return wanted in {State.GRANTED, State.REFUSED, State.LAPSED}
    if current is State.GRANTED:
        return wanted in {State.USED, State.REVOKED, State.LAPSED}
    return False


@given(states, states)
def test_a_transition_is_allowed_exactly_when_the_rules_say_so(current: State, wanted: State) -> None:
    if allowed(current, wanted):
        check_transition(current, wanted, authorization="a")
    else:
        with pytest.raises(TransitionRefused):
            check_transition(current, wanted, authorization="a")


@given(st.lists(states, max_size=12))
def test_every_walk_ends_after_two_steps_and_never_leaves_a_final_state(wishes: list[State]) -> None:
    state, steps = State.REQUESTED, 0
    for wanted in wishes:
        try:
            check_transition(state, wanted, authorization="a")
        except TransitionRefused:
            continue
        assert state not in FINAL
        state, steps = wanted, steps + 1
    assert steps <= 2


@given(st.lists(states, max_size=12))
def test_nothing_is_used_or_revoked_that_was_not_granted(wishes: list[State]) -> None:
    walk = [State.REQUESTED]
    for wanted in wishes:
        if wanted in TRANSITIONS[walk[-1]]:
            walk.append(wanted)
    if walk[-1] in {State.USED, State.REVOKED}:
        assert walk[-2] is State.GRANTED


@pytest.mark.parametrize("current", State)
@pytest.mark.parametrize("wanted", State)
def test_a_refusal_names_the_state_that_forbids(current: State, wanted: State) -> None:
    if wanted in TRANSITIONS[current] or current is wanted:
        return
    with pytest.raises(TransitionRefused) as refused:
        check_transition(current, wanted, authorization="7f3a")
    assert "7f3a" in refused.value.sentence("zh")
    assert "7f3a" in refused.value.sentence("en")


def test_each_state_has_a_refusal_of_its_own() -> None:
    codes = set()
    for current in State:
        with pytest.raises(TransitionRefused) as refused:
            check_transition(current, State.REQUESTED, authorization="a")
        codes.add(refused.value.code)
    assert len(codes) == len(State)


@pytest.mark.parametrize("answer", [State.REFUSED, State.REVOKED])
def test_a_person_who_answers_twice_is_told_that_nothing_is_left_to_do(answer: State) -> None:
    with pytest.raises(TransitionRefused) as refused:
        check_transition(answer, answer, authorization="7f3a")
    assert refused.value.sentence("zh").endswith("无需再操作。")
    assert "request a new one" not in refused.value.sentence("en")


@pytest.mark.parametrize("answer", [State.GRANTED, State.REFUSED])
def test_a_late_answer_is_told_of_the_time_to_answer_and_not_of_the_validity(answer: State) -> None:
    with pytest.raises(AnswerTooLate) as refused:
        check_transition(State.LAPSED, answer, authorization="7f3a")
    assert "答复期限已过" in refused.value.sentence("zh")
    assert "有效期" not in refused.value.sentence("zh")


@pytest.mark.parametrize(
    "kind",
    [
        AuthorizationNotGranted,
        ApprovalOfAnother,
        ApprovalAlreadyUsed,
        ApprovalMalformed,
        ApprovalForAnotherAction,
        ApprovalForAnotherSubject,
        ApprovalTooOld,
        ApprovalFromLater,
        ApprovalUnknown,
    ],
)
def test_who_confirms_without_a_face_is_not_told_to_show_it(kind: type[YinxinError]) -> None:
    assert "刷脸" not in kind.zh
    assert "scan" not in kind.en
