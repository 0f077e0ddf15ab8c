//! Examples, as `--help` shows them. Each is a command line that is accepted.

/// Of `fastice build`.
pub(super) const BUILD: &str = "\
Examples:
  fastice build report.py                    # a script, with its PEP 723 dependencies
  fastice build .                            # the project in this directory
  fastice build --from httpie --script http  # a program from the package index
  fastice build . -o app --report app.html   # and a page about what is in it
  fastice build . --dry-run                  # what would go in, and how large it would be";

/// Of `fastice run`.
pub(super) const RUN: &str = "\
Examples:
  fastice run report.py -- --year 2026  # what follows `--` is the program's";

/// Of `fastice init`.
pub(super) const INIT: &str = "\
Examples:
  fastice init               # in this directory
  fastice init tools/report  # in another";

/// Of `fastice trace`.
pub(super) const TRACE: &str = "\
Examples:
  fastice trace report.py --year 2026
  fastice trace -- -m report
  fastice build report.py --trace fastice-trace.json  # takes what the run used";

/// Of `fastice check`.
pub(super) const CHECK: &str = "\
Examples:
  fastice check dist/report                 # with a command line that is chosen
  fastice check dist/report -- --year 2026  # with this one";

/// Of `fastice inspect`.
pub(super) const INSPECT: &str = "\
Examples:
  fastice inspect dist/report
  fastice inspect dist/report --output-format json";

/// Of `fastice list`.
pub(super) const LIST: &str = "\
Examples:
  fastice list dist/report
  fastice list dist/report app  # what is in this directory";

/// Of `fastice tree`.
pub(super) const TREE: &str = "\
Examples:
  fastice tree dist/report --depth 1
  fastice tree dist/report lib/python3.13/site-packages";

/// Of `fastice cat`.
pub(super) const CAT: &str = "\
Examples:
  fastice cat dist/report app/report.py";

/// Of `fastice extract`.
pub(super) const EXTRACT: &str = "\
Examples:
  fastice extract dist/report -o everything
  fastice extract dist/report app -o sources  # this directory alone";

/// Of `fastice why`.
pub(super) const WHY: &str = "\
Examples:
  fastice why dist/report json.decoder  # a module
  fastice why dist/report click         # a distribution";

/// Of `fastice report`.
pub(super) const REPORT: &str = "\
Examples:
  fastice report dist/report                          # writes dist/report.html
  fastice report dist/report -o page.html --timeline
  fastice report dist/report -- --year 2026           # what this run imports";

/// Of `fastice licenses`.
pub(super) const LICENSES: &str = "\
Examples:
  fastice licenses dist/report
  fastice licenses dist/report --texts > NOTICE";

/// Of `fastice sbom`.
pub(super) const SBOM: &str = "\
Examples:
  fastice sbom dist/report > report.cdx.json
  fastice sbom dist/report --format spdx";

/// Of `fastice diff`.
pub(super) const DIFF: &str = "\
Examples:
  fastice diff report-1.0 dist/report";

/// Of `fastice verify`.
pub(super) const VERIFY: &str = "\
Examples:
  fastice verify dist/report                      # against its checksums
  fastice verify --rebuild dist/report report.py  # against a fresh build";

/// Of `fastice completions`.
pub(super) const COMPLETIONS: &str = "\
Examples:
  fastice completions bash > ~/.local/share/bash-completion/completions/fastice
  fastice completions zsh > ~/.zfunc/_fastice";

/// Of `fastice man`.
pub(super) const MAN: &str = "\
Examples:
  fastice man | man -l -
  fastice man build | man -l -
  fastice man -o ~/.local/share/man/man1  # all of them";

/// Of `fastice snapshot`.
pub(super) const SNAPSHOT: &str = "\
Examples:
  fastice snapshot dist/report                 # with a seed of its own
  fastice snapshot dist/report --snapshot off  # without one";

/// Of `fastice explain`.
pub(super) const EXPLAIN: &str = "\
Examples:
  fastice explain E0005
  fastice explain        # lists all codes";

/// Of `fastice cache`.
pub(super) const CACHE: &str = "\
Examples:
  fastice cache size
  fastice cache prune        # what was not used for 30 days
  fastice cache prune --all";

/// Of `fastice runtime`.
pub(super) const RUNTIME: &str = "\
Examples:
  fastice runtime list";
