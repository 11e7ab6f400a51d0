"""The organization that runs the house, as a command is told of it."""

import argparse

from api.wiring import Operator
from evidence.identifiers import Uscc


def add_operator(parser: argparse.ArgumentParser) -> None:
    """Declare the organization that runs the house."""
    parser.add_argument("--operator", required=True, help="统一社会信用代码 its unified social credit code")
    parser.add_argument("--name", required=True, help="单位名称 its name")
    parser.add_argument("--area", required=True, help="六位行政区划代码 six digits of its area")


def operator_of(args: argparse.Namespace) -> Operator:
    """Give the operator that the arguments name.

    Raises:
        CheckDigitWrong, IdentifierMalformed: the code is not one.
    """
    return Operator(uscc=Uscc.parse(args.operator), name=args.name, area=args.area)
