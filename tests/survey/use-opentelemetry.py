# /// script
# requires-python = ">=3.13"
# dependencies = ["opentelemetry-api", "opentelemetry-sdk"]
#
# [tool.application]
# does = "Context, propagators and samplers found by entry points"
# ///
from opentelemetry import baggage, trace
from opentelemetry.propagate import get_global_textmap, inject
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor

provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter(formatter=lambda span: span.name + "\n")))
trace.set_tracer_provider(provider)
with trace.get_tracer("app").start_as_current_span("outer"):
    with trace.get_tracer("app").start_as_current_span("inner"):
        carrier = {}
        inject(carrier)
        print(sorted(carrier), sorted(get_global_textmap().fields))
print(sorted(provider.resource.attributes))
