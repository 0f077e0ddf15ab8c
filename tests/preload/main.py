"""Imports modules that do awkward things when they are imported, and tells what they came to."""

import sys
import clock, place, who, chance, variables, files, sockets, threads, exits, handlers, words, patches, kinds, holders, endings
import printing
import package.first, package.later


def show(module, fact):
    print(module.__name__, fact)


show(clock, clock.facts())
show(place, place.facts())
show(who, who.facts())
show(chance, chance.facts())
show(variables, variables.facts())
show(files, files.facts())
show(sockets, sockets.facts())
show(threads, threads.facts())
show(handlers, handlers.facts())
show(words, words.facts())
show(patches, patches.facts())
show(kinds, kinds.facts())
show(holders, holders.facts())
show(package, package.facts())
print([name for name in sys.modules if name in ("clock", "place", "package.first", "package.later")])
