"""A database in memory, with SQLAlchemy's compiled parts."""

import sqlalchemy as sql
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
from sqlalchemy.util import _collections_cy


class Base(DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "author"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sql.String(30))
    books: Mapped[list["Book"]] = relationship(back_populates="author")


class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    author_id: Mapped[int] = mapped_column(sql.ForeignKey("author.id"))
    author: Mapped[Author] = relationship(back_populates="books")


def query():
    engine = sql.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Author(name="Ada", books=[Book(title="Notes"), Book(title="More notes")]))
        session.commit()
        found = session.scalars(sql.select(Book).join(Author).where(Author.name == "Ada"))
        print([(book.title, book.author.name) for book in found])
    print(_collections_cy.__file__.endswith(".so"), list(_collections_cy.OrderedSet([2, 1, 2])))
