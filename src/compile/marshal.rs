//! Makes marshaled code objects canonical.
//!
//! `marshal.dumps` marks an object for later reference when its reference count is above one, so
//! its output depends on what the process did before. Here the stream is read into a graph in which
//! equal immutable objects are one node, and written again: an object is marked exactly when it
//! occurs more than once, references are numbered in the order of writing, the elements of frozen
//! sets are sorted. Loading the result gives an equal code object.
//!
//! The format is version 4, as CPython 3.13 writes it (`Python/marshal.c`). Only what a code object
//! can hold is understood.

use std::collections::HashMap;

/// Changes when the same input gives other output; part of the key of the cache.
pub(crate) const VERSION: u8 = 2;

/// `MAX_MARSHAL_STACK_DEPTH` of CPython.
const MAX_DEPTH: usize = 2000;

/// Set in a type byte: the object is referred to later.
const FLAG_REF: u8 = 0x80;

/// A stream that is not a marshaled code object of this version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MarshalError {
    /// It ends in the middle.
    #[error("the marshaled code object is truncated")]
    Truncated,
    /// It has a type that no code object holds.
    #[error("the marshaled code object has an unknown type byte {0:#04x}")]
    UnknownType(u8),
    /// A reference to nothing, or to an object that is not complete yet.
    #[error("the marshaled code object has an invalid reference")]
    BadReference,
    /// A length below zero, or values nested too deeply.
    #[error("the marshaled code object has a value out of range")]
    OutOfRange,
}

/// The canonical form of `stream`.
///
/// Recurses up to [`MAX_DEPTH`] deep: call it on a thread with a stack of [`super::STACK_SIZE`].
pub(crate) fn canonicalize(stream: &[u8]) -> Result<Vec<u8>, MarshalError> {
    let mut reader = Reader {
        rest: stream,
        graph: Graph::default(),
        references: Vec::new(),
        depth: 0,
    };
    let root = reader.object()?;
    if !reader.rest.is_empty() {
        return Err(MarshalError::OutOfRange);
    }
    let graph = reader.graph;
    let mut writer = Writer {
        uses: vec![0; graph.nodes.len()],
        numbers: vec![None; graph.nodes.len()],
        next_number: 0,
        out: Vec::with_capacity(stream.len()),
        graph,
    };
    writer.count(root);
    writer.object(root);
    Ok(writer.out)
}

/// The names that the code in `stream` uses for anything but local variables, imports among them.
///
/// Recurses as [`canonicalize`] does.
pub(crate) fn names(stream: &[u8]) -> Result<Vec<String>, MarshalError> {
    let mut reader = Reader {
        rest: stream,
        graph: Graph::default(),
        references: Vec::new(),
        depth: 0,
    };
    let root = reader.object()?;
    let graph = reader.graph;
    let node = |id: Id| graph.nodes.get(id as usize);
    if !matches!(node(root), Some(Node::Code(_))) {
        return Err(MarshalError::OutOfRange);
    }
    let mut names = Vec::new();
    for code in &graph.nodes {
        let Node::Code(code) = code else { continue };
        // code, consts, names, …
        let Some(Node::Tuple(used)) = node(code.before_line[2]) else {
            continue;
        };
        for name in used {
            if let Some(Node::Text(text)) = node(*name) {
                names.push(String::from_utf8_lossy(text).into_owned());
            }
        }
    }
    Ok(names)
}

/// Index of a node in its graph.
type Id = u32;

