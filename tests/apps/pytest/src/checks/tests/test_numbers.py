import json

import pytest


def test_sum(numbers):
    assert sum(numbers) == 6


def test_wrong(numbers):
    assert numbers == [1, 2, 4]


@pytest.mark.parametrize("text", ["1", "[", '"é"'])
def test_json(text):
    if text == "[":
        with pytest.raises(json.JSONDecodeError, match="Expecting"):
            json.loads(text)
    else:
        assert json.dumps(json.loads(text), ensure_ascii=False) == text


def test_mock(mocker):
    patched = mocker.patch("json.loads", return_value=7)
    assert json.loads("x") == 7
    patched.assert_called_once_with("x")


@pytest.mark.skip(reason="not now")
def test_skipped():
    pass


def test_output(capsys):
    print("text")
    assert capsys.readouterr().out == "text\n"
