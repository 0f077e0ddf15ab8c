# Runs in an empty root: installs the wheel $1 with pip, and freezes the examples that need no other package. What a frozen example
# prints is compared with what Python prints.

for tool in cc gcc ld python3; do
    if command -v "$tool"; then
        echo "this root has $tool"
        exit 1
    fi
done

python=/cpython/build/python
$python -m venv /home/environment
/home/environment/bin/python -m pip install --quiet --no-index "$1"
PATH=/home/environment/bin:$PATH
cd /home
# fastice brings its own.
mv environment/bin/fastice fastice
rm -r environment

# Runs the frozen program $1, and Python with $2 in the directory of that example, with the same arguments.
compare() {
    frozen=$1 program=$2
    shift 2
    expected=$(cd "/examples/$frozen" && $python $program "$@")
    found=$("./$frozen" "$@")
    echo "$frozen $*: $found"
    [ "$found" = "$expected" ]
}

./fastice --version
./fastice build --output hello /examples/hello/hello.py
./fastice build --output notes /examples/notes/notes
compare hello hello.py Ada Grace
compare notes "-m notes" --file=:memory: add "buy bread"
[ "$(./fastice run --quiet /examples/hello/hello.py -- Ada)" = "hello, Ada" ]
