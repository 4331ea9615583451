# Python itself: which version, where it goes.

# first_line FILE: without comments and blanks; empty when there is none.
first_line() { sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$1" | head -n 1; }

# read_python_range BUILD_DIR: sets PYTHON_RANGE (PEP 440's notation, empty for any) and PYTHON_RANGE_SOURCE.
read_python_range() {
  local build=$1 text
  PYTHON_RANGE='' PYTHON_RANGE_SOURCE=''
  if [[ -f $build/runtime.txt ]]; then
    text=$(first_line "$build/runtime.txt")
    [[ $text =~ ^python-([0-9]+(\.([0-9]+|x)){0,2})$ ]] || fail "runtime.txt: '$text' names no Python." "Write it as python-3.11.x"
    PYTHON_RANGE=${BASH_REMATCH[1]} PYTHON_RANGE_SOURCE=runtime.txt
    return
  fi
  if [[ -f $build/.python-version ]]; then
    text=$(first_line "$build/.python-version")
    [[ $text =~ ^(python-)?([0-9]+(\.[0-9]+){0,2})$ ]] || fail ".python-version: '$text' names no Python." "Write it as 3.11"
    PYTHON_RANGE=${BASH_REMATCH[2]} PYTHON_RANGE_SOURCE=.python-version
    return
  fi
  if [[ -f $build/Pipfile.lock ]]; then
    text=$(jq -r '._meta.requires | objects | .python_full_version // .python_version // empty' "$build/Pipfile.lock" 2>/dev/null) ||
      fail "Pipfile.lock cannot be read: it is no JSON." "Run 'pipenv lock' where you develop, and push it."
    PYTHON_RANGE=$text PYTHON_RANGE_SOURCE=Pipfile.lock
  elif [[ -f $build/Pipfile ]]; then
    PYTHON_RANGE=$(toml_string "$build/Pipfile" python_full_version) PYTHON_RANGE_SOURCE=Pipfile
    PYTHON_RANGE=${PYTHON_RANGE:-$(toml_string "$build/Pipfile" python_version)}
  elif [[ -f $build/pyproject.toml ]]; then
    PYTHON_RANGE=$(toml_string "$build/pyproject.toml" requires-python) PYTHON_RANGE_SOURCE="requires-python in pyproject.toml"
  fi
  if [[ -z $PYTHON_RANGE ]]; then PYTHON_RANGE_SOURCE="the default; .python-version or runtime.txt chooses another"; fi
}

# toml_string FILE KEY: there is no Python yet that could read TOML; these keys are plain strings on lines of their own.
toml_string() { sed -nE "s/^[[:space:]]*$2[[:space:]]*=[[:space:]]*[\"']([^\"']*)[\"'].*/\1/p" "$1" | head -n 1; }

# pep440_matches VERSION RANGE: a comma list of ==3.11.*, ~=3.11, !=3.11.1, >=3.9, <4; a bare 3.11 means any 3.11.x.
pep440_matches() {
  local condition
  local -a conditions
  IFS=, read -ra conditions <<<"${2//[[:space:]]/}"
  for condition in "${conditions[@]}"; do
    case $condition in
      '!='*) if version_matches "$1" "${condition#!=}"; then return 1; fi ;;
      '~='*) version_matches "$1" "~>${condition#\~=}" || return 1 ;;
      '==='*) version_matches "$1" "=${condition#===}" || return 1 ;;
      '=='*) version_matches "$1" "=${condition#==}" || return 1 ;;
      *) version_matches "$1" "$condition" || return 1 ;;
    esac
  done
}

# install_python VERSION DIR: the program is found by its place, so it runs from wherever the droplet is unpacked.
install_python() {
  local root=$2 program
  install_dependency python "$1" "$root/python" --exclude=./etc --exclude=./usr/share \
    --exclude='*/EXTERNALLY-MANAGED' --exclude='*/sitecustomize.py' --exclude='*/lib/python3.*/test'
  program=$(find "$root/python" -maxdepth 3 -regex '.*/bin/python3\.[0-9]+' | head -n 1)
  [[ -n $program ]] || fail "Python $1 in this buildpack has no bin/python3.N." "Its archive needs bin/ and lib/ in one folder."
  mkdir -p "$root/bin"
  for name in python python3 "$(basename "$program")"; do ln -sf "../${program#"$root"/}" "$root/bin/$name"; done
  for name in pip pip3; do
    printf '#!/usr/bin/env bash\nexec "$(dirname "$0")/python3" -m pip "$@"\n' >"$root/bin/$name"
    chmod +x "$root/bin/$name"
  done
}

# write_profile DEPS_DIR INDEX
write_profile() {
  local scripts
  scripts=$("$1/$2/bin/python3" -c 'import sysconfig; print(sysconfig.get_path("scripts"))')
  mkdir -p "$1/$2/profile.d"
  printf 'export PATH="$DEPS_DIR/%s:$PATH"\n' "${scripts#"$1"/}" >"$1/$2/profile.d/python.sh"
  cat >>"$1/$2/profile.d/python.sh" <<'PROFILE'
export PYTHONPATH="$HOME${PYTHONPATH:+:$PYTHONPATH}" PYTHONUNBUFFERED="${PYTHONUNBUFFERED:-1}"
export FORWARDED_ALLOW_IPS="${FORWARDED_ALLOW_IPS:-*}"
export SSL_CERT_FILE="${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}"
export REQUESTS_CA_BUNDLE="${REQUESTS_CA_BUNDLE:-$SSL_CERT_FILE}" PIP_CERT="${PIP_CERT:-$SSL_CERT_FILE}"
PROFILE
}