/// An object. Equal nodes are equal objects of equal type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Node<'a> {
    /// `None`, `True`, `False`, `...`, `StopIteration`: the type byte says it all.
    Singleton(u8),
    /// A small integer, its four bytes.
    Int([u8; 4]),
    /// A large integer: length and 15-bit digits.
    Long(&'a [u8]),
    /// A float, IEEE 754.
    Float([u8; 8]),
    /// A complex number.
    Complex([u8; 16]),
    /// A byte string.
    Bytes(&'a [u8]),
    /// A string as UTF-8 with surrogates.
    Text(&'a [u8]),
    /// A tuple.
    Tuple(Vec<Id>),
    /// A frozen set, its elements sorted by their plain encoding.
    FrozenSet(Vec<Id>),
    /// A code object. Each is its own node: two are the same only if the compiler made one.
    Code(Box<CodeNode>),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct CodeNode {
    /// argcount, posonlyargcount, kwonlyargcount, stacksize, flags.
    counts: [[u8; 4]; 5],
    /// code, consts, names, localsplusnames, localspluskinds, filename, name, qualname.
    before_line: [Id; 8],
    /// firstlineno.
    first_line: [u8; 4],
    /// linetable, exceptiontable.
    after_line: [Id; 2],
}

#[derive(Default)]
struct Graph<'a> {
    nodes: Vec<Node<'a>>,
    /// Per node: a string that is interned wherever it occurs.
    interned: Vec<bool>,
    known: HashMap<Node<'a>, Id>,
}

impl<'a> Graph<'a> {
    fn push(&mut self, node: Node<'a>) -> Result<Id, MarshalError> {
        let id = Id::try_from(self.nodes.len()).map_err(|_| MarshalError::OutOfRange)?;
        self.nodes.push(node);
        self.interned.push(false);
        Ok(id)
    }
    /// The one node that equals `node`.
    fn merge(&mut self, node: Node<'a>) -> Result<Id, MarshalError> {
        if let Some(&id) = self.known.get(&node) {
            return Ok(id);
        }
        let id = self.push(node.clone())?;
        self.known.insert(node, id);
        Ok(id)
    }
}

struct Reader<'a> {
    rest: &'a [u8],
    graph: Graph<'a>,
    /// What `TYPE_REF` refers to; `None` while an object is being read.
    references: Vec<Option<Id>>,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], MarshalError> {
        let (taken, rest) = self
            .rest
            .split_at_checked(len)
            .ok_or(MarshalError::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }
    fn array<const N: usize>(&mut self) -> Result<[u8; N], MarshalError> {
        let (taken, rest) = self
            .rest
            .split_first_chunk()
            .ok_or(MarshalError::Truncated)?;
        self.rest = rest;
        Ok(*taken)
    }
    fn byte(&mut self) -> Result<u8, MarshalError> {
        self.array().map(|[byte]| byte)
    }
    fn size(&mut self) -> Result<usize, MarshalError> {
        usize::try_from(i32::from_le_bytes(self.array()?)).map_err(|_| MarshalError::OutOfRange)
    }

    fn object(&mut self) -> Result<Id, MarshalError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(MarshalError::OutOfRange);
        }
        let byte = self.byte()?;
        let kind = byte & !FLAG_REF;
        let slot = (byte & FLAG_REF != 0).then(|| {
            self.references.push(None);
            self.references.len() - 1
        });
        let id = match kind {
            b'N' | b'T' | b'F' | b'.' | b'S' => self.graph.merge(Node::Singleton(kind))?,
            b'i' => {
                let node = Node::Int(self.array()?);
                self.graph.merge(node)?
            }
            b'l' => {
                let node = Node::Long(self.long()?);
                self.graph.merge(node)?
            }
            b'g' => {
                let node = Node::Float(self.array()?);
                self.graph.merge(node)?
            }
            b'y' => {
                let node = Node::Complex(self.array()?);
                self.graph.merge(node)?
            }
            b's' => {
                let len = self.size()?;
                let node = Node::Bytes(self.take(len)?);
                self.graph.merge(node)?
            }
            b'z' | b'Z' => {
                let len = usize::from(self.byte()?);
                self.text(len, kind == b'Z')?
            }
            b'a' | b'A' | b'u' | b't' => {
                let len = self.size()?;
                self.text(len, kind == b'A' || kind == b't')?
            }
            b')' => {
                let len = usize::from(self.byte()?);
                let elements = self.objects(len)?;
                self.graph.merge(Node::Tuple(elements))?
            }
            b'(' => {
                let len = self.size()?;
                let elements = self.objects(len)?;
                self.graph.merge(Node::Tuple(elements))?
            }
            b'>' => {
                let len = self.size()?;
                let elements = self.objects(len)?;
                self.frozen_set(elements)?
            }
            b'c' => {
                let node = self.code()?;
                self.graph.push(Node::Code(Box::new(node)))?
            }
            b'r' => {
                let index = self.size()?;
                (self.references.get(index).copied().flatten()).ok_or(MarshalError::BadReference)?
            }
            _ => return Err(MarshalError::UnknownType(byte)),
        };
        if let Some(slot) = slot {
            self.references[slot] = Some(id);
        }
        self.depth -= 1;
        Ok(id)
    }
    fn objects(&mut self, len: usize) -> Result<Vec<Id>, MarshalError> {
        // Not reserved beforehand: a damaged length must not allocate.
        let mut objects = Vec::new();
        for _ in 0..len {
            objects.push(self.object()?);
        }
        Ok(objects)
    }
    fn long(&mut self) -> Result<&'a [u8], MarshalError> {
        let all = self.rest;
        let digits = i32::from_le_bytes(self.array()?).unsigned_abs() as usize;
        let len = 4 + 2 * digits;
        self.rest = all;
        self.take(len)
    }
    fn text(&mut self, len: usize, interned: bool) -> Result<Id, MarshalError> {
        let node = Node::Text(self.take(len)?);
        let id = self.graph.merge(node)?;
        self.graph.interned[id as usize] |= interned;
        Ok(id)
    }
    fn frozen_set(&mut self, mut elements: Vec<Id>) -> Result<Id, MarshalError> {
        elements.sort_by_cached_key(|&element| {
            let mut plain = Vec::new();
            self.graph.plain(element, &mut plain);
            plain
        });
        self.graph.merge(Node::FrozenSet(elements))
    }
    fn code(&mut self) -> Result<CodeNode, MarshalError> {
        let mut counts = [[0; 4]; 5];
        for count in &mut counts {
            *count = self.array()?;
        }
        let mut before_line = [0; 8];
        for object in &mut before_line {
            *object = self.object()?;
        }
        let first_line = self.array()?;
        let mut after_line = [0; 2];
        for object in &mut after_line {
            *object = self.object()?;
        }
        Ok(CodeNode {
            counts,
            before_line,
            first_line,
            after_line,
        })
    }
}

