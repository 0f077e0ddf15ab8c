# /// script
# requires-python = ">=3.13"
# dependencies = ["numba", "llvmlite"]
#
# [tool.application]
# does = "Functions compiled while the program runs"
# ///
import llvmlite.binding as llvm
import numba
import numpy

@numba.njit
def total(values):
    result = 0.0
    for value in values:
        result += value * value
    return result

@numba.vectorize(["float64(float64)"])
def half(value):
    return value / 2

@numba.njit(parallel=True)
def many(count):
    result = numpy.zeros(count)
    for index in numba.prange(count):
        result[index] = index
    return result.sum()

print(total(numpy.arange(10.0)), half(numpy.arange(3.0)), many(1000), llvm.llvm_version_info[0] > 10)
print(numba.njit(lambda text: text.upper())("abc"))
