# The runtime that a published app asks for.

# roll_forward VERSION POLICY: of the versions on standard input (lowest first), the one that .NET's rules choose; nothing
# when none may serve. A release never rolls to a preview.
roll_forward() {
  local wanted=$1 policy=${2,,} version best='' major minor
  IFS=. read -r major minor _ <<<"${wanted%%-*}"
  while read -r version; do
    [[ $(version_compare "$version" "$wanted") != -1 ]] || continue
    [[ $version != *-* || $wanted == *-* ]] || continue
    case $policy in
      disable) [[ $version == "$wanted" ]] || continue ;;
      latestpatch) [[ $version == "$major.$minor".* ]] || continue ;;
      minor | latestminor) [[ $version == "$major".* ]] || continue ;;
      major | latestmajor) ;;
      *) fail "'$2' is no roll-forward policy." "There are: LatestPatch, Minor, LatestMinor, Major, LatestMajor, Disable." ;;
    esac
    # Minor and Major take the nearest minor version, and of that the newest patch.
    if [[ -z $best || $policy == latest* || $version == "${best%.*}".* ]]; then best=$version; fi
  done
  echo "$best"
}

# runtime_version OPTIONS SOURCE: DOTNET_ROLL_FORWARD of the app's environment wins, as it does when the app runs.
runtime_version() {
  local name version policy chosen newest=
  while read -r name version policy; do
    case $name in
      Microsoft.NETCore.App | Microsoft.AspNetCore.App) ;;
      *) fail "$2 asks for the framework $name, which only runs on Windows." "Take it out of the project, and publish again." ;;
    esac
    [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]] || fail "$2 asks for $name '$version', which is no version."
    policy=${DOTNET_ROLL_FORWARD:-$policy}
    chosen=$(available_versions dotnet-runtime | roll_forward "$version" "$policy") || exit 1
    [[ -n $chosen ]] || fail "dotnet-runtime $version (roll-forward: $policy), asked for in $2, is not in this buildpack." \
      "Versions there are: $(available_versions dotnet-runtime | paste -sd ' ' -)." \
      "Build the app for one of them (TargetFramework), or let it run on a newer major version:" \
      "cf set-env APP DOTNET_ROLL_FORWARD Major"
    if [[ -z $newest || $(version_compare "$chosen" "$newest") == 1 ]]; then newest=$chosen; fi
  done < <(frameworks "$1")
  echo "$newest"
}

# supply_runtimes DIRECTORY DEPS_DIR INDEX: what each published app in DIRECTORY needs; nothing for a self-contained one.
supply_runtimes() {
  local directory=$1 deps=$2 index=$3 app options version
  while IFS= read -r app; do
    options=$(runtime_options "$directory" "$app")
    [[ -n $options ]] || fail "$app.runtimeconfig.json is damaged: it has no runtimeOptions." "Publish the app again."
    if is_self_contained "$options"; then
      check_self_contained "$directory" "$app"
      note "$app is self-contained: it brings its own runtime"
      continue
    fi
    version=$(runtime_version "$options" "$app.runtimeconfig.json")
    [[ -n $version ]] || fail "$app.runtimeconfig.json names no framework." "Publish the app again: dotnet publish -c Release."
    if [[ ! -d $deps/$index/dotnet/host/fxr/$version ]]; then
      note "Using .NET runtime $version ($app.runtimeconfig.json)"
      install_dependency dotnet-runtime "$version" "$deps/$index/dotnet"
      mkdir -p "$deps/$index/bin"
      ln -sf ../dotnet/dotnet "$deps/$index/bin/dotnet"
      write_config "$deps" "$index" dotnet_core "$version"
    fi
    # A push from Windows loses the mark that makes a file a program.
    if [[ -f $directory/$app ]]; then chmod +x "$directory/$app"; fi
  done < <(published_apps "$directory")
}

# check_self_contained DIRECTORY NAME: published for Linux on this processor.
check_self_contained() {
  local program=$1/$2 why
  [[ -f $program ]] || fail "$2 is self-contained, but not for Linux: there is no program '$2' beside it." "Publish it with: dotnet publish -c Release -r linux-x64 --self-contained"
  why=$(why_not_runnable "$program")
  [[ -z $why ]] || fail "$2 cannot run here: $why." "Publish it with: dotnet publish -c Release -r linux-x64 --self-contained"
  chmod +x "$program"
}

# write_profile DIRECTORY INDEX: what a running app sees. What the user set stays.
write_profile() {
  mkdir -p "$1/profile.d"
  cat >"$1/profile.d/dotnet.sh" <<EOF
if [[ -d \$DEPS_DIR/$2/dotnet ]]; then export DOTNET_ROOT="\$DEPS_DIR/$2/dotnet"; fi
EOF
  cat >>"$1/profile.d/dotnet.sh" <<'EOF'
export DOTNET_RUNNING_IN_CONTAINER=true DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
export ASPNETCORE_URLS="${ASPNETCORE_URLS:-http://0.0.0.0:$PORT}"
export ASPNETCORE_FORWARDEDHEADERS_ENABLED="${ASPNETCORE_FORWARDEDHEADERS_ENABLED:-true}"
# A server's garbage collector keeps a heap for each processor of the machine: too much for a small container.
memory=${MEMORY_LIMIT:-}
if [[ $memory =~ ^([0-9]+)m$ ]] && ((BASH_REMATCH[1] <= 512)); then
  export DOTNET_gcServer="${DOTNET_gcServer:-0}"
  # Per cent of the limit in hexadecimal. .NET's own 75 leaves too little for code and threads when the limit is small.
  if ((BASH_REMATCH[1] <= 256)); then export DOTNET_GCHeapHardLimitPercent="${DOTNET_GCHeapHardLimitPercent:-0x32}"; fi
fi
unset memory
EOF
}
