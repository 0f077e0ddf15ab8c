import sys

print("printed by an import")
sys.stderr.write("and to the other\n")
