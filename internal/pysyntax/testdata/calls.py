"""Prints the calls in Python files, as CPython's ast sees them."""
import ast
import sys
import warnings

warnings.simplefilter("ignore")
EXACT = sys.version_info >= (3, 12)  # the first that knows the places inside f-strings


def dotted(node):
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return dotted(node.value) + "." + node.attr
    return "?"


def visit(root, out):
    stack = [(root, False)]
    while stack:
        node, formatted = stack.pop()
        if isinstance(node, ast.Call):
            names = ",".join(k.arg or "**" for k in node.keywords)
            place = f"{node.lineno}:{node.col_offset}" if EXACT or not formatted else "f"
            out.append(f"{place} {dotted(node.func)} {len(node.args)} {names}")
        inside = formatted or isinstance(node, ast.JoinedStr)
        stack.extend((child, inside) for child in ast.iter_child_nodes(node))


sys.setrecursionlimit(20000)
for path in sys.stdin.read().splitlines():
    try:
        with open(path, "rb") as f:
            tree = ast.parse(f.read())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        continue
    calls = []
    visit(tree, calls)
    print("=" + path)
    for call in calls:
        print(call)
