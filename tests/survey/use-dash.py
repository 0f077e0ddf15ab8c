# /// script
# requires-python = ">=3.13"
# dependencies = ["dash"]
#
# [tool.application]
# does = "A page with its own JavaScript, and metadata of components"
# ///
from dash import Dash, Input, Output, dcc, html

app = Dash(__name__)
app.layout = html.Div([dcc.Input(id="in", value="x"), html.Div(id="out")])


@app.callback(Output("out", "children"), Input("in", "value"))
def update(value):
    return value.upper()


client = app.server.test_client()
page = client.get("/").text
print("_dash-config" in page, client.get("/_dash-layout").json["type"])
body = {"output": "out.children", "outputs": {"id": "out", "property": "children"}, "inputs": [{"id": "in", "property": "value", "value": "abc"}], "changedPropIds": ["in.value"]}
print(client.post("/_dash-update-component", json=body).json)
import re

for script in re.findall(r'src="(/_dash-component-suites[^"]*)"', page)[:3]:
    print(client.get(script).status_code)
