# /// script
# requires-python = ">=3.13"
# dependencies = ["streamlit"]
#
# [tool.application]
# does = "A page served with its own JavaScript, and an app run in a test"
# [tool.application.root]
# writable = ["/home"]
# [[tool.application.call]]
# environment = { HOME = "/home", TMPDIR = "/home" }
# ///
from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    st.title("Hello")
    number = st.slider("n", 0, 10, 3)
    st.write(number * 2)


test = AppTest.from_function(page).run(timeout=30)
print(test.title[0].value, test.markdown[0].value, [str(one) for one in test.exception])
test.slider[0].set_value(5).run()
print(test.markdown[0].value)
import streamlit.file_util
import os

print(os.path.exists(os.path.join(streamlit.file_util.get_static_dir(), "index.html")))
