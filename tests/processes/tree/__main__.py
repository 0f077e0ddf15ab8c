import sys, inner; print(sys.argv, __name__)
