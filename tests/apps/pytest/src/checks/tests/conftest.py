import pytest


@pytest.fixture
def numbers():
    yield [1, 2, 3]
