//! Which of the programs in the image runs, and with which arguments.

use std::ffi::CString;

use fastice_image::{Alternative, Header, Program, ROOT};

use crate::config::CommandLine;
use crate::environment::base_name;
use crate::failure::Failure;
use fastice_image::Marker;

/// What runs in this process, unless it is an interpreter that the program has started.
#[derive(Clone, Copy)]
pub(crate) struct Selected {
    /// The program.
    pub(crate) program: &'static Program,
    /// The command line as the program sees it, the name of the executable in front.
    pub(crate) line: CommandLine,
    /// Its position among the alternatives; nothing for the main program.
    pub(crate) alternative: Option<usize>,
}

/// Chooses by the name in front, or else by the first argument, or else as the parent did.
///
/// # Errors
/// When the image wants a choice, and none is made.
pub(crate) fn select(
    header: &'static Header,
    line: CommandLine,
    parent: Option<&Marker>,
) -> Result<Selected, Failure> {
    let mut arguments = line.arguments();
    let named = |name: Option<&[u8]>| {
        let is = |alternative: &Alternative| Some(alternative.name.as_bytes()) == name;
        header.alternatives.iter().position(is)
    };
    let by_name = named(arguments.first().map(|name| base_name(name)));
    let by_argument = named(arguments.get(1).map(|argument| argument.to_bytes()));
    let alternative = by_name.or(by_argument).or_else(|| {
        parent?
            .alternative
            .filter(|at| *at < header.alternatives.len())
    });
    if by_name.is_none() && by_argument.is_some() {
        // The argument becomes the name.
        arguments.remove(0);
    }
    let (program, baked) = match alternative.and_then(|at| header.alternatives.get(at)) {
        Some(alternative) => (&alternative.program, &alternative.arguments),
        None => (&header.program, &header.settings.arguments),
    };
    if *program == Program::Choice {
        let names = header.alternatives.iter();
        return Err(Failure::NoChoice(
            names.map(|alternative| alternative.name.clone()).collect(),
        ));
    }
    // A program that starts itself again by `sys.argv` gives them once more.
    let begins_baked = baked.len() < arguments.len()
        && baked
            .iter()
            .zip(&arguments[1..])
            .all(|(baked, argument)| baked.as_bytes() == argument.to_bytes());
    let is_repeated = parent.is_some() && begins_baked;
    if !baked.is_empty() && !is_repeated {
        let at = arguments.len().min(1);
        let baked = baked
            .iter()
            .filter_map(|text| CString::new(text.as_str()).ok());
        arguments.splice(at..at, baked);
    }
    Ok(Selected {
        program,
        line: CommandLine::new(arguments),
        alternative,
    })
}

/// `sys.argv[0]` as `python` has it. For a module, runpy puts the path there later.
pub(crate) fn python_name(program: &Program) -> CString {
    let text = match program {
        Program::File { path } | Program::Directory { path } | Program::Archive { path } => {
            format!("{ROOT}/{path}")
        }
        Program::Module { .. } => "-m".to_owned(),
        Program::Command { .. } => "-c".to_owned(),
        Program::Stdin => "-".to_owned(),
        Program::Interactive | Program::Interpreter | Program::Choice => String::new(),
    };
    CString::new(text).unwrap_or_default()
}
