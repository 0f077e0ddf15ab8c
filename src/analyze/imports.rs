//! The imports that a module's source names.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use rayon::{ThreadPool, ThreadPoolBuilder};
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{
    Expr, ExprCall, ExprStringLiteral, InterpolatedStringElement, Stmt, StmtIf, StmtImportFrom,
};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::Ranged as _;

/// Dotted names, each with the offset in the source, in bytes, of the first place that names it.
pub(crate) type Names = BTreeMap<String, usize>;

/// Imports of one module, as absolute dotted names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Imports {
    /// What may be imported. `from a import b` gives `a` and `a.b`, for the source does not say
    /// whether `b` is a module; `from a import *` gives `a` and `a.*`.
    pub(crate) names: Names,
    /// Those that are imported whenever the module is: by a statement of its top level that nothing
    /// guards. With the place of the name.
    pub(crate) unconditional: BTreeMap<String, Range<usize>>,
    /// Imports of computed names: the function, and the place of the name.
    pub(crate) computed: Vec<(&'static str, Range<usize>)>,
    /// There is an `if __name__ == "__main__"` at the top level.
    pub(crate) has_main_guard: bool,
}

/// A module as far as relative imports depend on it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'a> {
    /// Its dotted name; empty for a script.
    pub(crate) name: &'a str,
    /// It is the `__init__` of a package.
    pub(crate) is_package: bool,
    /// It may be what `python -m` runs, so that `if __name__ == "__main__"` counts.
    pub(crate) may_be_main: bool,
}

impl Context<'_> {
    /// What `level` leading dots stand for; `None` if they lead out of the top package.
    fn base(&self, level: usize) -> Option<&str> {
        let mut base = self.name;
        for _ in 0..level - usize::from(self.is_package && level > 0) {
            match base.rsplit_once('.') {
                Some((parent, _)) => base = parent,
                None if base.is_empty() => return None,
                None => base = "",
            }
        }
        (!base.is_empty()).then_some(base)
    }
    /// The absolute name of `name` after `level` dots.
    fn absolute(&self, level: usize, name: Option<&str>) -> Option<String> {
        match (level, name) {
            (0, name) => name.map(str::to_owned),
            (_, None) => self.base(level).map(str::to_owned),
            (_, Some(name)) => Some(format!("{}.{name}", self.base(level)?)),
        }
    }
}

/// Stack of the threads that scan: sources may nest as deep as CPython's own compiler allows. Only
/// what is used takes memory.
const STACK_SIZE: usize = 256 << 20;

/// Runs `work`, and what it does in parallel, on threads that [`scan`] has room on.
pub(crate) fn in_pool<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    static POOL: LazyLock<Option<ThreadPool>> =
        LazyLock::new(|| ThreadPoolBuilder::new().stack_size(STACK_SIZE).build().ok());
    match &*POOL {
        Some(pool) => pool.install(work),
        // The machine gives no more threads; most sources do with the stack at hand.
        None => work(),
    }
}

/// Imports in `source`, anywhere: in functions, in `try`, in branches. Only what is under `if
/// TYPE_CHECKING` does not count. What cannot be parsed is skipped: whether it is Python is for the
/// compiler to say.
///
/// Parsing recurses: what is not known to be Python is better scanned in [`in_pool`].
pub(crate) fn scan(source: &[u8], context: Context) -> Imports {
    let text = String::from_utf8_lossy(source);
    let parsed = parse_unchecked(&text, ParseOptions::from(Mode::Module));
    let mut scanner = Scanner {
        context,
        imports: Imports::default(),
        guarded: false,
        words: Names::new(),
        literals: BTreeSet::new(),
        suspects: Vec::new(),
        computed: false,
    };
    if let Some(module) = parsed.syntax().as_module() {
        scanner.imports.has_main_guard = module
            .body
            .iter()
            .any(|statement| matches!(statement, Stmt::If(branch) if is_main_guard(branch)));
        scanner.visit_body(&module.body);
    }
    for (variable, function, place) in std::mem::take(&mut scanner.suspects) {
        if !scanner.literals.contains(&variable) {
            scanner.imports.computed.push((function, place));
        }
    }
    scanner
        .imports
        .computed
        .sort_by_key(|(_, place)| place.start);
    if scanner.computed && context.may_be_main {
        for (name, offset) in std::mem::take(&mut scanner.words) {
            scanner.imports.names.entry(name).or_insert(offset);
        }
    }
    scanner.imports
}

