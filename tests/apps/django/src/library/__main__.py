import os
import sys

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "library.settings"
    os.environ["LIBRARY_DATABASE"] = sys.argv[1]
    from django.core.management import execute_from_command_line

    execute_from_command_line(["manage", *sys.argv[2:]])
