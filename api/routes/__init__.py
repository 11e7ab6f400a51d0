"""The JSON doors, one file per room below; and how a route reaches the house."""

from typing import Annotated

from fastapi import Depends, Request

from api.house import House


async def _house(request: Request) -> House:  # a plain function takes a thread
    house: House = request.app.state.house
    return house


InHouse = Annotated[House, Depends(_house)]
