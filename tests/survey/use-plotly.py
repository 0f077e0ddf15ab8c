# /// script
# requires-python = ">=3.13"
# dependencies = ["plotly"]
#
# [tool.application]
# does = "A figure as JSON and HTML, with its own JavaScript"
# ///
import plotly.graph_objects as objects
import plotly.io

figure = objects.Figure(objects.Bar(x=[1, 2], y=[3, 4]))
figure.update_layout(title="Title", template="plotly_dark")
print(len(figure.to_json()), len(plotly.io.to_html(figure, include_plotlyjs=True)) > 1_000_000)
print(sorted(plotly.io.templates)[:3])
