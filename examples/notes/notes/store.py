"""The file behind the notes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass


@dataclass
class Note:
    id: int
    text: str
    tags: list[str]

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


class Store:
    """Notes in an SQLite database."""

    def __init__(self, path: str) -> None:
        self.database = sqlite3.connect(path)
        self.database.execute("create table if not exists note (id integer primary key, text not null)")
        self.database.execute("create table if not exists tag (note integer not null, name not null)")

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.database.commit()
        self.database.close()

    def add(self, text: str, tags: list[str]) -> int:
        cursor = self.database.execute("insert into note (text) values (?)", [text])
        self.database.executemany("insert into tag values (?, ?)", [(cursor.lastrowid, tag) for tag in tags])
        return cursor.lastrowid or 0

    def notes(self, tag: str | None = None) -> Iterator[Note]:
        for key, text in self.database.execute("select id, text from note order by id").fetchall():
            rows = self.database.execute("select name from tag where note = ? order by rowid", [key])
            tags = [name for (name,) in rows]
            if tag is None or tag in tags:
                yield Note(key, text, tags)

    def remove(self, key: int) -> bool:
        self.database.execute("delete from tag where note = ?", [key])
        return self.database.execute("delete from note where id = ?", [key]).rowcount > 0
