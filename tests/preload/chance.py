import os, random, secrets, tempfile, uuid

NUMBER = random.random()
TOKEN = secrets.token_hex()
GENERATOR = random.Random()
SEEDED = random.Random(5)
ID = uuid.uuid4()
DIRECTORY = tempfile.gettempdir()


def facts():
    # In a child that was started like this, all of them differ.
    if "AGAIN" in os.environ:
        return [NUMBER, TOKEN, GENERATOR.random(), str(ID), random.random()]
    import ast, subprocess, sys

    environment = os.environ | {"AGAIN": "1"}
    once = [subprocess.run([sys.executable, "-c", "import chance; print(chance.facts())"], env=environment, capture_output=True, text=True)
            for _ in range(2)]
    first, second = (ast.literal_eval(run.stdout) for run in once)
    return [all(a != b for a, b in zip(first, second)), SEEDED.random(), DIRECTORY]