impl Imports {
    /// The line of each name in `source`, counted from 1.
    pub(crate) fn lines(&self, source: &[u8]) -> BTreeMap<&str, u32> {
        let mut places: Vec<(usize, &str)> = self
            .names
            .iter()
            .map(|(name, &offset)| (offset, name.as_str()))
            .collect();
        places.sort_unstable();
        let (mut line, mut counted) = (1, 0);
        let mut lines = BTreeMap::new();
        for (offset, name) in places {
            let offset = offset.min(source.len());
            let newlines = source[counted..offset]
                .iter()
                .filter(|&&byte| byte == b'\n');
            line += u32::try_from(newlines.count()).unwrap_or(u32::MAX);
            counted = offset;
            lines.insert(name, line);
        }
        lines
    }
}

struct Scanner<'a> {
    context: Context<'a>,
    imports: Imports,
    /// Inside a statement that may not run, or that catches what fails in it.
    guarded: bool,
    /// Texts that would do as names of modules; `a.*` where something may be added, as to `"a."` and `"a.b"`.
    words: Names,
    /// Variables that hold nothing but texts of the source.
    literals: BTreeSet<String>,
    /// Imports of names in variables, until all variables are known.
    suspects: Vec<(String, &'static str, Range<usize>)>,
    /// A name is imported that the source does not give: it may be one of the words.
    computed: bool,
}

impl Scanner<'_> {
    /// What a statement at `place` imports.
    fn statement(&mut self, name: String, place: Range<usize>) {
        if !self.guarded {
            let first = self.imports.unconditional.entry(name.clone());
            first.or_insert_with(|| place.clone());
        }
        self.add(name, place.start);
    }

    fn add(&mut self, name: String, offset: usize) {
        self.imports.names.entry(name).or_insert(offset);
    }

    fn import_from(&mut self, statement: &StmtImportFrom) {
        let level = statement.level as usize;
        let module = statement.module.as_ref();
        let Some(base) = self
            .context
            .absolute(level, module.map(ruff_python_ast::Identifier::as_str))
        else {
            return;
        };
        let range = module
            .map_or(statement.range, |module| module.range)
            .to_std_range();
        for alias in &statement.names {
            self.statement(format!("{base}.{}", alias.name.as_str()), range.clone());
        }
        self.statement(base, range);
    }

    /// `__import__("x")`, `import_module("x")`, `importlib.import_module(".x", __package__)` with
    /// literal names.
    fn call(&mut self, call: &ExprCall) {
        let function = match &*call.func {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => return,
        };
        let offset = call.arguments.range.to_std_range().start;
        match function {
            // What these built-in functions import when they are called.
            "breakpoint" => return self.add("pdb".to_owned(), offset),
            "help" if call.func.is_name_expr() => return self.add("pydoc".to_owned(), offset),
            "exec" | "eval" | "timeit" => return self.code(call),
            "__import__" | "import_module" | "run_module" | "resolve_name" => {}
            _ => return,
        }
        let argument = call.arguments.find_argument_value("name", 0);
        let Some(Expr::StringLiteral(literal)) = argument else {
            self.computed = true;
            match function {
                "__import__" => self.suspect("__import__", argument),
                "import_module" => self.suspect("import_module", argument),
                // They find what is loaded already, or run what a user names.
                _ => {}
            }
            return;
        };
        let name = literal.value.to_str();
        let relative = name.trim_start_matches('.');
        if !is_dotted_name(relative) {
            return;
        }
        if let Some(absolute) = self
            .context
            .absolute(name.len() - relative.len(), Some(relative))
        {
            self.add(absolute, offset);
        }
    }

    /// Remembers an import of a computed name, unless the source tells all names that it can be: one that begins with a text, and
    /// one in a variable that holds nothing but texts.
    fn suspect(&mut self, function: &'static str, argument: Option<&Expr>) {
        let Some(argument) = argument else { return };
        let place = argument.range().to_std_range();
        match argument {
            Expr::Name(name) => self.suspects.push((name.id.to_string(), function, place)),
            // An element of a table.
            Expr::Subscript(subscript) => match &*subscript.value {
                Expr::Name(name) => self.suspects.push((name.id.to_string(), function, place)),
                _ => self.imports.computed.push((function, place)),
            },
            _ if begins_with_text(argument) => {}
            _ => self.imports.computed.push((function, place)),
        }
    }

    /// Remembers that `target` holds what is in `value`, if that is made of texts.
    fn bind(&mut self, target: &Expr, value: &Expr) {
        let is_known = match value {
            Expr::Name(name) => self.literals.contains(name.id.as_str()),
            value => is_made_of_texts(value),
        };
        if !is_known {
            return;
        }
        match target {
            Expr::Name(name) => drop(self.literals.insert(name.id.to_string())),
            Expr::Tuple(tuple) => tuple
                .elts
                .iter()
                .for_each(|target| self.bind(target, value)),
            _ => {}
        }
    }

    /// Code in literal texts that `call` runs.
    fn code(&mut self, call: &ExprCall) {
        for argument in call.arguments.iter_source_order() {
            if let Expr::StringLiteral(code) = argument.value() {
                self.source(code);
            }
        }
    }

    /// Python code in a literal text.
    fn source(&mut self, code: &ExprStringLiteral) {
        if !self.context.may_be_main {
            return;
        }
        let found = scan(code.value.to_str().as_bytes(), self.context);
        for name in found.names.into_keys() {
            self.add(name, code.range.to_std_range().start);
        }
    }

    /// What looks like a command line of `python`: `"-m", "NAME"` and `"-c", "CODE"`.
    fn command_line(&mut self, words: &[Expr]) {
        for pair in words.windows(2) {
            let [Expr::StringLiteral(option), Expr::StringLiteral(value)] = pair else {
                continue;
            };
            let name = value.value.to_str();
            match option.value.to_str() {
                "-c" => self.source(value),
                "-m" if self.context.may_be_main && is_dotted_name(name) => {
                    let offset = value.range.to_std_range().start;
                    self.add(name.to_owned(), offset);
                    self.add(format!("{name}.__main__"), offset);
                }
                _ => {}
            }
        }
    }

    /// A text somewhere in the source.
    fn text(&mut self, text: &str, offset: usize) {
        // The name of a file, not of a module.
        if text.rsplit_once('.').is_some_and(|(_, end)| end == "py") {
            return;
        }
        if let Some(package) = text.strip_suffix('.').filter(|name| is_dotted_name(name)) {
            self.words.entry(format!("{package}.*")).or_insert(offset);
        } else if is_dotted_name(text) {
            if text.contains('.') && self.context.may_be_main {
                self.add(text.to_owned(), offset);
                self.words.entry(format!("{text}.*")).or_insert(offset);
            }
            self.words.entry(text.to_owned()).or_insert(offset);
        }
    }
}

