import sys, helper; print(sys.argv, __name__, __file__, helper.V)
