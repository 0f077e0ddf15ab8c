import json
def greet(name):
    return json.dumps({"outside": name})
