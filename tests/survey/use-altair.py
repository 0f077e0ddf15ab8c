# /// script
# requires-python = ">=3.13"
# dependencies = ["altair", "vega_datasets", "folium", "branca"]
#
# [tool.application]
# does = "Charts and maps, with schemas, data and templates of the packages"
# [[tool.application.call]]
# environment = { HOME = "/home" }
# ///
import altair
import folium
import pandas
import vega_datasets

chart = altair.Chart(pandas.DataFrame({"x": [1, 2], "y": [3, 4]})).mark_line().encode(x="x", y="y")
print(chart.to_dict()["mark"], len(chart.to_html()) > 500)
print(vega_datasets.local_data.cars().shape, vega_datasets.data.iris().columns.tolist())
try:
    altair.Chart().mark_bar(nonsense=1).to_dict()
except Exception as error:
    print(type(error).__name__)
page = folium.Map([52, 13])
folium.Marker([52, 13], popup="here").add_to(page)
print("leaflet" in page.get_root().render())
