# What every built-in buildpack shares. Sourced by its scripts: `. "$(dirname "$0")/../lib/buildpack.sh"`.
# A packaged buildpack carries its runtimes in dependencies/ and lists them in dependencies.tsv
# (name, version, stack, sha256, file), so staging needs no network of its own.

set -euo pipefail

BUILDPACK_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

step() { printf -- '-----> %s\n' "$*"; }
note() { printf -- '       %s\n' "$*"; }
# indent: a tool's own output, without the credentials that addresses of packages may carry.
indent() { sed -u -E -e 's#://[^/@[:space:]]+@#://***@#g' -e 's/^/       /'; }

# fail MESSAGE...: one line an argument; what went wrong first, then what to do.
fail() {
  printf '\n  **ERROR** %s\n' "$1" >&2
  shift
  local line
  for line in "$@"; do printf '            %s\n' "$line" >&2; done
  exit 1
}

# version_compare A B prints -1, 0 or 1. Missing parts count as 0; a pre-release comes before its release.
version_compare() {
  local a=${1%%-*} b=${2%%-*} i
  local -a left right
  IFS=. read -ra left <<<"$a"
  IFS=. read -ra right <<<"$b"
  for i in 0 1 2 3; do
    local l=${left[i]:-0} r=${right[i]:-0}
    [[ $l =~ ^[0-9]+$ ]] || l=0
    [[ $r =~ ^[0-9]+$ ]] || r=0
    if ((10#$l < 10#$r)); then echo -1; return; fi
    if ((10#$l > 10#$r)); then echo 1; return; fi
  done
  if [[ $1 == *-* && $2 != *-* ]]; then echo -1
  elif [[ $1 != *-* && $2 == *-* ]]; then echo 1
  else echo 0; fi
}

# version_matches VERSION RANGE: RANGE is a comma list of 1.2.3, =1.2.3, 1.2.x, 1.2.*, ~>1.2, >=1, >1, <=1, <1.
# A bare 1 or 1.2 means any release below it (1.x, 1.2.x).
version_matches() {
  local version=$1 condition operator operand
  local -a conditions
  IFS=, read -ra conditions <<<"${2// /}"
  for condition in "${conditions[@]}"; do
    [[ $condition =~ ^(~\>|\>=|\<=|\>|\<|=)?v?([0-9][0-9A-Za-z.*+-]*)$ ]] || return 1
    operator=${BASH_REMATCH[1]} operand=${BASH_REMATCH[2]}
    case $operator in
      '>=') [[ $(version_compare "$version" "$operand") != -1 ]] || return 1 ;;
      '<=') [[ $(version_compare "$version" "$operand") != 1 ]] || return 1 ;;
      '>') [[ $(version_compare "$version" "$operand") == 1 ]] || return 1 ;;
      '<') [[ $(version_compare "$version" "$operand") == -1 ]] || return 1 ;;
      '~>')
        [[ $(version_compare "$version" "$operand") != -1 ]] || return 1
        local fixed=${operand%.*}
        [[ $operand == *.* ]] || fixed=$operand
        [[ $version == "$fixed" || $version == "$fixed".* ]] || return 1
        ;;
      *)
        local exact=${operand%%.[x*]*}
        if [[ $exact == *.*.* ]]; then [[ $version == "$exact" ]] || return 1
        else [[ $version == "$exact" || $version == "$exact".* ]] || return 1; fi
        ;;
    esac
  done
}

# available_versions NAME: those for this stack, lowest first.
available_versions() {
  awk -F'\t' -v name="$1" -v stack="${CF_STACK:-bookworm}" '$1 == name && $3 == stack { print $2 }' \
    "$BUILDPACK_DIR/dependencies.tsv" | sort -V
}