impl Graph<'_> {
    /// Objects directly inside `id`, in the order in which they are written.
    fn children(&self, id: Id) -> Vec<Id> {
        match &self.nodes[id as usize] {
            Node::Tuple(elements) | Node::FrozenSet(elements) => elements.clone(),
            Node::Code(code) => [&code.before_line[..], &code.after_line[..]].concat(),
            _ => Vec::new(),
        }
    }

    /// Is a mark worth it? Not for what CPython has only once anyway and what is no longer than a
    /// reference.
    fn can_be_shared(&self, id: Id) -> bool {
        match &self.nodes[id as usize] {
            Node::Singleton(_) | Node::Int(_) => false,
            Node::Tuple(elements) => !elements.is_empty(),
            _ => true,
        }
    }

    /// A number of bytes that differ for different values, the key by which elements of frozen sets
    /// are sorted.
    fn plain(&self, id: Id, out: &mut Vec<u8>) {
        self.head(id, false, 0, out);
        for child in self.children(id) {
            self.plain(child, out);
        }
    }

    /// Type byte and everything that comes before the children; for code objects only the counts.
    fn head(&self, id: Id, interned: bool, flag: u8, out: &mut Vec<u8>) {
        match &self.nodes[id as usize] {
            Node::Singleton(kind) => out.push(*kind),
            Node::Int(bytes) => {
                out.push(b'i' | flag);
                out.extend(bytes);
            }
            Node::Long(bytes) => {
                out.push(b'l' | flag);
                out.extend(*bytes);
            }
            Node::Float(bytes) => {
                out.push(b'g' | flag);
                out.extend(bytes);
            }
            Node::Complex(bytes) => {
                out.push(b'y' | flag);
                out.extend(bytes);
            }
            Node::Bytes(bytes) => {
                out.push(b's' | flag);
                size(bytes.len(), out);
                out.extend(*bytes);
            }
            Node::Text(text) => {
                match (text.is_ascii(), u8::try_from(text.len())) {
                    (true, Ok(len)) => {
                        out.push(if interned { b'Z' } else { b'z' } | flag);
                        out.push(len);
                    }
                    (true, Err(_)) => {
                        out.push(if interned { b'A' } else { b'a' } | flag);
                        size(text.len(), out);
                    }
                    (false, _) => {
                        out.push(if interned { b't' } else { b'u' } | flag);
                        size(text.len(), out);
                    }
                }
                out.extend(*text);
            }
            Node::Tuple(elements) => {
                if let Ok(len) = u8::try_from(elements.len()) {
                    out.push(b')' | flag);
                    out.push(len);
                } else {
                    out.push(b'(' | flag);
                    size(elements.len(), out);
                }
            }
            Node::FrozenSet(elements) => {
                out.push(b'>' | flag);
                size(elements.len(), out);
            }
            Node::Code(code) => {
                out.push(b'c' | flag);
                out.extend(code.counts.as_flattened());
            }
        }
    }
}