/// Does the name begin with a text, or with the name of the module itself? Then the package it lies in is known.
fn begins_with_text(name: &Expr) -> bool {
    let is_own = |name: &Expr| matches!(name, Expr::Name(name) if matches!(name.id.as_str(), "__name__" | "__package__"));
    match name {
        Expr::StringLiteral(_) => true,
        Expr::BinOp(sum) => is_own(&sum.left) || begins_with_text(&sum.left),
        Expr::FString(text) => match text.value.elements().next() {
            Some(InterpolatedStringElement::Interpolation(value)) => is_own(&value.expression),
            Some(InterpolatedStringElement::Literal(_)) | None => true,
        },
        // `"a.{}".format(x)`
        Expr::Call(call) => match &*call.func {
            Expr::Attribute(attribute) if attribute.attr.as_str() == "format" => {
                begins_with_text(&attribute.value)
            }
            _ => false,
        },
        name => is_own(name),
    }
}

/// Is it a text, or a list, set or table of nothing but texts?
fn is_made_of_texts(value: &Expr) -> bool {
    match value {
        Expr::StringLiteral(_) => true,
        Expr::List(list) => list.elts.iter().all(is_made_of_texts),
        Expr::Tuple(tuple) => tuple.elts.iter().all(is_made_of_texts),
        Expr::Set(set) => set.elts.iter().all(is_made_of_texts),
        Expr::Dict(table) => table.items.iter().all(|item| is_made_of_texts(&item.value)),
        // `TABLE.items()`, `TABLE.values()` of a table that is written out.
        Expr::Call(call) => {
            matches!(&*call.func, Expr::Attribute(attribute) if is_made_of_texts(&attribute.value))
        }
        _ => false,
    }
}

/// Is `text` made of identifiers with dots between them?
fn is_dotted_name(text: &str) -> bool {
    text.split('.').all(|part| {
        part.starts_with(|first: char| first.is_alphabetic() || first == '_')
            && part
                .chars()
                .all(|rest| rest.is_alphanumeric() || rest == '_')
    })
}

