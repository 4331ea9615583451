"""Prints what a Pipfile.lock pins, or a Pipfile without one asks for, as requirements for pip."""
import hashlib
import json
import os
import sys
import tomllib

PYPI = {"name": "pypi", "url": "https://pypi.org/simple", "verify_ssl": True}
NOT_PACKAGES = {"source", "packages", "dev-packages", "requires", "scripts", "pipfile", "pipenv", "default", "develop"}


def read_pipfile():
    with open("Pipfile", "rb") as file:
        pipfile = tomllib.load(file)
    pipfile.setdefault("source", [PYPI])
    return pipfile


def digest(pipfile):
    """As pipenv computes it for the lock's _meta.hash."""
    content = {
        "_meta": {"sources": pipfile["source"], "requires": pipfile.get("requires", {})},
        "default": pipfile.get("packages", {}),
        "develop": pipfile.get("dev-packages", {}),
    }
    content.update((name, value) for name, value in pipfile.items() if name not in NOT_PACKAGES)
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def requirement(name, wanted, with_hashes):
    """One line for pip, or two words for an editable package."""
    if isinstance(wanted, str):
        wanted = {"version": wanted}
    extras = "[" + ",".join(wanted["extras"]) + "]" if wanted.get("extras") else ""
    place = wanted.get("path") or wanted.get("file")
    marker = f" ; {wanted['markers']}" if wanted.get("markers") else ""
    if "git" in wanted:
        url = wanted["git"] if wanted["git"].startswith("git+") else "git+" + wanted["git"]
        ref = "@" + wanted["ref"] if wanted.get("ref") else ""
        return f"{name}{extras} @ {url}{ref}{marker}"
    if place:
        return ("-e " if wanted.get("editable") else "") + place + extras + marker
    version = wanted.get("version", "*")
    hashes = "".join(f" --hash={value}" for value in wanted.get("hashes", [])) if with_hashes else ""
    return name + extras + ("" if version == "*" else version) + marker + hashes


def index_lines(sources):
    for position, source in enumerate(sources):
        yield ("--index-url " if position == 0 else "--extra-index-url ") + source["url"]
        if source.get("verify_ssl") is False:
            yield "--trusted-host " + source["url"].split("/")[2].rsplit("@")[-1]


def main():
    pipfile = read_pipfile() if os.path.exists("Pipfile") else None
    if os.path.exists("Pipfile.lock"):
        with open("Pipfile.lock", encoding="utf-8") as file:
            lock = json.load(file)
        meta = lock.get("_meta", {})
        if pipfile and meta.get("hash", {}).get("sha256", "") != digest(pipfile):
            sys.exit("Pipfile.lock does not fit Pipfile.")
        packages, sources = lock.get("default", {}), meta.get("sources", [PYPI])
    else:
        packages, sources = pipfile.get("packages", {}), pipfile["source"]
    # pip checks hashes for all packages or for none.
    with_hashes = all(isinstance(wanted, dict) and wanted.get("hashes") for wanted in packages.values())
    lines = [*index_lines(sources), *(requirement(name, wanted, with_hashes) for name, wanted in packages.items())]
    print("\n".join(lines))


try:
    main()
except (tomllib.TOMLDecodeError, json.JSONDecodeError, UnicodeDecodeError) as error:
    sys.exit(f"Pipfile or Pipfile.lock cannot be read: {error}")
