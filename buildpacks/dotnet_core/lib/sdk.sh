# Source builds: the SDK, which stays out of the droplet, and `dotnet publish`.

sdk_source() { if [[ -f $1/global.json ]]; then echo global.json; else echo "the newest there is"; fi }

# sdk_roll_forward VERSION POLICY: of the SDKs on standard input (lowest first), the one that global.json's rules choose.
# The hundreds of an SDK's last number are its feature band.
sdk_roll_forward() {
  local wanted=$1 policy=${2,,} version best='' chosen_band='' band
  local wanted_band=${wanted%%-*}
  wanted_band=${wanted_band%??}
  while read -r version; do
    band=${version%%-*}
    band=${band%??}
    [[ $(version_compare "$version" "$wanted") != -1 ]] || continue
    [[ $version != *-* || $wanted == *-* ]] || continue
    case $policy in
      disable) [[ $version == "$wanted" ]] || continue ;;
      patch | latestpatch) [[ $band == "$wanted_band" ]] || continue ;;
      feature | latestfeature) [[ ${band%.*} == "${wanted_band%.*}" ]] || continue ;;
      minor | latestminor) [[ ${band%%.*} == "${wanted_band%%.*}" ]] || continue ;;
      major | latestmajor) ;;
      *) fail "rollForward '$2' in global.json is none." "There are: patch, feature, minor, major, latestPatch, latestFeature, latestMinor, latestMajor, disable." ;;
    esac
    # The policies without `latest` stay in the nearest band, and take the newest patch there.
    if [[ -z $best || $policy == latest* || $band == "$chosen_band" ]]; then best=$version chosen_band=$band; fi
  done
  echo "$best"
}

# sdk_version DIRECTORY: as global.json says, else the newest.
sdk_version() {
  local file=$1/global.json version policy chosen settings
  if [[ ! -f $file ]]; then
    resolve_version dotnet-sdk "" "the app"
    return
  fi
  # Comments are allowed in it.
  settings=$(sed -E 's#^[[:space:]]*//.*##; s#/\*.*\*/##' "$file" | jq -r '[.sdk.version // "", .sdk.rollForward // ""] | join(" ")' 2>/dev/null) ||
    fail "global.json is no JSON." "Mend it, or leave it out to build with the newest SDK."
  version=${settings% *} policy=${settings#* }
  if [[ -z $version ]]; then
    resolve_version dotnet-sdk "" global.json
    return
  fi
  [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]{3}(-[0-9A-Za-z.-]+)?$ ]] || fail "The SDK version '$version' in global.json is none." "It has three parts, like 10.0.100."
  policy=${policy:-latestPatch}
  chosen=$(available_versions dotnet-sdk | sdk_roll_forward "$version" "$policy") || exit 1
  [[ -n $chosen ]] || fail "dotnet-sdk $version (roll-forward: $policy), asked for in global.json, is not in this buildpack." \
    "Versions there are: $(available_versions dotnet-sdk | paste -sd ' ' -)." \
    "Ask for one of them, or allow newer ones in global.json: \"rollForward\": \"latestMajor\"."
  echo "$chosen"
}

# install_sdk VERSION ROOT: with the newest runtime of its major version when it has none of its own.
install_sdk() {
  install_dependency dotnet-sdk "$1" "$2"
  if [[ ! -d $2/shared ]]; then install_dependency dotnet-runtime "$(resolve_version dotnet-runtime "${1%%.*}" "the SDK $1")" "$2"; fi
}

