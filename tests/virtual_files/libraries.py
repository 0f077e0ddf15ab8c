"""Libraries read the files by their own means."""

from report import *

show('sqlite ro', lambda: sqlite3.connect(f'file:{ROOT}/base.sqlite?mode=ro', uri=True).execute('select * from t').fetchall())
show('sqlite plain', lambda: sqlite3.connect(f'{ROOT}/base.sqlite').execute('select * from t').fetchall())
show('sqlite immutable', lambda: sqlite3.connect(f'file:{ROOT}/base.sqlite?mode=ro&immutable=1', uri=True).execute('select * from t').fetchall())
show('sqlite write', lambda: sqlite3.connect(f'{ROOT}/base.sqlite').execute('insert into t values (1)'))
show('sqlite create', lambda: sqlite3.connect(f'{ROOT}/new.sqlite').execute('create table t(x)'))
show('sqlite attach', lambda: (lambda b: (b.execute('attach ? as o', (f'{ROOT}/base.sqlite',)), b.execute('select * from o.t').fetchall()))(sqlite3.connect(':memory:'))[1])
show('sqlite backup', lambda: (lambda b: (sqlite3.connect(f'{ROOT}/base.sqlite').backup(b), b.execute('select * from t').fetchall()))(sqlite3.connect(':memory:'))[1])
import ssl
show('ssl cafile', lambda: len(ssl.create_default_context(cafile=ROOT + '/ca.pem').get_ca_certs()))
show('ssl capath', lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(capath=ROOT))
show('ssl cert', lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(ROOT + '/ca.pem', ROOT + '/ca.key'))
import array, filecmp, fileinput, hashlib, urllib.request
show('urlopen', lambda: urllib.request.urlopen('file://' + W).read(3))
show('hash', lambda: hashlib.file_digest(open(W, 'rb'), 'sha256').hexdigest()[:8])
show('filecmp', lambda: filecmp.cmp(W, W, shallow=False))
show('dircmp', lambda: filecmp.dircmp(DATA, DATA).same_files.__len__())
show('fileinput', lambda: len(list(fileinput.input(W))))
show('fromfile', lambda: array.array('B', []).fromfile(open(W, 'rb'), 3))
show('zip', lambda: zipfile.ZipFile(ROOT + '/data.zip').read('name.txt'))
show('zipimport', lambda: (sys.path.insert(0, ROOT + '/data.zip'), __import__('zmod').X)[1])
show('zip append', lambda: zipfile.ZipFile(ROOT + '/data.zip', 'a').writestr('x', ''))
show('mimetypes', lambda: mimetypes.guess_type(W))
