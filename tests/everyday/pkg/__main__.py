"""What programs do with their files, modules and children: each probe prints one line, the same under python and frozen."""

import sys, os, io, re, traceback
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
def clean(x):
    s = repr(x) if not isinstance(x, str) else x
    s = s.replace(HERE, '<PKG>').replace(ROOT, '<ROOT>')
    return re.sub(r'0x[0-9a-f]{6,}', '0x', s)
tests = []
def t(f): tests.append(f); return f
import importlib, importlib.util, importlib.resources as R, importlib.metadata as M, pkgutil, inspect, runpy, pathlib
import zipfile, tempfile, subprocess, shutil, glob, linecache, warnings, tokenize, ast, configparser, ctypes, mmap
import contextlib, logging, logging.config, gettext, stat, tarfile, pickle, shelve, zoneinfo, urllib.request
import py_compile, doctest, unittest, pydoc, platform, sysconfig, threading, asyncio, cProfile, trace, webbrowser, pdb
import modulefinder
@t
def file_attrs():
    import pkg.sub.mod as m
    return m.__file__, m.__spec__.origin, m.__spec__.has_location, m.__package__, m.__spec__.cached and os.path.basename(m.__spec__.cached), sorted(k for k in vars(m) if k.startswith('__'))
@t
def spec_from_file():
    s = importlib.util.spec_from_file_location('other', HERE + '/sub/mod.py'); m = importlib.util.module_from_spec(s); s.loader.exec_module(m); return m.Y, m.__file__
@t
def reload_():
    import pkg.sub as m; m.X = 5; importlib.reload(m); return m.X
@t
def delete_reimport():
    del sys.modules['pkg.sub']; import pkg.sub as m; return m.X, m is sys.modules['pkg.sub']
@t
def find_spec_missing(): return importlib.util.find_spec('pkg.nothing'), importlib.util.find_spec('nothing_at_all')
@t
def import_error():
    try: import pkg.nope
    except ImportError as e: return str(e), e.name, e.path
@t
def from_error():
    try: from pkg.sub import nope
    except ImportError as e: return str(e), e.name, e.path
@t
def dunder_import_error():
    try: importlib.import_module('.x', 'pkg.sub')
    except ImportError as e: return type(e), str(e)
@t
def res_files(): return sorted(p.name for p in R.files('pkg').iterdir() if p.name != '__pycache__'), R.files('pkg').joinpath('data/deep/b.txt').read_text(), R.files('pkg') / 'data' / 'x', (R.files('pkg')/'data').is_dir()
@t
def res_as_file():
    with R.as_file(R.files('pkg') / 'data') as p: return p, sorted(x.name for x in p.rglob('*'))
@t
def res_old(): return R.read_text('pkg', 'conf.ini'), R.is_resource('pkg', 'data'), sorted(x for x in R.contents('pkg') if x != '__pycache__'), R.open_binary('pkg.sub', 'mod.py').read(3)
@t
def res_missing():
    try: R.files('pkg').joinpath('no').read_bytes()
    except Exception as e: return type(e), clean(str(e))
@t
def res_multi(): return R.files('pkg').joinpath('data', 'deep', '..', 'a.txt').read_text()
@t
def pkgutil_(): return pkgutil.get_data('pkg', 'data/a.txt'), [m.name for m in pkgutil.walk_packages(sys.modules['pkg'].__path__, 'pkg.')], [(m.name, m.ispkg) for m in pkgutil.iter_modules([HERE])]
@t
def get_data_missing(): 
    try: pkgutil.get_data('pkg', 'nope')
    except OSError as e: return e.errno, clean(e.filename)
@t
def inspect_src(): import pkg.sub.mod as m; return inspect.getsource(m.f), inspect.getsourcefile(m.f), inspect.getfile(m), inspect.getmodule(m.f).__name__
@t
def tb():
    import pkg.sub.mod as m
    try: m.f()
    except KeyError: return traceback.format_exc()
@t
def warn():
    with warnings.catch_warnings():
        warnings.simplefilter('always'); s = io.StringIO()
        with contextlib.redirect_stderr(s): warnings.warn('w', stacklevel=1)
        return s.getvalue()
