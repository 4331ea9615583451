# A published app: NAME.runtimeconfig.json says what NAME.dll runs on; a single-file app carries that inside.

# single_files DIRECTORY: programs that hold a whole app, by the .NET host's mark and the configuration in them.
single_files() {
  local file
  find "$1" -maxdepth 1 -type f -size +64k ! -name '*.dll' ! -name '*.so' ! -name '*.exe' -printf '%P\n' | LC_ALL=C sort | while IFS= read -r file; do
    if [[ ! -f $1/$file.dll && $(head -c 4 "$1/$file" | tr -d '\0') == $'\x7fELF' ]] && configuration_offset "$1/$file" >/dev/null; then echo "$file"; fi
  done
}

# configuration_offset FILE: where a single-file app's runtimeconfig.json begins.
configuration_offset() {
  local offset
  offset=$(LC_ALL=C grep -zaobP '\{\s*"runtimeOptions"\s*:' "$1" | tr -d "\0" | head -n 1) && echo "${offset%%:*}"
}

# published_apps DIRECTORY: their names, one a line; nothing when it is no published app.
published_apps() {
  local file
  for file in "$1"/*.runtimeconfig.json; do
    if [[ -f $file ]]; then basename "$file" .runtimeconfig.json; fi
  done
  single_files "$1"
}

# runtime_options DIRECTORY NAME: the app's runtimeOptions as JSON.
runtime_options() {
  local offset
  if [[ -f $1/$2.runtimeconfig.json ]]; then
    jq -c '.runtimeOptions | objects' "$1/$2.runtimeconfig.json" 2>/dev/null || true
  else
    offset=$(configuration_offset "$1/$2")
    { tail -c +$((offset + 1)) "$1/$2" || true; } | jq -n -c 'input.runtimeOptions | objects' 2>/dev/null || true
  fi
}

is_self_contained() { jq -e '.includedFrameworks' >/dev/null <<<"$1"; }

# frameworks OPTIONS: "NAME VERSION ROLL_FORWARD" a line.
frameworks() {
  jq -r '. as $all | ([.framework | objects] + (.frameworks // []))[] |
    "\(.name) \(.version) \(.rollForward // $all.rollForward // "Minor")"' <<<"$1"
}

is_web_app() { jq -e '[.framework | objects] + (.frameworks // []) + (.includedFrameworks // []) | any(.name == "Microsoft.AspNetCore.App")' >/dev/null <<<"$1"; }

# app_command DIRECTORY NAME: an ASP.NET Core app is told its address, which wins over what appsettings.json says.
app_command() {
  local options command
  options=$(runtime_options "$1" "$2")
  if [[ -f $1/$2.dll ]] && ! is_self_contained "$options"; then command="dotnet $(printf %q "./$2.dll")"
  else command=$(printf %q "./$2"); fi
  if is_web_app "$options"; then command+=' --urls http://0.0.0.0:$PORT'; fi
  echo "$command"
}
