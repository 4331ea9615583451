# Runs inside the staging container: turns the package in /tmp/app into a droplet.
# Arguments: whether to skip detection (yes or no), then DIRECTORY NAME KEY for each buildpack. The KEY names its cache. A
# buildpack without a directory is fetched; its URL is the line of the same number in /tmp/sources. What it made leaves
# through the pipes in /tmp/pipes.
set -uo pipefail

readonly app=/tmp/app cache=/tmp/cache contents=/tmp/contents result=/tmp/result pipes=/tmp/pipes
readonly deps=$contents/deps profile=$contents/profile.d environment=/tmp/env
readonly no_match=222 compile_failed=223 release_failed=224 supply_failed=225 no_supply=226 finalize_failed=227 fetch_failed=228 droplet_failed=229
readonly part_bytes=65536
readonly skip_detect=$1
shift

directories=() names=() keys=()
while [ $# -gt 0 ]; do
  directories+=("$1") names+=("$2") keys+=("$3")
  shift 3
done

fail() {
  echo "$2" >&2
  exit "$1"
}

without_credentials() { sed -u -E 's#://[^/[:space:]]*@#://***@#g'; }

# fetch URL DIRECTORY: of a zip, or of a git repository with #BRANCH, #TAG or #COMMIT. Secrets in a URL reach curl by its
# standard input and git by the environment: arguments can be read by everyone on the machine.
fetch() {
  local url=${1%%#*} reference=
  if [[ $1 == *#* ]]; then reference=${1#*#}; fi
  if [[ ${url%%\?*} == *.zip ]]; then fetch_zip "$url" "$2"; else fetch_git "$url" "$reference" "$2"; fi
}

fetch_zip() {
  mkdir -p "$2" &&
    printf 'url = "%s"\n' "$(sed 's/[\\"]/\\&/g' <<<"$1")" |
      curl --config - --globoff --proto =http,https --connect-timeout 30 --fail --location --silent --show-error --max-filesize 2147483648 --output /tmp/buildpack.zip &&
    unzip -q /tmp/buildpack.zip -d "$2" && rm /tmp/buildpack.zip
}

fetch_git() {
  local reference=$2 directory=$3 scheme=${1%%://*} rest=${1#*://} login=: url
  local authority=${rest%%/*}
  local host=${authority##*@}
  if [[ $authority == *@* ]]; then login=${authority%@*}:; fi
  url=$scheme://$host${rest#"$authority"}
  case $reference in -*) echo "'$reference' is no branch, tag or commit." >&2; return 1 ;; esac
  export GIT_TERMINAL_PROMPT=0 GIT_ALLOW_PROTOCOL=http:https:git
  if [ "$login" != : ]; then
    export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="credential.$scheme://$host.helper"
    export GIT_CONFIG_VALUE_0='!printf "username=%s\npassword=%s\n" "$BUILDPACK_USER" "$BUILDPACK_PASSWORD"; :'
    BUILDPACK_USER=$(decoded "${login%%:*}")
    login=${login#*:}
    BUILDPACK_PASSWORD=$(decoded "${login%:}")
    export BUILDPACK_USER BUILDPACK_PASSWORD
  fi
  git clone --quiet --recursive --depth 1 ${reference:+--branch "$reference"} -- "$url" "$directory" 2>/dev/null && return
  # A server of plain files gives no part of a repository, and a commit is no branch.
  rm -rf "$directory"
  git clone --quiet --recursive -- "$url" "$directory" || return
  if [ -n "$reference" ]; then
    git -C "$directory" checkout --quiet "$reference" && git -C "$directory" submodule --quiet update --init --recursive
  fi
}

# decoded TEXT: without the %XX of URLs.
decoded() {
  local text=${1//\\/\\\\}
  printf %b "${text//%/\\x}"
}

# root_of DIRECTORY: the buildpack's own directory, which may be the only one inside.
root_of() {
  local inside
  if [ -d "$1/bin" ]; then echo "$1"; return; fi
  inside=("$1"/*/)
  if [ ${#inside[@]} -eq 1 ] && [ -d "${inside[0]}bin" ]; then echo "${inside[0]%/}"; return; fi
  return 1
}

prepare() {
  local i sources=()
  mkdir -p "$cache" "$deps" "$profile" "$contents/logs" "$contents/tmp" "$result" /tmp/fetched
  # Gone before foreign code runs.
  if [ -f /tmp/sources ]; then mapfile -t sources </tmp/sources && rm /tmp/sources; fi
  for i in "${!directories[@]}"; do
    if [ -z "${directories[i]}" ]; then
      directories[i]=/tmp/fetched/$i
      echo "Downloading buildpack ${names[i]}..."
      (fetch "${sources[i]}" "${directories[i]}") 2>&1 | without_credentials || fail $fetch_failed "The buildpack ${names[i]} could not be downloaded."
      echo "Downloaded buildpack ${names[i]}"
    fi
    directories[i]=$(root_of "${directories[i]}") || fail $fetch_failed "The buildpack ${names[i]} has no bin directory."
  done
}

# Leaves in `chosen` the numbers of the buildpacks to use.
choose() {
  local i name
  if [ "$skip_detect" = yes ]; then
    chosen=("${!directories[@]}")
    return
  fi
  for i in "${!directories[@]}"; do
    if name=$(run_detect "${directories[i]}" "${names[i]}"); then
      chosen=("$i")
      echo "${name:-${names[i]}}" >"$result/detected"
      return
    fi
  done
  fail $no_match "None of the buildpacks detected a compatible application"
}

run_detect() {
  if [ ! -x "$1/bin/detect" ]; then
    [ ! -f "$1/bin/detect" ] || echo "The buildpack $2 is left out: its bin/detect is not executable." >&2
    return 1
  fi
  "$1/bin/detect" "$app" | head -c 4096 | head -n 1
}

cache_of() {
  local directory
  directory=$cache/$(printf %s "$1" | md5sum | cut -d ' ' -f 1)
  mkdir -p "$directory"
  echo "$directory"
}

# supply NUMBER CACHE POSITION
supply() {
  "${directories[$1]}/bin/supply" "$app" "$2" "$deps" "$3" || fail $supply_failed "The buildpack ${names[$1]} failed to supply its dependencies."
}

# Heroku's compile scripts find the app's variables in a directory.
write_environment() {
  local name
  mkdir -p "$environment"
  for name in $(compgen -e); do
    case $name in
      HOME | USER | LANG | PATH | TMPDIR | MEMORY_LIMIT | PWD | OLDPWD | SHLVL | _) ;;
      *) printf %s "${!name}" >"$environment/$name" ;;
    esac
  done
}

# index_of POSITION: its name in DEPS_DIR, as many digits for all.
index_of() { printf "%0${#last}d" "$1"; }

build() {
  local position pack
  last=$((${#chosen[@]} - 1))
  for position in "${!chosen[@]}"; do
    index=$(index_of "$position")
    mkdir -p "$deps/$index"
    pack=${chosen[position]}
    if [ "$position" -lt "$last" ]; then
      [ -x "${directories[pack]}/bin/supply" ] || fail $no_supply "The buildpack ${names[pack]} cannot be combined with others: it has no bin/supply."
      supply "$pack" "$(cache_of "${keys[pack]}")" "$index"
    fi
  done
  mkdir -p "$cache/final"
  if [ -x "${directories[pack]}/bin/finalize" ]; then
    if [ -x "${directories[pack]}/bin/supply" ]; then supply "$pack" "$cache/final" "$index"; fi
    "${directories[pack]}/bin/finalize" "$app" "$cache/final" "$deps" "$index" "$profile" ||
      fail $finalize_failed "The buildpack ${names[pack]} failed to finalize the app."
  else
    [ -x "${directories[pack]}/bin/compile" ] || fail $compile_failed "The buildpack ${names[pack]} has neither bin/finalize nor bin/compile."
    [ "$last" -eq 0 ] || echo "Warning: the buildpack ${names[pack]} has no bin/finalize and cannot use what the others supplied."
    rm -rf "${deps:?}/$index"
    write_environment
    "${directories[pack]}/bin/compile" "$app" "$cache/final" "$environment" || fail $compile_failed "Failed to compile droplet"
  fi
}

release() {
  local pack=${directories[${chosen[-1]}]}
  # A launch.yml of the last one says all that its release would.
  if [ ! -f "$deps/$index/launch.yml" ]; then
    [ -x "$pack/bin/release" ] || fail $release_failed "The buildpack ${names[${chosen[-1]}]} has no bin/release."
    "$pack/bin/release" "$app" >"$result/release" || fail $release_failed "Failed to build droplet release"
  fi
  take "$app/Procfile" Procfile
  printf '%s\n' "${chosen[@]}" >"$result/chosen"
}

# take FILE NAME: adds a small file to the result, if there is one.
take() { if [ -f "$1" ]; then head -c $part_bytes "$1" >"$result/$2"; fi; }

# What the buildpacks say of themselves and of what is to run.
describe() {
  local position
  for position in "${!chosen[@]}"; do
    take "$deps/$(index_of "$position")/config.yml" "config-$position"
    take "$deps/$(index_of "$position")/launch.yml" "launch-$position"
    take "${directories[${chosen[position]}]}/VERSION" "version-$position"
  done
}

archive() { tar --create --sort=name --numeric-owner --owner=2000 --group=2000 "$@"; }

# igzip makes a file of the same size in a sixth of the time; a stack of one's own may not have it.
compress() { if command -v igzip >/dev/null; then igzip -n -3; else gzip -n -1; fi; }

hand_over() {
  archive --directory "$result" . >"$pipes/result" || fail $droplet_failed "The result of staging could not be handed over."
  # As it is too: who receives it unpacks it while it is packed.
  archive --directory "$contents" deps logs profile.d tmp --directory "$(dirname "$app")" "$(basename "$app")" |
    tee "$pipes/tree" | compress >"$pipes/droplet" || fail $droplet_failed "The droplet could not be made."
  archive --directory "$cache" . | compress >"$pipes/cache" || fail $droplet_failed "The build artifacts cache could not be made."
}

# One pipe for both keeps what was written in order.
exec </dev/null 2>&1
prepare
choose
build
release
describe
hand_over
