# /// script
# requires-python = ">=3.13"
# dependencies = ["sympy", "networkx", "mpmath"]
#
# [tool.application]
# does = "Symbols and graphs"
# ///
import networkx
import sympy

x = sympy.symbols("x")
print(sympy.integrate(sympy.sin(x) ** 2, x), sympy.solve(x**2 - 2), sympy.latex(sympy.Rational(1, 3)))
print(sympy.lambdify(x, x**2)(3), sympy.parse_expr("2*x + 1"))
graph = networkx.path_graph(4)
print(networkx.shortest_path(graph, 0, 3), networkx.to_dict_of_lists(networkx.complement(graph)))
