VALUE = "module of a namespace package"
