# /// script
# requires-python = ">=3.13"
# dependencies = ["onnxruntime", "onnx"]
#
# [tool.application]
# does = "A model made and run"
# [[tool.application.varies]]
# pattern = "(?m)^.*telemetry.*$"
# becomes = "…"
# ///
import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper

graph = helper.make_graph([helper.make_node("Add", ["a", "b"], ["c"])], "g", [helper.make_tensor_value_info(name, TensorProto.FLOAT, [2]) for name in "ab"], [helper.make_tensor_value_info("c", TensorProto.FLOAT, [2])])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
options.log_severity_level = 4
session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
print(session.run(None, {"a": numpy.float32([1, 2]), "b": numpy.float32([3, 4])}))
