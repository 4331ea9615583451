# The app's packages: from vendor/, from the package index, or both. Called in the app's folder.

# Above this size pip's cache holds mostly what nobody asks for any more; it starts anew.
readonly DOWNLOADS_LIMIT_MB=500

# prepare_pip CACHE_DIR VERSION: C extensions find Python's headers, which no droplet needs.
prepare_pip() {
  local headers
  export PIP_CACHE_DIR=$1/pip PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_NO_WARN_SCRIPT_LOCATION=1 PIP_PROGRESS_BAR=off
  export PIP_RETRIES=${PIP_RETRIES:-2} PYTHONNOUSERSITE=1
  export CC=${CC:-gcc} CXX=${CXX:-g++} LDSHARED=${LDSHARED:-gcc -shared}
  if available_versions python-headers | grep -qxF "$2"; then
    headers=$(mktemp -d)
    install_dependency python-headers "$2" "$headers" --exclude='*.a'
    export CPATH=$headers/usr/include/python${2%.*}:$headers/usr/include${CPATH:+:$CPATH}
  fi
}

install_packages() {
  local requirements problem copy
  if [[ -f requirements.txt ]]; then
    run_pip -r requirements.txt
  elif [[ -f Pipfile || -f Pipfile.lock ]]; then
    requirements=$(mktemp)
    if [[ ! -f Pipfile.lock ]]; then
      note "There is no Pipfile.lock, so versions are chosen anew by each push."
      note "'pipenv lock' where you develop writes one; push it too."
    fi
    problem=$(python3 "$BUILDPACK_DIR/lib/pipfile.py" 2>&1 >"$requirements") || fail "$problem" \
      "Run 'pipenv lock' where you develop, and push Pipfile and Pipfile.lock."
    run_pip -r "$requirements"
  elif [[ -f setup.py ]] || python3 "$BUILDPACK_DIR/lib/is_package.py"; then
    # Built from a copy: setuptools leaves its own files where it builds.
    copy=$(mktemp -d)/app
    cp -a . "$copy"
    run_pip "$copy"
  else
    note "pyproject.toml describes no package: nothing to install"
  fi
}

has_vendored_packages() { compgen -G 'vendor/*.whl' >/dev/null || compgen -G 'vendor/*.tar.gz' >/dev/null || compgen -G 'vendor/*.zip' >/dev/null; }

# run_pip WHAT...: from vendor/ alone when that is enough, else with the index.
run_pip() {
  local log missing=''
  log=$(mktemp)
  step "Installing packages"
  if has_vendored_packages; then
    note "Running pip install --no-index --find-links=vendor"
    # No cache: a file in vendor/ may change under the same name.
    if pip install --no-index --no-build-isolation --no-cache-dir --find-links=vendor "$@" 2>&1 | tee "$log" | indent; then
      rm -f "$log"
      return
    fi
    missing=$(missing_package "$log")
    [[ -n $missing ]] || explain_failure "$log" ""
    note "$missing is not in vendor/: trying with the package index"
    set -- --find-links=vendor "$@"
  fi
  note "Running pip install"
  if pip install "$@" 2>&1 | tee "$log" | indent; then
    rm -f "$log"
    return
  fi
  explain_failure "$log" "$missing"
}

missing_package() { sed -nE 's/.*No matching distribution found for (.*)/\1/p' "$1" | head -n 1; }

# explain_failure LOG MISSING: MISSING is what vendor/ lacked.
explain_failure() {
  local missing=${2:-$(missing_package "$1")}
  if grep -qE 'Failed to establish a new connection|Temporary failure in name resolution|ConnectTimeout|NewConnectionError|Name or service not known' "$1"; then
    fail "The package index cannot be reached while staging${missing:+, and $missing is not in vendor/}." \
      "Put the packages into vendor/: pip download -r requirements.txt -d vendor --only-binary :all: --platform manylinux2014_x86_64 --python-version $(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
  elif grep -q 'DO NOT MATCH THE HASHES' "$1"; then
    fail "A package is not the one that the lock file was made with: see above." "Lock again where you develop, and look why it changed."
  elif grep -qE 'Invalid requirement|Could not open requirements file' "$1"; then
    fail "requirements.txt cannot be read: see above." "Mend the line that pip names."
  elif grep -qE 'ResolutionImpossible|conflicting dependencies' "$1"; then
    fail "The versions asked for exclude each other: see above." "Loosen one of them."
  elif [[ -n $missing ]]; then
    fail "There is no package that fits '$missing': see above." "Mend its name or version, or ask for another Python: see .python-version."
  elif grep -qE "error: command '.*(gcc|g\+\+|cc)'|Failed building wheel|subprocess-exited-with-error" "$1"; then
    fail "A package could not be built: see above." "Ask for a version that has a wheel for Python $(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])'), or put one into vendor/."
  fi
  fail "pip install failed: see its output above."
}

# make_portable DEPS_DIR BUILD_DIR: pip writes the staging container's folders into scripts and links of editable packages.
make_portable() {
  local scripts packages
  scripts=$(python3 -c 'import sysconfig; print(sysconfig.get_path("scripts"))')
  packages=$(python3 -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  if [[ -d $scripts ]]; then
    find "$scripts" -maxdepth 1 -type f -exec sed -i -E '1s|^#!.*/python[0-9.]*$|#!/usr/bin/env python3|' {} +
  fi
  if [[ -d $packages ]]; then
    find "$packages" -maxdepth 1 -type f \( -name '*.pth' -o -name '*.egg-link' -o -name '__editable__*' \) \
      -exec sed -i -e "s|$1/|/home/vcap/deps/|g" -e "s|$2\b|/home/vcap/app|g" {} +
  fi
}
