#!/usr/bin/env bash
# Fills in the templates of nginx.conf and of the files it includes, and starts nginx. `start-nginx check` only tries them.
set -euo pipefail
cd "$HOME"
nginx=$(realpath "$(command -v nginx)")
modules=$(realpath "$(dirname "$nginx")/../lib/nginx/modules")
. "$(dirname "$(realpath "$0")")/../lib/nginx-defaults.sh"

stop_with() {
  echo "$1" >&2
  exit 1
}

# configuration_files: nginx.conf, what it includes, and what those include.
configuration_files() {
  local file pattern found
  local -a waiting=(nginx.conf)
  local -A known=()
  while ((${#waiting[@]} > 0)); do
    file=${waiting[0]} waiting=("${waiting[@]:1}")
    [[ -f $file && -z ${known[$file]:-} ]] || continue
    known[$file]=yes
    printf '%s\n' "$file"
    while IFS= read -r pattern; do
      while IFS= read -r found; do waiting+=("$found"); done < <(compgen -G "$pattern" || true)
    done < <(sed -nE 's/^([^#]*[{;[:space:]])?include[[:space:]]+["'\'']?([^;"'\'']+)["'\'']?[[:space:]]*;.*/\2/p' "$file" | grep -E '\.(conf|inc|include|params|map)(\*)?$|\*$' || true)
  done
}

# value_of ACTION: what is between {{ and }}.
value_of() {
  local name=
  local quoted='^(env|module)[[:space:]]+["`]([A-Za-z0-9_.-]+)["`]$'
  if [[ $1 == port ]]; then printf %s "$PORT"
  elif [[ $1 == nameservers ]]; then awk '$1 == "nameserver" { print ($2 ~ /:/ ? "[" $2 "]" : $2) }' /etc/resolv.conf | paste -sd ' ' -
  elif [[ $1 =~ $quoted ]]; then
    name=${BASH_REMATCH[2]}
    if [[ ${BASH_REMATCH[1]} == module ]]; then load_module "$name"
    else printenv -- "$name" || true; fi
  else return 1; fi
}

# load_module NAME: the app's own in modules/, or one of the buildpack's.
load_module() {
  if [[ -f $HOME/modules/$1.so ]]; then printf 'load_module %s;' "$HOME/modules/$1.so"
  elif [[ -f $modules/$1.so ]]; then printf 'load_module %s;' "$modules/$1.so"
  else
    stop_with "There is no module $1 in modules/, nor in the buildpack, which has: $(find "$modules" -name '*.so' -printf '%f\n' | sed 's/\.so$//' | sort | paste -sd ' ' -)."
  fi
}

# render FILE
render() {
  local text done= match value template='\{\{-?[[:space:]]*([^{}]*[^{}[:space:]-])[[:space:]]*-?\}\}'
  text=$(<"$1")
  while [[ $text =~ $template ]]; do
    match=${BASH_REMATCH[0]}
    done+=${text%%"$match"*}
    text=${text#*"$match"}
    if ! value=$(value_of "${BASH_REMATCH[1]}"); then
      local lines=${done//[!$'\n']/}
      stop_with "$1, line $((${#lines} + 1)): $match cannot be filled in. There are {{port}}, {{env \"NAME\"}}, {{module \"NAME\"}} and {{nameservers}}."
    fi
    done+=$value
  done
  # A new file: in a copy made of links the app's own file must stay.
  printf '%s\n' "$done$text" >"$1.rendered"
  mv "$1.rendered" "$1"
}

mapfile -t files < <(configuration_files)
if [[ ${1:-} == check ]] && ! grep -qE '^[^#]*\{\{-?[[:space:]]*(port|env[[:space:]]+["`]PORT["`])[[:space:]]*-?\}\}' "${files[@]}"; then
  stop_with "There is nowhere {{port}} in: ${files[*]}."
fi
for file in "${files[@]}"; do render "$file"; done
add_nginx_defaults "${files[@]}"
if [[ ! -f mime.types ]]; then cp "$modules/../../../../etc/nginx/mime.types" .; fi
mkdir -p logs
globals=$(nginx_globals "${files[@]}")
if [[ ${1:-} == check ]]; then exec nginx -t -q -p "$HOME" -c "$HOME/nginx.conf" -e stderr ${globals:+-g "$globals"}; fi
exec nginx -p "$HOME" -c "$HOME/nginx.conf" -e stderr ${globals:+-g "$globals"}
