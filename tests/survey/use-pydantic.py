# /// script
# requires-python = ">=3.13"
# dependencies = ["pydantic", "pydantic-settings", "email-validator"]
#
# [tool.application]
# does = "Models, settings from the environment, and JSON schemas"
# [[tool.application.call]]
# environment = { TOOL_LEVEL = "7" }
# ///
from typing import Literal

from pydantic import BaseModel, EmailStr, Field, ValidationError, computed_field
from pydantic_settings import BaseSettings


class User(BaseModel):
    name: str = Field(max_length=5)
    email: EmailStr
    role: Literal["a", "b"] = "a"

    @computed_field
    @property
    def short(self) -> str:
        return self.name[:2]


class Settings(BaseSettings, env_prefix="tool_"):
    level: int = 1


print(User(name="Ann", email="ann@example.org").model_dump_json(), User.model_json_schema())
try:
    User(name="toolong", email="x")
except ValidationError as error:
    print(error)
print(Settings())
