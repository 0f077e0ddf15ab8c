# /// script
# requires-python = ">=3.13"
# dependencies = ["hypothesis"]
#
# [tool.application]
# does = "Property-based tests without a place for examples"
# ///
from hypothesis import HealthCheck, Phase, given, settings, strategies

seen = []


@settings(max_examples=20, database=None, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(strategies.lists(strategies.integers()), strategies.text(), strategies.from_regex("[a-z]+"))
def reverse(numbers, text, word):
    seen.append(word)
    assert list(reversed(list(reversed(numbers)))) == numbers


@settings(max_examples=100, phases=[Phase.generate, Phase.shrink], database=None, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(strategies.integers())
def small(number):
    assert number < 1000


reverse()
print(len(seen))
try:
    small()
except AssertionError as error:
    print(error, error.__notes__)