impl<'a> Visitor<'a> for Scanner<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.bind(target, &assign.value);
                }
            }
            Stmt::For(each) => self.bind(&each.target, &each.iter),
            _ => {}
        }
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    self.statement(alias.name.to_string(), alias.name.range.to_std_range());
                }
            }
            Stmt::ImportFrom(import) => self.import_from(import),
            Stmt::Expr(_) | Stmt::Assign(_) => visitor::walk_stmt(self, statement),
            _ => {
                let guarded = std::mem::replace(&mut self.guarded, true);
                match statement {
                    Stmt::If(branch)
                        if is_type_checking(branch)
                            || (!self.context.may_be_main && is_main_guard(branch)) =>
                    {
                        for clause in &branch.elif_else_clauses {
                            self.visit_elif_else_clause(clause);
                        }
                    }
                    _ => visitor::walk_stmt(self, statement),
                }
                self.guarded = guarded;
            }
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Call(call) => {
                self.call(call);
                self.command_line(&call.arguments.args);
            }
            Expr::Name(name) if name.id.as_str() == "breakpoint" => {
                self.add("pdb".to_owned(), name.range.to_std_range().start);
            }
            Expr::List(list) => self.command_line(&list.elts),
            Expr::Tuple(tuple) => self.command_line(&tuple.elts),
            Expr::StringLiteral(literal) => {
                self.text(literal.value.to_str(), literal.range.to_std_range().start);
            }
            Expr::FString(format) => {
                if let Some(start) = format.value.elements().next().and_then(|e| e.as_literal()) {
                    self.text(&start.value, format.range.to_std_range().start);
                }
            }
            _ => {}
        }
        visitor::walk_expr(self, expression);
    }
}

/// `if TYPE_CHECKING:` or `if typing.TYPE_CHECKING:`: never true when the program runs.
fn is_type_checking(branch: &StmtIf) -> bool {
    match &*branch.test {
        Expr::Name(name) => name.id.as_str() == "TYPE_CHECKING",
        Expr::Attribute(attribute) => {
            attribute.attr.as_str() == "TYPE_CHECKING"
                && matches!(&*attribute.value, Expr::Name(name) if matches!(name.id.as_str(), "typing" | "t" | "typing_extensions"))
        }
        _ => false,
    }
}