@t
def lc(): return linecache.getline(HERE + '/sub/mod.py', 2), tokenize.open(HERE+'/sub/mod.py').read(), ast.dump(ast.parse(open(HERE+'/sub/mod.py','rb').read()))[:50]
@t
def run_mod(): return {k: v for k, v in runpy.run_module('pkg.sub.mod', run_name='x').items() if k in ('Y', '__name__', '__file__', '__package__', '__cached__') and k != '__cached__'}
@t
def run_path(): return {k: v for k, v in runpy.run_path(HERE + '/sub/mod.py').items() if k in ('Y', '__name__', '__file__')}
@t
def path_items(): return [p for p in sys.path if p in (ROOT, HERE)], sys.argv[1:], sys.modules['__main__'].__spec__.name, __name__
@t
def glob_(): return sorted(glob.glob(HERE + '/**/*.txt', recursive=True)), sorted(glob.glob('*', root_dir=HERE+'/data')), sorted(map(str, pathlib.Path(HERE).glob('**/b*'))), sorted(glob.glob(HERE+'/[cs]o*.y*'))
@t
def walk(): return [(r, sorted(x for x in d if x!='__pycache__'), sorted(f)) for r, d, f in os.walk(HERE) if '__pycache__' not in r].__repr__()
@t
def pathlib_(): p = pathlib.Path(HERE)/'data'; return p.is_dir(), p.resolve(), [x.name for x in sorted(p.iterdir())], (p/'a.txt').stat().st_size, p.samefile(HERE+'/data/../data'), (p/'no').exists(), list((p/'deep').parents)[0]
@t
def copy_out():
    d = tempfile.mkdtemp(); shutil.copytree(HERE + '/data', d + '/x'); r = sorted(os.listdir(d + '/x')); shutil.copy(HERE+'/conf.ini', d); open(d+'/conf.ini').read(); shutil.rmtree(d, ignore_errors=True); return r
@t
def copy_write():
    d = tempfile.mkdtemp(); p = shutil.copyfile(HERE + '/conf.ini', d + '/c.ini'); open(p, 'a').write('z'); r = open(p).read(); shutil.rmtree(d); return r
@t
def conf(): c = configparser.ConfigParser(); return c.read([HERE + '/conf.ini', HERE + '/no']), c['x']['y']
@t
def mm():
    with open(HERE + '/data/a.txt', 'rb') as f, mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as m: return m[:], m.find(b'l'), len(m)
@t
def urls(): return urllib.request.urlopen(pathlib.Path(HERE + '/data/a.txt').as_uri()).read(), urllib.request.urlopen('file://' + HERE + '/data/a.txt').headers['Content-Length']
@t
def shutil_which(): return shutil.which('sh') is not None
@t
def archive():
    d = tempfile.mkdtemp(); n = shutil.make_archive(d + '/z', 'zip', HERE, 'data'); r = sorted(zipfile.ZipFile(n).namelist()); t2 = tarfile.open(d + '/t.tar', 'w'); t2.add(HERE + '/data', 'data'); t2.close(); r2 = sorted(tarfile.open(d + '/t.tar').getnames()); shutil.rmtree(d); return r, r2
@t
def zip_import():
    d = tempfile.mkdtemp(); z = zipfile.ZipFile(d + '/m.zip', 'w'); z.writestr('zm.py', 'A=3'); z.write(HERE + '/conf.ini', 'c'); z.close(); sys.path.insert(0, d + '/m.zip'); import zm; sys.path.pop(0); shutil.rmtree(d); return zm.A
@t
def real_plugin():
    d = tempfile.mkdtemp(); open(d + '/plug_x.py', 'w').write('from pkg import NAME\nimport pkg.sub\nZ=NAME'); sys.path.append(d); import plug_x; sys.path.pop(); shutil.rmtree(d); return plug_x.Z
@t
def path_ext():
    d = tempfile.mkdtemp(); open(d + '/extra.py', 'w').write('Q=9'); import pkg; pkg.__path__.append(d); import pkg.extra; r = pkg.extra.Q; pkg.__path__.remove(d); shutil.rmtree(d); return r
@t
def doctest_(): 
    return doctest.testmod(sys.modules['pkg'])
@t
def pydoc_(): return pydoc.render_doc('pkg.sub.mod', renderer=pydoc.plaintext).replace(HERE, '<PKG>')
@t
def compile_(): return py_compile.compile(HERE+'/sub/mod.py', cfile=tempfile.mktemp()) is not None
@t
def sub_cwd(): return subprocess.run([sys.executable, '-c', 'import os,sys;print(sys.argv)', 'a'], capture_output=True, text=True).stdout
@t
def sub_m(): return subprocess.run([sys.executable, '-m', 'pkg.sub.mod'], capture_output=True, text=True, cwd=ROOT).returncode
@t
def sub_stdin(): return subprocess.run([sys.executable, '-'], input='print(__name__, 1+1)', capture_output=True, text=True).stdout
@t
def sub_file():
    d = tempfile.mkdtemp(); open(d + '/s.py', 'w').write('import sys; print(__file__ == sys.argv[0], sys.path[0] == sys.argv[1])'); r = subprocess.run([sys.executable, d + '/s.py', d], capture_output=True, text=True); shutil.rmtree(d); return r.stdout, r.stderr
