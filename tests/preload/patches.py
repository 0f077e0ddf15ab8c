import builtins, collections, json, sys


class Meta(type):
    def __call__(cls, *arguments):
        return super().__call__(*arguments)


class Words(str, metaclass=Meta):
    def upper(self):
        return "UP"


builtins.patched = Words("text")
json.marker = collections.OrderedDict(a=1)
sys.modules["alias_of_patches"] = sys.modules[__name__]


def facts():
    import alias_of_patches

    return [patched.upper(), dict(json.marker), alias_of_patches.Words is Words]
