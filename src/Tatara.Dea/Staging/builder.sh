# Runs inside the staging container: turns the package in /tmp/app into a droplet.
# Arguments: whether to skip detection (yes or no), then DIRECTORY NAME SOURCE for each buildpack. A buildpack without a
# directory is fetched from SOURCE. What it made leaves through the pipes in /tmp/pipes.
set -uo pipefail

readonly app=/tmp/app cache=/tmp/cache contents=/tmp/contents result=/tmp/result pipes=/tmp/pipes
readonly deps=$contents/deps profile=$contents/profile.d
readonly no_match=222 compile_failed=223 release_failed=224 supply_failed=225 no_supply=226 finalize_failed=227 fetch_failed=228 droplet_failed=229
readonly skip_detect=$1
shift

directories=() names=() sources=()
while [ $# -gt 0 ]; do
  directories+=("$1") names+=("$2") sources+=("$3")
  shift 3
done

fail() {
  echo "$2" >&2
  exit "$1"
}

without_credentials() { sed -u -E 's#://[^/@[:space:]]*@#://***@#g'; }

# fetch SOURCE DIRECTORY: SOURCE is the URL of a zip, or of a git repository with #BRANCH or #TAG.
fetch() {
  local url=${1%%#*} branch=
  if [[ $1 == *#* ]]; then branch=${1#*#}; fi
  if [[ $url == *.zip || $url == *.zip\?* ]]; then
    mkdir -p "$2" && curl --proto =http,https --fail --location --silent --show-error --max-filesize 2147483648 --output /tmp/buildpack.zip "$url" &&
      unzip -q /tmp/buildpack.zip -d "$2" && rm /tmp/buildpack.zip
  else
    GIT_TERMINAL_PROMPT=0 git clone --quiet --depth 1 --recursive ${branch:+--branch "$branch"} -- "$url" "$2"
  fi
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
  local i
  mkdir -p "$cache" "$deps" "$profile" "$contents/logs" "$contents/tmp" "$result"
  for i in "${!directories[@]}"; do
    if [ -z "${directories[i]}" ]; then
      directories[i]=/tmp/fetched/$i
      mkdir -p /tmp/fetched
      echo "Downloading buildpack ${names[i]}..."
      fetch "${sources[i]}" "${directories[i]}" 2>&1 | without_credentials || fail $fetch_failed "The buildpack ${names[i]} could not be downloaded."
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
    echo "${names[-1]}" >"$result/detected"
    return
  fi
  for i in "${!directories[@]}"; do
    if name=$(run_detect "${directories[i]}"); then
      chosen=("$i")
      echo "${name:-${names[i]}}" >"$result/detected"
      return
    fi
  done
  fail $no_match "None of the buildpacks detected a compatible application"
}

run_detect() { [ -x "$1/bin/detect" ] && "$1/bin/detect" "$app" | head -c 4096 | head -n 1; }

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

build() {
  local last=$((${#chosen[@]} - 1)) position index pack
  local width=${#last}
  for position in "${!chosen[@]}"; do
    index=$(printf "%0${width}d" "$position")
    mkdir -p "$deps/$index"
    pack=${chosen[position]}
    if [ "$position" -lt "$last" ]; then
      [ -x "${directories[pack]}/bin/supply" ] || fail $no_supply "The buildpack ${names[pack]} cannot be combined with others: it has no bin/supply."
      supply "$pack" "$(cache_of "${sources[pack]}")" "$index"
    fi
  done
  mkdir -p "$cache/final"
  if [ -x "${directories[pack]}/bin/finalize" ]; then
    if [ -x "${directories[pack]}/bin/supply" ]; then supply "$pack" "$cache/final" "$index"; fi
    "${directories[pack]}/bin/finalize" "$app" "$cache/final" "$deps" "$index" "$profile" ||
      fail $finalize_failed "The buildpack ${names[pack]} failed to finalize the app."
  else
    [ -x "${directories[pack]}/bin/compile" ] || fail $compile_failed "The buildpack ${names[pack]} has neither bin/finalize nor bin/compile."
    rm -rf "${deps:?}/$index"
    "${directories[pack]}/bin/compile" "$app" "$cache/final" || fail $compile_failed "Failed to compile droplet"
  fi
}

release() {
  local pack=${directories[${chosen[-1]}]}
  [ -x "$pack/bin/release" ] || fail $release_failed "The buildpack ${names[${chosen[-1]}]} has no bin/release."
  "$pack/bin/release" "$app" >"$result/release" || fail $release_failed "Failed to build droplet release"
  if [ -f "$app/Procfile" ]; then cp -L "$app/Procfile" "$result/Procfile"; fi
  printf '%s\n' "${chosen[@]}" >"$result/chosen"
}

archive() { tar --create --sort=name --numeric-owner --owner=2000 --group=2000 "$@"; }

hand_over() {
  archive --directory "$result" . >"$pipes/result" || fail $droplet_failed "The result of staging could not be handed over."
  archive --directory "$contents" deps logs profile.d tmp --directory "$(dirname "$app")" "$(basename "$app")" | gzip -n -1 >"$pipes/droplet" ||
    fail $droplet_failed "The droplet could not be made."
  archive --directory "$cache" . | gzip -n -1 >"$pipes/cache" || fail $droplet_failed "The build artifacts cache could not be made."
}

exec </dev/null
prepare
choose
build
release
hand_over
