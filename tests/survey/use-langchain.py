# /// script
# requires-python = ">=3.13"
# dependencies = ["langchain-core"]
#
# [tool.application]
# does = "Prompts, parsers and a chain, without a model"
# ///
from langchain_core.language_models import FakeListChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate

chain = ChatPromptTemplate.from_messages([("human", "Hi {name}")]) | FakeListChatModel(responses=["Hello"]) | StrOutputParser()
print(chain.invoke({"name": "Ann"}), chain.get_graph().draw_ascii if False else "")
