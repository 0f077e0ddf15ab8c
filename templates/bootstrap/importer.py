"""Imports from the image of a frozen executable.

The stub imports this module once the interpreter is initialized, calls install(), and then
leaves everything to CPython: PathFinder asks path_hook() about each entry of sys.path and of a
package's __path__, and gets a Finder for every directory of the image. Where a module is and
what its code object is come from the native module `_fastice`, which answers from the index of
the image: no directory is listed and no file is searched for.

Everything else (sources, package data, metadata, listings) is read as files of the virtual tree,
by the ordinary classes of importlib that the classes here derive from.
"""

import builtins
import sys

import _fastice
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import (
    ExtensionFileLoader,
    FileFinder,
    PathFinder,
    SourceFileLoader,
    SourcelessFileLoader,
    _get_supported_file_loaders,
    spec_from_file_location,
)


# The module that runs what `.pth` files ask for (templates/bootstrap/startup.py), if there is one.
_STARTUP = f"{_fastice.ROOT}/startup.py"


class _ImageData:
    """Loader part: reads files of the image from memory instead of through a descriptor."""

    def get_data(self, path):
        data = _fastice.contents(path)
        return super().get_data(path) if data is None else data


class ImageSourceLoader(_ImageData, SourceFileLoader):
    """Loads a module from a source file of the image, by the code object beside it."""

    def get_code(self, fullname):
        path = self.get_filename(fullname)
        # Code objects were compiled for one level of optimization.
        if sys.flags.optimize == _fastice.OPTIMIZATION_LEVEL:
            code = _fastice.code(path)
            if code is not None:
                return code
        try:
            return super().get_code(fullname)
        except OSError:
            # The source was left out.
            code = _fastice.code(path)
            if code is None:
                raise
            return code


class CtypesUtilLoader(ImageSourceLoader):
    """Loads ctypes.util, and lets its find_library() also find the libraries of the image.

    As for those of the machine, the answer is a name that CDLL() takes.
    """

    def exec_module(self, module):
        super().exec_module(module)
        find_in_machine = module.find_library

        def find_library(name):
            return find_in_machine(name) or self._find_in_image(f"lib{name}.so")

        module.find_library = find_library

    @staticmethod
    def _find_in_image(start):
        import os

        names = sorted(os.listdir(f"{_fastice.ROOT}/lib"))
        return next((name for name in names if name == start or name.startswith(f"{start}.")), None)


class VenvLoader(ImageSourceLoader):
    """Loads venv, and lets it say that a program cannot be the interpreter of an environment."""

    def exec_module(self, module):
        super().exec_module(module)
        if not _fastice.IS_INTERPRETER:
            module.EnvBuilder.create = self._refuse

    @staticmethod
    def _refuse(builder, env_dir):
        raise RuntimeError(
            f"{env_dir}: a frozen program is no interpreter for a virtual environment; "
            "run an installed one: python3 -m venv"
        )


class ImageBytecodeLoader(_ImageData, SourcelessFileLoader):
    """Loads a module from a .pyc file of the image that has no source beside it."""

    def get_code(self, fullname):
        code = _fastice.code(self.get_filename(fullname))
        return super().get_code(fullname) if code is None else code


# Standard modules that know a thing more here.
_OWN_LOADERS = {
    f"{sys._stdlib_dir}/ctypes/util.py": CtypesUtilLoader,
    f"{sys._stdlib_dir}/venv/__init__.py": VenvLoader,
}

# In the order of _fastice.SOURCE, BYTECODE and EXTENSION.
_LOADERS = (ImageSourceLoader, ImageBytecodeLoader, ExtensionFileLoader)