@t
def unittest_(): 
    s = io.StringIO(); r = unittest.TextTestRunner(s).run(unittest.defaultTestLoader.discover(HERE + '/sub', pattern='mod*.py', top_level_dir=ROOT)); return r.testsRun, len(r.errors)
@t
def logging_conf():
    logging.config.dictConfig({'version': 1, 'formatters': {'f': {'format': '%(module)s %(filename)s %(funcName)s %(message)s'}}, 'handlers': {'h': {'class': 'logging.StreamHandler', 'formatter': 'f', 'stream': 'ext://sys.stdout'}}, 'root': {'handlers': ['h']}}); logging.warning('hi'); return logging.getLogger().handlers[0].level
@t
def pickling(): import pkg.sub.mod as m; return pickle.loads(pickle.dumps(m.f)) is m.f
@t
def ctype(): 
    l = ctypes.CDLL(None); f = l.fopen; f.restype = ctypes.c_void_p; h = f((HERE + '/data/a.txt').encode(), b'r'); b = ctypes.create_string_buffer(10); l.fread.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_void_p]; return l.fread(b, 1, 10, h), b.value
@t
def stats(): return [oct(stat.S_IFMT(os.stat(p).st_mode)) for p in (HERE, HERE + '/conf.ini')], os.path.getsize(HERE + '/conf.ini'), os.path.isabs(HERE), os.path.realpath(HERE + '/data/../conf.ini'), os.path.relpath(HERE + '/data', HERE)
@t
def errs():
    r = []
    for f, a in ((open, (HERE + '/no',)), (open, (HERE,)), (os.listdir, (HERE + '/conf.ini',)), (os.rmdir, (HERE + '/no',)), (os.readlink, (HERE,)), (os.chdir, (HERE + '/conf.ini',)), (os.scandir, (HERE + '/no',)), (os.stat, (HERE + '/conf.ini/x',)), (open, (HERE + '/' + 'x' * 300,)), (open, (HERE + '/a\0b',))):
        try: f(*a); r.append(None)
        except Exception as e: r.append((type(e).__name__, getattr(e, 'errno', None), clean(str(e))))
    return r
@t
def fd_ops():
    d = os.open(HERE + '/data', os.O_RDONLY); f = os.open('a.txt', os.O_RDONLY, dir_fd=d); r = os.read(f, 3), os.lseek(f, 0, 2), os.pread(f, 2, 1), os.fstat(f).st_size, sorted(os.listdir(d)), os.stat('deep', dir_fd=d).st_mode & 0o170000, os.access('a.txt', os.R_OK, dir_fd=d); os.close(f); os.close(d); return r
@t
def chdir_():
    c = os.getcwd(); os.chdir(HERE + '/data'); r = open('a.txt').read(), sorted(os.listdir()), os.getcwd(), pathlib.Path('deep/b.txt').resolve(), os.path.exists('../conf.ini'); os.chdir(c); return r
@t
def ctx_chdir():
    with contextlib.chdir(HERE): return os.path.abspath('x'), open('conf.ini').read()
@t
def meta():
    try: M.version('nothing-here')
    except M.PackageNotFoundError as e: return str(e)
@t
def meta_list(): return sorted(set(d.metadata['Name'] for d in M.distributions()) - {'pip', 'setuptools', 'wheel'})
@t
def sysc(): return sysconfig.get_python_version(), sysconfig.get_platform(), sysconfig.get_config_var('EXT_SUFFIX'), sysconfig.get_config_var('Py_GIL_DISABLED')
@t
def plat(): return platform.python_implementation(), platform.python_version(), platform.libc_ver()[0], platform.architecture(sys.executable)[0]
@t
def codecs_(): return b'\xe4'.decode('latin1'), 'ü'.encode('cp1252'), 'x'.encode('idna'), '日本'.encode('shift_jis'), 'a'.encode('punycode'), 'é'.encode('utf-7')
@t
def zones(): return str(zoneinfo.ZoneInfo('Europe/Berlin')), len(zoneinfo.available_timezones()) > 400
@t
def db():
    d = tempfile.mkdtemp(); s = shelve.open(d + '/s'); s['a'] = 1; s.close(); r = dict(shelve.open(d + '/s')); shutil.rmtree(d); return r
@t
def webb(): return type(webbrowser.get('true %s')).__name__, isinstance(webbrowser._tryorder, (list, type(None)))
@t
def async_sub():
    async def go():
        p = await asyncio.create_subprocess_exec(sys.executable, '-c', 'print(42)', stdout=-1); o, _ = await p.communicate()
        q = await asyncio.create_subprocess_shell('cat; exit 3', stdin=-1, stdout=-1); o2, _ = await q.communicate(b'in'); return o, p.returncode, o2, q.returncode
    return asyncio.run(go())
