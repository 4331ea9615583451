"""Whether pyproject.toml describes something to install, and not just how tools are set."""
import sys
import tomllib

try:
    with open("pyproject.toml", "rb") as file:
        project = tomllib.load(file)
except tomllib.TOMLDecodeError as error:
    sys.exit(f"pyproject.toml: {error}")
sys.exit(0 if "project" in project or "build-system" in project else 1)
