# Source code: which project is the app.

# projects DIRECTORY: its project files, relative, in order.
projects() {
  find "$1" -maxdepth 5 \( -name node_modules -o -name bin -o -name obj -o -name '.?*' \) -prune -o \
    -type f \( -name '*.csproj' -o -name '*.fsproj' -o -name '*.vbproj' \) -printf '%P\n' | LC_ALL=C sort
}

# deployment_project DIRECTORY: what the .deployment file names ([config], project = PATH).
deployment_project() {
  if [[ -f $1/.deployment ]]; then
    sed -nE 's/^[[:space:]]*project[[:space:]]*=[[:space:]]*"?([^"#;]*[^"#;[:space:]])"?[[:space:]]*\r?$/\1/p' "$1/.deployment" | head -n 1 | tr '\\' '/'
  fi
}

# makes_program FILE: an app, not a library or tests.
makes_program() {
  ! grep -q 'Microsoft.NET.Test.Sdk\|<IsTestProject>true' "$1" && { makes_web_app "$1" || grep -qiE 'Microsoft\.NET\.Sdk\.Worker|<OutputType>[[:space:]]*(Win)?Exe' "$1"; }
}

makes_web_app() { grep -q 'Microsoft\.NET\.Sdk\.Web"' "$1"; }

# main_project DIRECTORY: named in .deployment, or the only one, or the only program, or the only web app.
main_project() {
  local build=$1 project named
  local -a all=() programs=() webs=()
  mapfile -t all < <(projects "$build")
  ((${#all[@]})) || fail "There is no .NET project in the app." "Push the folder that has the .csproj, .fsproj or .vbproj file, or a published app."
  named=$(deployment_project "$build")
  if [[ -f $build/.deployment ]]; then
    [[ -n $named ]] || fail ".deployment names no project." "It needs the lines '[config]' and 'project = PATH', PATH being one of: ${all[*]}."
    named=${named#./}
    for project in "${all[@]}"; do
      if [[ $project == "$named" || ${project%/*} == "${named%/}" ]]; then
        echo "$project"
        return
      fi
    done
    fail "The project '$named', named in .deployment, is not there." "Projects there are: ${all[*]}."
  fi
  if ((${#all[@]} == 1)); then
    echo "${all[0]}"
    return
  fi
  for project in "${all[@]}"; do
    if makes_program "$build/$project"; then programs+=("$project"); fi
    if makes_web_app "$build/$project"; then webs+=("$project"); fi
  done
  if ((${#programs[@]} == 1)); then echo "${programs[0]}"
  elif ((${#webs[@]} == 1)); then echo "${webs[0]}"
  else
    fail "There are several projects, and it is not clear which is the app: ${all[*]}." \
      "Name it in a file .deployment in the app's root:" "[config]" "project = ${programs[0]:-${all[0]}}"
  fi
}