/// Writes a length. What was read had a length of 31 bits, so what is written has.
fn size(len: usize, out: &mut Vec<u8>) {
    let len = u32::try_from(len).expect("lengths come from 31-bit lengths");
    out.extend(len.to_le_bytes());
}

struct Writer<'a> {
    graph: Graph<'a>,
    /// How often each node occurs.
    uses: Vec<u32>,
    /// The number of each node that has been written and marked.
    numbers: Vec<Option<u32>>,
    next_number: u32,
    out: Vec<u8>,
}

impl Writer<'_> {
    fn count(&mut self, id: Id) {
        self.uses[id as usize] += 1;
        if self.uses[id as usize] == 1 {
            for child in self.graph.children(id) {
                self.count(child);
            }
        }
    }

    fn object(&mut self, id: Id) {
        let index = id as usize;
        if let Some(number) = self.numbers[index] {
            self.out.push(b'r');
            self.out.extend(number.to_le_bytes());
            return;
        }
        let mut flag = 0;
        if self.uses[index] > 1 && self.graph.can_be_shared(id) {
            self.numbers[index] = Some(self.next_number);
            self.next_number += 1;
            flag = FLAG_REF;
        }
        self.graph
            .head(id, self.graph.interned[index], flag, &mut self.out);
        if let Node::Code(code) = &self.graph.nodes[index] {
            let (before_line, first_line, after_line) =
                (code.before_line, code.first_line, code.after_line);
            for child in before_line {
                self.object(child);
            }
            self.out.extend(first_line);
            for child in after_line {
                self.object(child);
            }
        } else {
            for child in self.graph.children(id) {
                self.object(child);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_what_occurs_twice_and_nothing_else() {
        // ('ab', 'cd', 'ab'), with every object marked, and the second 'ab' a separate object.
        let stream = b"\xa9\x03\xda\x02ab\xfa\x02cd\xfa\x02ab";
        assert_eq!(
            canonicalize(stream).unwrap(),
            b")\x03\xda\x02abz\x02cdr\x00\x00\x00\x00"
        );
    }

    #[test]
    fn merges_nested_tuples() {
        let apart = b")\x02)\x01z\x01a)\x01z\x01a";
        let shared = b")\x02\xa9\x01z\x01ar\x00\x00\x00\x00";
        assert_eq!(canonicalize(apart).unwrap(), shared);
        assert_eq!(canonicalize(shared).unwrap(), shared);
    }

    #[test]
    fn keeps_equal_numbers_of_different_types_apart() {
        // (1, True, 1.0, -0.0, 0.0)
        let mut stream = b")\x05i\x01\x00\x00\x00T".to_vec();
        for number in [1.0_f64, -0.0, 0.0] {
            stream.push(b'g');
            stream.extend(number.to_le_bytes());
        }
        assert_eq!(canonicalize(&stream).unwrap(), stream);
    }

    #[test]
    fn sorts_frozen_sets() {
        let one = b">\x02\x00\x00\x00z\x01bz\x01a";
        let other = b">\x02\x00\x00\x00\xda\x01az\x01b";
        assert_eq!(canonicalize(one).unwrap(), b">\x02\x00\x00\x00z\x01az\x01b");
        assert_eq!(
            canonicalize(other).unwrap(),
            b">\x02\x00\x00\x00Z\x01az\x01b"
        );
    }

    #[test]
    fn refuses_damage() {
        assert_eq!(canonicalize(b""), Err(MarshalError::Truncated));
        assert_eq!(canonicalize(b")\x02N"), Err(MarshalError::Truncated));
        assert_eq!(
            canonicalize(b"r\x00\x00\x00\x00"),
            Err(MarshalError::BadReference)
        );
        // A tuple that contains itself.
        assert_eq!(
            canonicalize(b"\xa9\x01r\x00\x00\x00\x00"),
            Err(MarshalError::BadReference)
        );
        assert_eq!(canonicalize(b"["), Err(MarshalError::UnknownType(b'[')));
        assert_eq!(
            canonicalize(b"s\xff\xff\xff\xff"),
            Err(MarshalError::OutOfRange)
        );
        assert_eq!(canonicalize(b"NN"), Err(MarshalError::OutOfRange));
    }
}
