"""The operators' page: what decides about faces, how sure it is, and how scans went week by week."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.error_plot import plot
from api.pages import page
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from identity.approvals import Method
from identity.counter_cases import CaseState
from identity.scan_figures import drifts, weeks

router = APIRouter()

OUTCOMES = (
    CaseState.APPROVED,
    CaseState.REFUSED,
    CaseState.FAILED,
    CaseState.WITHDRAWN,
    CaseState.LAPSED,
)

AsOperator = Annotated[Visitor, allow(Role.OPERATOR)]


@router.get("/operator", include_in_schema=False)
def operator(request: Request, house: InHouse, _: AsOperator) -> Response:
    """Show thresholds with the measured curve, and the figures of eight weeks."""
    with house.database.transaction() as session:
        shown = weeks(session, now=house.clock.now())
    policy, curve = house.scan_policy, house.error_curve
    return page(
        request,
        "operator.html",
        policy=policy,
        enrollment=house.enrollment_policy,
        outcomes=[state.value for state in OUTCOMES],
        curve=curve,
        plot=plot(curve, distance=policy.threshold.distance),
        rejects=curve.rejects(policy.threshold.distance),
        accepts=curve.accepts(policy.threshold.distance),
        weeks=shown,
        drifts=drifts(shown),
        bound=house.settings.face_false_accepts.term,
        methods=tuple(Method),
    )
