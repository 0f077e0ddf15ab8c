# /// script
# requires-python = ">=3.13"
# dependencies = ["newrelic", "ddtrace", "prometheus-client", "statsd", "elastic-apm", "psutil", "py-spy", "line_profiler", "memory-profiler", "pyinstrument"]
#
# [tool.application]
# does = "Watchers of programs"
# [tool.application.root]
# writable = ["/home"]
# [[tool.application.call]]
# environment = { HOME = "/home", TMPDIR = "/home", DD_TRACE_ENABLED = "false", DD_INSTRUMENTATION_TELEMETRY_ENABLED = "false", DD_REMOTE_CONFIGURATION_ENABLED = "false" }
# ///
import line_profiler
import newrelic.agent
import prometheus_client
import psutil
import pyinstrument

counter = prometheus_client.Counter("c", "d", registry=(registry := prometheus_client.CollectorRegistry()))
counter.inc()
print(prometheus_client.generate_latest(registry).decode().splitlines()[2])
print(psutil.Process().name() != "", newrelic.version.split(".")[0] > "5")


def work():
    return sum(range(100))


profiler = line_profiler.LineProfiler(work)
profiler.runcall(work)
print([len(one) for one in profiler.get_stats().timings.values()])
with pyinstrument.Profiler() as watcher:
    work()
print("pyinstrument" in watcher.output_text())
import ddtrace

print(ddtrace.__version__ > "2")
