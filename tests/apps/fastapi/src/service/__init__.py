"""A small service."""

import contextlib
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, WebSocket
from pydantic import BaseModel, Field, field_validator


class Item(BaseModel):
    name: str = Field(min_length=2)
    price: float = 1.5

    @field_validator("name")
    @classmethod
    def lower(cls, value):
        return value.lower()


@contextlib.asynccontextmanager
async def lifespan(app):
    app.state.items = {}
    yield


app = FastAPI(title="Service", lifespan=lifespan)


def limit(limit: int = 10):
    return limit


@app.post("/items")
async def add(item: Item) -> Item:
    app.state.items[item.name] = item
    return item


@app.get("/items/{name}")
def show(name: str, limit: Annotated[int, Depends(limit)]):
    if name not in app.state.items:
        raise HTTPException(404, "unknown")
    return {"item": app.state.items[name], "limit": limit}


@app.websocket("/echo")
async def echo(socket: WebSocket):
    await socket.accept()
    await socket.send_text((await socket.receive_text()).upper())
    await socket.close()