@t
def debug_pdb():
    i, o = io.StringIO('p 6*7\nw\nc\n'), io.StringIO(); d = pdb.Pdb(stdin=i, stdout=o, nosigint=True); d.set_trace(); x = 1; return clean(o.getvalue()).replace(str(sys._getframe().f_lineno), 'N')
@t
def modfinder():
    m = modulefinder.ModuleFinder([ROOT]); m.run_script(HERE + '/sub/mod.py'); return sorted(m.modules)
@t
def tracing(): 
    tr = trace.Trace(count=1, trace=0); import pkg.sub.mod as m
    try: tr.runfunc(m.f)
    except KeyError: pass
    return [(os.path.basename(f), l) for (f, l) in sorted(tr.results().counts) if f.endswith('mod.py')]
@t
def prof():
    p = cProfile.Profile(); p.runcall(len, 'x'); import pstats; s = io.StringIO(); pstats.Stats(p, stream=s).print_stats(); return 'built-in method builtins.len' in s.getvalue()
@t
def subi():
    r, w = os.pipe(); import _interpreters; i = _interpreters.create(); _interpreters.exec(i, f'import os, pkg.sub.mod as m, json; os.write({w}, m.__file__.encode())'); _interpreters.destroy(i); return os.read(r, 500).decode()
@t
def gettext_(): return gettext.find('x', HERE), gettext.translation('x', HERE, fallback=True).gettext('hi')
@t
def finder():
    f = sys.path_importer_cache.get(HERE) or pkgutil.get_importer(HERE); return f.find_spec('conf'), f.find_spec('sub').origin
@t
def loader_api():
    import pkg.sub.mod as m; l = m.__loader__; return l.is_package('pkg.sub.mod'), l.get_filename('pkg.sub.mod'), l.get_source('pkg.sub.mod')[:4], type(l.get_code('pkg.sub.mod')).__name__, l.get_data(HERE + '/data/bin'), l.path, l.name
@t
def namespace(): 
    d = tempfile.mkdtemp(); os.makedirs(d + '/nsx/a'); open(d + '/nsx/a/m.py', 'w').write('V=1'); sys.path.append(d); importlib.invalidate_caches(); import nsx.a.m; r = nsx.a.m.V, type(nsx.__path__).__name__, nsx.__file__ if hasattr(nsx, '__file__') else None; sys.path.remove(d); shutil.rmtree(d); return r
@t
def ignorecase(): 
    try: import PKG
    except ImportError as e: return str(e)
@t
def links():
    d = tempfile.mkdtemp(); os.symlink(HERE + '/data', d + '/l'); r = os.path.islink(d + '/l'), sorted(os.listdir(d + '/l')), open(d + '/l/a.txt').read(), os.path.realpath(d + '/l/deep'), os.readlink(d + '/l'), os.stat(d + '/l/a.txt').st_size; shutil.rmtree(d); return r
@t
def walk_fwalk(): return [(os.path.relpath(r, HERE), sorted(f)) for r, d, f, fd in os.fwalk(HERE + '/data')]
@t
def sendf():
    d = tempfile.mktemp(); o = os.open(d, os.O_CREAT | os.O_RDWR); i = os.open(HERE + '/data/a.txt', os.O_RDONLY); n = os.sendfile(o, i, 0, 100); os.lseek(o, 0, 0); r = n, os.read(o, 10); os.unlink(d); return r
@t
def utf8names():
    try: os.stat(HERE + '/\udcff')
    except OSError as e: return e.errno
@t
def bytes_paths(): return sorted(os.listdir((HERE + '/data').encode())), open((HERE + '/data/a.txt').encode()).read(), os.fsdecode(os.path.join(HERE.encode(), b'x'))
@t
def fileobj_attrs():
    f = open(HERE + '/conf.ini'); return f.name, f.mode, f.encoding, f.seekable(), f.writable(), f.isatty(), f.buffer.raw.closefd, f.buffer.raw.name
@t
def frame(): return sys._getframe().f_code.co_filename, os.path.basename(inspect.stack()[0].filename), inspect.stack()[0].code_context
@t
def thread_tb():
    s = io.StringIO()
    with contextlib.redirect_stderr(s):
        th = threading.Thread(target=lambda: 1 / 0, name='T'); th.start(); th.join()
    return re.sub(r'line \d+', 'line N', s.getvalue())
for f in tests:
    try: v = clean(f())
    except BaseException as e: v = 'EXC ' + clean(''.join(traceback.format_exception_only(e)))
    print(f.__name__, v, flush=True)
