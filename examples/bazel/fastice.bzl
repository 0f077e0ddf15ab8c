"""Freezing Python to one executable."""

def _fastice_binary(ctx):
    output = ctx.actions.declare_file(ctx.label.name)
    inputs = list(ctx.files.srcs)
    arguments = ctx.actions.args()
    arguments.add("build")
    arguments.add("--quiet")

    # The sandbox of an action is not the place to make others. `fastice check` tells the rest.
    arguments.add("--no-check")
    arguments.add("--no-system-libraries")
    arguments.add(ctx.attr.directory)
    arguments.add("--module", ctx.attr.module)
    arguments.add("--output", output)
    if ctx.attr.site:
        inputs += ctx.files.site
        arguments.add("--site", ctx.files.site[0].path)
    ctx.actions.run(
        executable = ctx.executable.fastice,
        arguments = [arguments],
        inputs = inputs,
        outputs = [output],
        # Nothing is kept from one action to the next, so nothing can leak.
        env = dict(ctx.configuration.default_shell_env, FASTICE_CACHE_DIR = ".fastice-cache"),
        mnemonic = "Fastice",
        progress_message = "Freezing " + str(ctx.label),
    )
    return [DefaultInfo(executable = output, files = depset([output]))]

fastice_binary = rule(
    implementation = _fastice_binary,
    doc = "Freezes a package to one executable.",
    attrs = {
        "srcs": attr.label_list(allow_files = True, mandatory = True, doc = "Sources and data of the program."),
        "directory": attr.string(default = ".", doc = "The directory that holds the package."),
        "module": attr.string(mandatory = True, doc = "The module that runs, as with `python -m`."),
        "site": attr.label(allow_files = True, doc = "A directory of installed distributions."),
        "fastice": attr.label(
            default = "//tools:fastice",
            allow_single_file = True,
            executable = True,
            cfg = "exec",
            doc = "The builder.",
        ),
    },
    executable = True,
)