# use_supplied_tools DEPS_DIR PROFILE_DIR: what buildpacks before this one supplied, like Node.js for the pages of the app.
use_supplied_tools() {
  local script
  DEPS_DIR=$1
  set +u
  for script in "$2"/*.sh; do . "$script"; done
  set -u
}

# publish SOURCE PROJECT CACHE_DIR TARGET: on a copy, so that what is built in between stays out of the droplet.
publish() {
  local source=$1 project=$2 cache=$3 target=$4 work=/tmp/dotnet-build status=0 other
  local root=$work/sdk copy=$work/source log=$work/log sdk
  rm -rf "$work"
  mkdir -p "$copy" "$cache/nuget"
  sdk=$(sdk_version "$source")
  install_sdk "$sdk" "$root"
  cp -a "$source/." "$copy/"
  projects "$copy" | while IFS= read -r other; do rm -rf "$(dirname "$copy/$other")"/{bin,obj}; done
  run_publish "$root" "$work" "$cache" "$copy" "$project" "$target" 2>&1 | tee "$log" |
    sed -u -e "s#$copy/##g" -e "s#$target#the droplet#g" | indent || status=$?
  ((status == 0)) || explain_failure "$log" "$project"
  keep_used_packages "$copy" "$cache/nuget"
  rm -rf "$work"
}

# run_publish SDK WORK CACHE_DIR SOURCE PROJECT TARGET
run_publish() (
  cd "$4"
  export PATH=$1:$PATH DOTNET_ROOT=$1 DOTNET_CLI_HOME=$2 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
  export DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=true
  export NUGET_PACKAGES=$3/nuget NUGET_HTTP_CACHE_PATH=$2/http NUGET_SCRATCH=$2/scratch NUGET_XMLDOC_MODE=skip
  # One process at a time, none left behind: staging has little memory.
  export DOTNET_gcServer=0 DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
  dotnet publish "$5" -c Release -r linux-x64 --no-self-contained -o "$6" -m:1 --nologo -v minimal -tl:off \
    -p:PublishAot=false -p:PublishTrimmed=false -p:PublishSingleFile=false
)

# explain_failure LOG PROJECT: what to do, by the kind of the first errors.
explain_failure() {
  local log=$1 project=$2
  if grep -qE 'error NU(1301|1801)' "$log"; then
    fail "A package source could not be read: see above." \
      "Look whether its address is right and reachable from here, and its credentials (nuget.config may name environment variables: %NAME%)."
  elif grep -qE 'error NU1[01][0-9]+' "$log"; then
    fail "NuGet packages of $project could not be restored: see above." "Name packages and versions that nuget.org, or the sources in your nuget.config, have."
  elif grep -q 'error NETSDK1045' "$log"; then
    fail "The SDK is older than the TargetFramework of $project." \
      "SDKs there are: $(available_versions dotnet-sdk | paste -sd ' ' -). Change TargetFramework, or the SDK version in global.json."
  elif grep -qE 'error (CS|FS|BC)[0-9]+' "$log"; then
    fail "$project does not compile: see the errors above." "Mend them, try 'dotnet publish -c Release' where you develop, and push again."
  fi
  fail "dotnet publish of $project failed: see its output above." "Try 'dotnet publish -c Release -r linux-x64 --no-self-contained' where you develop."
}

# keep_used_packages SOURCE PACKAGES: the cache holds what this build used and no more.
keep_used_packages() {
  local source=$1 packages=$2 used directory
  used=$(find "$source" -name project.assets.json -path '*/obj/*' -print0 | xargs -0 -r jq -r '
    (.libraries // {} | to_entries[] | select(.value.type == "package") | .value.path),
    (.project.frameworks // {} | .[] | .downloadDependencies // [] | .[] |
      "\(.name)/\(.version | ltrimstr("[") | split(",")[0])" | ascii_downcase)')
  for directory in "$packages"/*/*/; do
    if [[ -d $directory ]] && ! grep -qxF "$(basename "$(dirname "$directory")")/$(basename "$directory")" <<<"$used"; then rm -rf "$directory"; fi
  done
  find "$packages" -mindepth 1 -maxdepth 1 -type d -empty -delete
}

# main_app DIRECTORY PROJECT: the published app that is the project itself, when others came with it.
main_app() {
  local name=${2##*/} app
  local -a apps
  name=${name%.*}
  mapfile -t apps < <(published_apps "$1")
  if ((${#apps[@]} == 1)); then
    echo "${apps[0]}"
    return
  fi
  for app in "${apps[@]}"; do
    if [[ $app == "$name" ]]; then
      echo "$app"
      return
    fi
  done
  ((${#apps[@]})) || fail "$2 is a library: publishing it made no program." "Name the project of the app in .deployment, or give this one <OutputType>Exe</OutputType>."
  fail "Publishing $2 made several programs: ${apps[*]}." "One of them must be named like the project, which is the one to start."
}

# write_launcher DIRECTORY APP: starts it where it was published to, so that it finds its files.
write_launcher() {
  local command
  command=$(app_command "$1/dotnet_publish" "$2")
  mkdir -p "$1/bin"
  cat >"$1/bin/start-dotnet-app" <<EOF
#!/usr/bin/env bash
cd "\$(dirname "\${BASH_SOURCE[0]}")/../dotnet_publish" || exit 1
exec $command "\$@"
EOF
  chmod +x "$1/bin/start-dotnet-app"
}
