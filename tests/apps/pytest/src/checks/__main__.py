import sys

import pytest

if __name__ == "__main__":
    sys.exit(pytest.main(["-p", "no:cacheprovider", "--pyargs", "checks", *sys.argv[1:]]))
