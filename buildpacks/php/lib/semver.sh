# Which PHP: composer.json's constraint as Composer reads it, and PHP_VERSION of options.json.

# version_bump VERSION PLACE: the version with PLACE (0 is the first part) one higher and nothing after it.
version_bump() {
  local -a parts
  IFS=. read -ra parts <<<"$1"
  local bumped=() i
  for ((i = 0; i < $2; i++)); do bumped+=("${parts[i]:-0}"); done
  bumped+=($((10#${parts[$2]:-0} + 1)))
  (IFS=. && echo "${bumped[*]}")
}

at_least() { [[ $(version_compare "$1" "$2") != -1 ]]; }
below() { [[ $(version_compare "$1" "$2") == -1 ]]; }

# matches_term VERSION TERM: one condition. 2 when it is none.
matches_term() {
  local version=$1 operator operand parts place
  [[ $2 == '*' || $2 == x ]] && return 0
  [[ $2 =~ ^(\^|~|\>=|\<=|\>|\<|!=|\<\>|==|=)?v?([0-9]+(\.[0-9]+)*)(\.[*x])?(-[0-9A-Za-z.]+)?$ ]] || return 2
  operator=${BASH_REMATCH[1]} operand=${BASH_REMATCH[2]}
  IFS=. read -ra parts <<<"$operand"
  if [[ -n ${BASH_REMATCH[4]} ]]; then
    [[ -z $operator || $operator == = || $operator == == ]] || return 2
    [[ $version == "$operand".* ]]
    return
  fi
  case $operator in
    '^')
      place=0
      while ((place < ${#parts[@]} - 1 && 10#${parts[place]} == 0)); do place=$((place + 1)); done
      at_least "$version" "$operand" && below "$version" "$(version_bump "$operand" "$place")"
      ;;
    '~')
      place=$((${#parts[@]} > 1 ? ${#parts[@]} - 2 : 0))
      at_least "$version" "$operand" && below "$version" "$(version_bump "$operand" "$place")"
      ;;
    '>=') at_least "$version" "$operand" ;;
    '<=') at_least "$operand" "$version" ;;
    '>') below "$operand" "$version" ;;
    '<') below "$version" "$operand" ;;
    '!=' | '<>') [[ $(version_compare "$version" "$operand") != 0 ]] ;;
    *) [[ $(version_compare "$version" "$operand") == 0 ]] ;;
  esac
}

# composer_matches VERSION CONSTRAINT: 0 or 1; 2 when it is no constraint.
composer_matches() {
  local version=$1 constraint alternative term status matched=1
  constraint=$(sed -E 's/@[a-z]+//Ig; s/,/ /g; s/(\^|~|[<>=!]+)[[:space:]]+/\1/g; s/\|\|?/|/g' <<<"$2")
  [[ $constraint =~ [^[:space:]\|] ]] || return 2
  local -a alternatives terms
  IFS='|' read -ra alternatives <<<"$constraint"
  for alternative in "${alternatives[@]}"; do
    if [[ $alternative =~ ^[[:space:]]*v?([0-9][0-9.]*)[[:space:]]+-[[:space:]]+v?([0-9][0-9.]*)[[:space:]]*$ ]]; then
      alternative=">=${BASH_REMATCH[1]} $(hyphen_end "${BASH_REMATCH[2]}")"
    fi
    read -ra terms <<<"$alternative"
    ((${#terms[@]} > 0)) || return 2
    status=0
    for term in "${terms[@]}"; do
      matches_term "$version" "$term" || { status=$?; ((status == 2)) && return 2; break; }
    done
    ((status == 0)) && matched=0
  done
  return "$matched"
}

# hyphen_end VERSION: "8.1 - 8.2" includes all of 8.2, "8.1 - 8.2.5" ends at 8.2.5.
hyphen_end() {
  local dots=${1//[^.]/}
  if ((${#dots} >= 2)); then echo "<=$1"; else echo "<$(version_bump "$1" "${#dots}")"; fi
}

composer_php() {
  local directory
  directory=$(composer_directory "$1")
  if [[ -n $directory ]]; then jq -r '.require.php? // "" | tostring' "$directory/composer.json"; fi
}

# options_php BUILD_DIR: PHP_VERSION; {PHP_82_LATEST} is 8.2, {PHP_DEFAULT} any.
options_php() {
  local value
  value=$(option "$1" PHP_VERSION "")
  if [[ $value =~ ^\{PHP_([0-9])([0-9]+)_LATEST\}$ ]]; then echo "${BASH_REMATCH[1]}.${BASH_REMATCH[2]}"
  elif [[ $value != '{PHP_DEFAULT}' ]]; then echo "$value"; fi
}

php_version_reason() {
  local composer options
  composer=$(composer_php "$1") options=$(options_php "$1")
  if [[ -n $composer ]]; then echo " (composer.json asks for $composer)"
  elif [[ -n $options ]]; then echo " (.bp-config/options.json asks for $options)"; fi
}

# resolve_php BUILD_DIR: the newest that both composer.json and options.json allow.
resolve_php() {
  local build=$1 composer options version best= status
  composer=$(composer_php "$build") options=$(options_php "$build")
  for version in $(available_versions php); do
    if [[ -n $composer ]]; then
      status=0
      composer_matches "$version" "$composer" || status=$?
      if ((status == 2)); then
        fail "composer.json asks for PHP '$composer', which is no version constraint." "Write one like ^8.2, or >=8.1 <8.4, under require.php."
      fi
      ((status == 0)) || continue
    fi
    if [[ -z $options ]] || version_matches "$version" "$options"; then best=$version; fi
  done
  if [[ -z $best ]]; then no_such_php "$composer" "$options"; fi
  echo "$best"
}

no_such_php() {
  local composer=$1 options=$2 asked= hint="Ask for one of them, or for a range that contains one."
  if [[ -n $composer ]]; then asked="composer.json (require.php: $composer)"; fi
  if [[ -n $options ]]; then asked="${asked:+$asked and }.bp-config/options.json (PHP_VERSION: $options)"; fi
  if [[ $composer =~ ^[0-9]+(\.[0-9]+)?$ ]]; then
    hint="For Composer, $composer means exactly that release and no later one: write ^$composer or $composer.*"
  fi
  fail "No PHP in this buildpack fits $asked." "Versions there are: $(available_versions php | paste -sd ' ' -)." "$hint"
}