/// `if __name__ == "__main__":`
fn is_main_guard(branch: &StmtIf) -> bool {
    let Expr::Compare(compare) = &*branch.test else {
        return false;
    };
    matches!(&*compare.left, Expr::Name(name) if name.id.as_str() == "__name__")
        && matches!(&*compare.comparators, [Expr::StringLiteral(literal)] if literal.value.to_str() == "__main__")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(source: &str, name: &str, is_package: bool) -> Vec<String> {
        let context = Context {
            name,
            is_package,
            may_be_main: true,
        };
        scan(source.as_bytes(), context).names.into_keys().collect()
    }

    #[test]
    fn finds_imports_wherever_they_are() {
        let source = "\
import a.b, c as d
try:
    from e import f
except ImportError:
    import g
def h():
    import i
    class J:
        k = __import__('l.m')
with open(importlib.import_module('n').x) as o:
    p = import_module(name='q')
lambda: __import__(r)
match 1:
    case 1: import s
";
        assert_eq!(
            names(source, "", false),
            [
                "a.b", "c", "e", "e.f", "g", "i", "l.m", "l.m.*", "n", "q", "s"
            ]
        );
    }

    #[test]
    fn takes_names_in_texts_of_programs() {
        let source = "'logging.handlers.X'; patch('a.b.c'); 'script.py'; 'json'; 'no name.'; exec('import d'); run_module('e')";
        assert_eq!(
            names(source, "", false),
            ["a.b.c", "d", "e", "logging.handlers.X"]
        );
        let computed =
            "x = 'o.p'\nfor m in ['json', 'no name']: import_module(m)\n'g.' + h\nf'i.j.{k}'";
        assert_eq!(
            names(computed, "", false),
            ["g.*", "i.j.*", "json", "o.p", "o.p.*"]
        );
        let context = Context {
            name: "m",
            is_package: false,
            may_be_main: false,
        };
        assert!(scan(source.as_bytes(), context).names.into_keys().eq(["e"]));
        assert!(scan(computed.as_bytes(), context).names.is_empty());
    }

    #[test]
    fn takes_what_command_lines_of_python_run() {
        let source = "run([exe, '-m', 'a']); ('-c', 'import b'); run(exe, '-I', '-m', 'c.d', '-m', x); ['-m', 'no name']";
        let found = ["a", "a.__main__", "b", "c.d", "c.d.__main__"];
        assert_eq!(names(source, "", false), found);
    }

    #[test]
    fn resolves_relative_imports() {
        let source = "from . import a\nfrom .b import c\nfrom ..d import *\nimport_module('.e', __package__)";
        assert_eq!(
            names(source, "x.y.z", false),
            ["x.d", "x.d.*", "x.y", "x.y.a", "x.y.b", "x.y.b.c", "x.y.e"]
        );
        assert_eq!(
            names("from . import a\nfrom .. import b", "x.y", true),
            ["x", "x.b", "x.y", "x.y.a"]
        );
        assert_eq!(
            names("from . import a\nfrom .. import b", "x", false),
            [""; 0]
        );
        assert_eq!(names("from . import a", "", false), [""; 0]);
    }

    #[test]
    fn leaves_out_what_only_type_checkers_see() {
        let source = "\
if TYPE_CHECKING:
    import a
else:
    import b
if typing.TYPE_CHECKING:
    import c
if not TYPE_CHECKING:
    import d
";
        assert_eq!(names(source, "", false), ["b", "d"]);
    }

    #[test]
    fn knows_what_builtin_functions_import() {
        assert_eq!(
            names("hook = breakpoint\nhelp(x)\nx.help()", "", false),
            ["pdb", "pydoc"]
        );
    }

    #[test]
    fn leaves_out_main_blocks_of_what_is_never_main() {
        let source = b"import a\nif __name__ == '__main__':\n    import b\n";
        let context = Context {
            name: "m",
            is_package: false,
            may_be_main: false,
        };
        assert!(scan(source, context).names.into_keys().eq(["a"]));
    }

    #[test]
    fn tells_what_is_unconditional() {
        let source = "import a\nif x:\n    import b\ndef f():\n    import c\nfrom d import e\ntry:\n    import g\nexcept E: pass\n";
        let context = Context {
            name: "m",
            is_package: false,
            may_be_main: true,
        };
        let imports = scan(source.as_bytes(), context);
        let unconditional: Vec<_> = imports.unconditional.into_iter().collect();
        assert_eq!(
            unconditional,
            [
                ("a".to_owned(), 7..8),
                ("d".to_owned(), 55..56),
                ("d.e".to_owned(), 55..56)
            ]
        );
    }

    #[test]
    fn tells_which_names_are_computed() {
        let context = Context {
            name: "m",
            is_package: false,
            may_be_main: true,
        };
        let computed = |source: &str| scan(source.as_bytes(), context).computed.len();
        for fine in [
            "import_module('a')",
            "import_module('.' + x, __package__)",
            "import_module(f'{__name__}.{x}')",
            "import_module(f'plugins.{x}')",
            "import_module('plugins.%s' % x)",
            "import_module('plugins.{}'.format(x))",
            "for x in ['a', 'b']: import_module(x)",
            "TABLE = {'x': 'a'}\nimport_module(TABLE[y])",
            "NAMES = ('a', 'b')\nfor x in NAMES:\n    __import__(x)",
        ] {
            assert_eq!(computed(fine), 0, "{fine}");
        }
        for unknown in [
            "import_module(x)",
            "__import__(sys.argv[1])",
            "for x in open('names'): import_module(x.strip())",
            "import_module(f'{x}.y')",
            "x = input()\nimportlib.import_module(x)",
        ] {
            assert_eq!(computed(unknown), 1, "{unknown}");
        }
    }

    #[test]
    fn tells_the_lines_of_names() {
        let source = b"import a\n\ndef f():\n    from b import c; import a\n";
        let context = Context {
            name: "m",
            is_package: false,
            may_be_main: false,
        };
        let imports = scan(source, context);
        let lines: Vec<_> = imports.lines(source).into_iter().collect();
        assert_eq!(lines, [("a", 1), ("b", 4), ("b.c", 4)]);
    }

    #[test]
    fn survives_what_is_not_python() {
        assert_eq!(
            names("import a\nthis is not\nimport b\n", "", false),
            ["a", "b"]
        );
        assert_eq!(names("\u{feff}import a", "", false), ["a"]);
        let context = Context {
            name: "",
            is_package: false,
            may_be_main: true,
        };
        assert!(
            scan(b"# coding: latin-1\n'\xe9'; import a", context)
                .names
                .contains_key("a")
        );
    }
}