# resolve_version NAME RANGE SOURCE [MATCHES]: the newest that matches; an empty range means the newest of all. A language
# with its own notation of ranges names the function that reads it.
resolve_version() {
  local name=$1 range=$2 source=$3 matches=${4:-version_matches} version best=
  for version in $(available_versions "$name"); do
    if [[ -z $range ]] || "$matches" "$version" "$range"; then best=$version; fi
  done
  [[ -n $best ]] || fail "$name $range, asked for in $source, is not in this buildpack." \
    "Versions there are: $(available_versions "$name" | paste -sd ' ' -)." \
    "Ask for one of them in $source, or for a range that contains one." \
    "Whoever runs the platform can add one: ./tatara buildpack add-dependency BUILDPACK $name VERSION --uri URL --sha256 SUM"
  echo "$best"
}

# install_dependency NAME VERSION DIRECTORY [TAR_OPTION...]: verified and unpacked; what is no archive is copied.
install_dependency() {
  local name=$1 version=$2 directory=$3 sum file
  shift 3
  IFS=$'\t' read -r sum file < <(awk -F'\t' -v name="$name" -v version="$version" -v stack="${CF_STACK:-bookworm}" \
    '$1 == name && $2 == version && $3 == stack { print $4 "\t" $5; exit }' "$BUILDPACK_DIR/dependencies.tsv")
  file=$BUILDPACK_DIR/dependencies/$file
  [[ -f $file ]] || fail "The buildpack lacks the bits of $name $version." "Package it again: ./tatara buildpack package"
  echo "$sum  $file" | sha256sum --check --status || fail "The bits of $name $version are damaged: their checksum is wrong."
  mkdir -p "$directory"
  case $file in
    *.tgz | *.tar.gz) tar -I "$(command -v igzip || echo gzip)" -xf "$file" -C "$directory" "$@" ;;
    *.tar.*) tar -xf "$file" -C "$directory" "$@" ;;
    *.zip) unzip -q "$file" -d "$directory" ;;
    *) cp "$file" "$directory/" ;;
  esac
}

# limit_cache MB DIRECTORY...: a download cache that has grown beyond it holds mostly what nobody asks for any more; it starts anew.
limit_cache() {
  local limit=$1 directory
  shift
  for directory in "$@"; do
    if [[ -d $directory ]] && (($(du -sm "$directory" | cut -f 1) > limit)); then
      note "The cache ${directory##*/} is larger than $limit MB: emptied"
      rm -rf "$directory"
    fi
  done
}

# link_libraries ROOT DEPENDENCY: the libraries of the distribution's packages in ROOT/DEPENDENCY, from ROOT/lib.
link_libraries() {
  local library
  mkdir -p "$1/lib"
  { find "$1/$2"/{usr/,}lib/x86_64-linux-gnu -maxdepth 1 -name '*.so.*' 2>/dev/null || true; } | while IFS= read -r library; do
    ln -sf "../${library#"$1"/}" "$1/lib/${library##*/}"
  done
}

# write_config DEPS_DIR INDEX NAME VERSION: what other buildpacks may ask about this one.
write_config() { printf -- '---\nname: %s\nconfig:\n  version: "%s"\n' "$3" "$4" >"$1/$2/config.yml"; }

# export_dependencies DEPS_DIR PROFILE_DIR: every supplied bin/ and lib/ on the paths of the running app, then each
# buildpack's own profile scripts, in the order of the buildpacks.
export_dependencies() {
  local deps=$1 profile=$2 index directory script
  mkdir -p "$profile"
  {
    for directory in "$deps"/*/; do
      index=$(basename "$directory")
      if [[ -d $directory/bin ]]; then echo "export PATH=\"\$DEPS_DIR/$index/bin:\$PATH\""; fi
      if [[ -d $directory/lib ]]; then echo "export LD_LIBRARY_PATH=\"\$DEPS_DIR/$index/lib\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}\""; fi
    done
  } >"$profile/000_dependencies.sh"
  for script in "$deps"/*/profile.d/*.sh; do
    if [[ -f $script ]]; then
      index=$(basename "$(dirname "$(dirname "$script")")")
      cp "$script" "$profile/${index}_$(basename "$script")"
    fi
  done
}

# has_procfile_web DIRECTORY: the app itself says how its web process starts.
has_procfile_web() { [[ -f $1/Procfile ]] && grep -q '^web:' "$1/Procfile"; }