class Finder(_fastice.Finder, FileFinder):
    """Finds modules in one directory of the image.

    Its find_spec() is native: it looks the module up in the index and calls back to one of the
    methods here. So it leaves no frame in the traceback of a failed import.
    """

    def __init__(self, path, directory):
        super().__init__(path, *_get_supported_file_loaders())
        self.directory = directory

    def _module_spec(self, fullname, kind, is_package, origin):
        """The spec of the module that the index has for this name."""
        loader = _OWN_LOADERS.get(origin, _LOADERS[kind])
        spec = spec_from_file_location(
            fullname,
            origin,
            loader=loader(fullname, origin),
            submodule_search_locations=[origin.rpartition("/")[0]] if is_package else None,
        )
        if fullname == _fastice.PROGRAM_MODULE and not _is_import():
            spec.__class__ = _ProgramSpec
        return spec

    # The rest of zipimporter's interface, for those who treat whatever is on sys.path as one.

    @property
    def archive(self):
        """What zipimporter calls the archive: here the root of the tree."""
        return _fastice.ROOT

    @property
    def prefix(self):
        """The directory in it, with a slash at the end if it is not the root."""
        return self.directory and self.directory + "/"

    def _loader(self, fullname):
        """The loader of a module in this directory."""
        spec = self.find_spec(fullname)
        if spec is None or spec.loader is None:
            from zipimport import ZipImportError

            raise ZipImportError(f"can't find module {fullname!r}", name=fullname)
        return spec.loader

    def get_code(self, fullname):
        """The code object of a module."""
        return self._loader(fullname).get_code(fullname)

    def get_source(self, fullname):
        """The source of a module, or None if there is none."""
        return self._loader(fullname).get_source(fullname)

    def get_filename(self, fullname):
        """The path of a module's file."""
        return self._loader(fullname).get_filename(fullname)

    def is_package(self, fullname):
        """Is a module a package?"""
        return self._loader(fullname).is_package(fullname)

    def get_data(self, pathname):
        """The contents of a file, named absolutely or from the root."""
        path = pathname if pathname.startswith("/") else f"{_fastice.ROOT}/{pathname}"
        data = _fastice.contents(path)
        if data is None:
            raise OSError(0, "", pathname)
        return data

    def get_resource_reader(self, fullname):
        """The resources of a package."""
        return self._loader(fullname).get_resource_reader(fullname)

    def load_module(self, fullname):
        """Imports a module, as before PEP 451."""
        return self._loader(fullname).load_module(fullname)

    def _namespace_spec(self, fullname):
        """The spec of a portion of a namespace package: a directory without __init__."""
        spec = ModuleSpec(fullname, None)
        spec.submodule_search_locations = [
            f"{self.path.rstrip('/')}/{fullname.rpartition('.')[2]}"
        ]
        return spec

    def _is_missed(self, fullname):
        """Must an import of this standard module, left out of the image, or `-m` with it, fail here?

        Probes get their None, and an entry after this one may provide the module: a directory
        with plugins, say, or a back port.
        """
        if not _is_import() and not _is_run():
            return False
        parent = fullname.rpartition(".")[0]
        if parent:
            entries = list(sys.modules[parent].__path__)
        elif self.path == sys._stdlib_dir:
            entries = sys.path
        else:
            return False
        later = entries[entries.index(self.path) + 1 :] if self.path in entries else []
        return PathFinder.find_spec(fullname, later) is None


class _ProgramSpec(ModuleSpec):
    """The spec of the program's main module, until runpy runs it.

    The program is started as by `python -m`, and runpy._run_module_as_main() then replaces
    sys.argv[0] by the path of the module. But the name of a program is the one it was called by. The
    last thing runpy asks for is the parent, as the value of __package__; None there tells that
    the program was not called as `python -m` (so click reads it), and relative imports take
    the parent from this spec, which is an ordinary one from then on.
    """

    @property
    def parent(self):
        self.__class__ = ModuleSpec
        _fastice.PROGRAM_MODULE = None
        sys.argv[0] = _fastice.PROGRAM_NAME
        return None


def _is_import():
    """Is a finder asked by an import, rather than by a probe such as importlib.util.find_spec()?"""
    frame = sys._getframe(2)
    while frame and frame.f_code.co_filename.startswith("<frozen importlib._bootstrap"):
        if frame.f_code.co_name == "_find_and_load_unlocked":
            return True
        frame = frame.f_back
    return False


def _is_run():
    """Is a finder asked by runpy, for a module to run?"""
    frame = sys._getframe(2)
    while frame and frame.f_code.co_filename.startswith("<frozen importlib."):
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename == "<frozen runpy>"


def path_hook(path):
    """Entry of sys.path_hooks: claims the directories of the image."""
    directory = _fastice.directory(path)
    if directory is None:
        raise ImportError("not a directory of the image", path=path)
    return Finder(path, directory)


class _SiteText:
    """`copyright`, `credits` or `license`: made by site at its first use, which is rare."""

    def __init__(self, name):
        self._name = name

    def _text(self):
        import site

        site.setcopyright()
        return getattr(builtins, self._name)

    def __repr__(self):
        return repr(self._text())

    def __call__(self):
        return self._text()()


def _add_site_builtins():
    """Adds what `site`, which a frozen program does without, adds to builtins."""
    import _sitebuiltins

    for name in ("quit", "exit"):
        setattr(builtins, name, _sitebuiltins.Quitter(name, "Ctrl-D (i.e. EOF)"))
    for name in ("copyright", "credits", "license"):
        setattr(builtins, name, _SiteText(name))
    builtins.help = _sitebuiltins._Helper()


def start():
    """Runs what .pth files run at a start. Not part of a snapshot, but done by each process that begins with one."""
    code = _fastice.code(_STARTUP)
    if code is not None:
        exec(code, {"__name__": "_fastice_startup", "__file__": _STARTUP})


def install():
    """Makes the image importable. Called once by the stub, before CPython runs the program."""
    sys.path_hooks.insert(0, path_hook)
    # Finders that CPython's initialization has made from the virtual directories.
    for path in list(sys.path_importer_cache):
        if path.startswith(_fastice.ROOT):
            del sys.path_importer_cache[path]
    # CPython asks the hooks whether the file it runs is a directory of modules, and zipimport reads all of
    # it to say no. This is the answer it would come to.
    if _fastice.PROGRAM_FILE is not None:
        sys.path_importer_cache[_fastice.PROGRAM_FILE] = None
    if _fastice.HAS_FROZEN:
        import _fastice_frozen

        _fastice_frozen.install()
    if not _fastice.IS_SNAPSHOT:
        start()
    if not _fastice.IS_INTERPRETER:
        _add_site_builtins()
