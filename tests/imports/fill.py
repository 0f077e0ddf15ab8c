"""Fills the site-packages given as argument with modules of every kind."""
import os, sys, zipfile
S = sys.argv[1] + '/'
def w(p, t=''):
    os.makedirs(os.path.dirname(S + p), exist_ok=True); open(S + p, 'wb' if isinstance(t, bytes) else 'w').write(t)
os.makedirs(S, exist_ok=True); 
w('demo/__init__.py', '"""Demo."""\nVALUE = 41\n'); w('demo/__main__.py', 'print("main of demo")\n'); w('demo/sub/__init__.py', 'def __getattr__(name):\n    return "dyn " + name\n'); w('demo/lazy.py', 'value = "lazy"\n'); w('demo/star.py', '__all__ = ["a"]\na = b = 1\n')
w('demo/sub/leaf.py', '"""Leaf.\n\n>>> value\n7\n"""\nimport warnings\nvalue = 7\n\n# A comment.\ndef fail(x, *, y=2):\n    """Doc."""\n    return (1 +\n            2 / x)\n\n\ndef warn():\n    warnings.warn("careful", UserWarning)\n\n\nclass C:\n    """A class."""\n    def method(self):\n        return self\n')
w('demo/top.txt', 'top'); w('demo/data/words.txt', 'words\n'); w('demo/data/deep/x.bin', b'\0\1'); w('demo/broken.py', 'def (:\n'); w('demo/circle_a.py', 'from . import circle_b as b\n'); w('demo/circle_b.py', 'from . import circle_a as a\n'); w('demo/tests/__init__.py'); w('demo/tests/test_x.py', 'import unittest\nclass T(unittest.TestCase):\n    def test_a(self): pass\n')
for i in range(10): w(f'demo/many/m{i}.py', f'import time; time.sleep(0.005)\nvalue = {i}\n')
w('nspace/one.py', 'v = 1\n'); w('nspace/note.txt', 'note'); w('vendored/nspace/two.py', 'v = 2\n'); w('vend.pth', 'vendored\n'); w('vendored/frompth.py', 'value = "from pth"\n'); w('single.py', 'x = 1\n'); w('both.py', 'what = "module"\n'); w('both/__init__.py', 'what = "package"\n'); w('rundir/__main__.py', 'value = "rundir"\n')
w('hook.pth', 'import sys; sys.pth_code = 1\nimport pth_hook\n'); w('pth_hook.py', 'import fractions\n'); w('oldns/part.py', 'v = "old"\n')
w('oldns-nspkg.pth', "import sys, types, os;has_mfs = sys.version_info > (3, 5);p = os.path.join(sys._getframe(1).f_locals['sitedir'], *('oldns',));importlib = has_mfs and __import__('importlib.util');has_mfs and __import__('importlib.machinery');m = has_mfs and sys.modules.setdefault('oldns', importlib.util.module_from_spec(importlib.machinery.PathFinder.find_spec('oldns', [os.path.dirname(p)])));m = m or sys.modules.setdefault('oldns', types.ModuleType('oldns'));mp = (m or []) and m.__dict__.setdefault('__path__',[]);(p not in mp) and mp.append(p)\n")
with zipfile.ZipFile(S + 'demo/data/z.zip', 'w') as z: z.writestr('inzip.py', 'v = "zip"\n'); z.writestr('__main__.py', 'value = "zipmain"\n')
w('demo_dist-1.2.dist-info/METADATA', 'Metadata-Version: 2.1\nName: demo-dist\nVersion: 1.2\nSummary: A demo\nClassifier: A\nClassifier: B\nRequires-Dist: single>=1\nRequires-Dist: x; extra == "y"\n\nText\n'); w('demo_dist-1.2.dist-info/entry_points.txt', '[console_scripts]\ndemo = demo:main\n\n[demo.plugins]\nleaf = demo.sub.leaf\nfn = demo.sub.leaf:fail\n'); w('demo_dist-1.2.dist-info/top_level.txt', 'demo\nsingle\n'); w('demo_dist-1.2.dist-info/WHEEL', 'Wheel-Version: 1.0\nTag: py3-none-any\n')
import py_compile
w('onlypyc.py', 'value = "pyc"\n')
py_compile.compile(S + 'onlypyc.py', cfile=S + 'onlypyc.pyc', dfile='/fastice/lib/python3.13/site-packages/onlypyc.py')
os.unlink(S + 'onlypyc.py')
import hashlib, base64
rec = ''
for d, _, fs in os.walk(S):
    for f in sorted(fs):
        p = os.path.relpath(os.path.join(d, f), S)
        if p.startswith(('demo/', 'demo_dist')) and '__pycache__' not in p:
            b = open(S + p, 'rb').read(); rec += f"{p},sha256={base64.urlsafe_b64encode(hashlib.sha256(b).digest()).decode().rstrip('=')},{len(b)}\n"
w('demo_dist-1.2.dist-info/RECORD', rec + 'demo_dist-1.2.dist-info/RECORD,,\n')
