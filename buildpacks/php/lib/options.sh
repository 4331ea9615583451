# What the app asks for in .bp-config/options.json, by the names Cloud Foundry's PHP buildpack gave them.

options_file() { echo "$1/.bp-config/options.json"; }

# option BUILD_DIR NAME DEFAULT: a text.
option() {
  local value=
  if [[ -f $(options_file "$1") ]]; then value=$(jq -r --arg name "$2" '.[$name] // "" | tostring' "$(options_file "$1")"); fi
  echo "${value:-$3}"
}

# option_list BUILD_DIR NAME: a line for each; a list inside the list is one command in words.
option_list() {
  [[ -f $(options_file "$1") ]] || return 0
  jq -r --arg name "$2" '.[$name] // [] | if type == "array" then .[] else . end | if type == "array" then join(" ") else tostring end' \
    "$(options_file "$1")"
}

# check_options BUILD_DIR: what would otherwise fail later, in other words.
check_options() {
  local build=$1 file problem name value
  file=$(options_file "$build")
  if [[ -f $file ]]; then
    if ! problem=$(jq -e 'if type == "object" then true else error("it is not an object: {...}") end' "$file" 2>&1 >/dev/null); then
      fail ".bp-config/options.json cannot be read: ${problem#jq: }" "Mend the JSON: look for a missing quote or a comma too many."
    fi
  fi
  case $(option "$build" WEB_SERVER httpd) in
    httpd | nginx | none) ;;
    *) fail "WEB_SERVER in .bp-config/options.json is '$(option "$build" WEB_SERVER httpd)'." "It is one of httpd, nginx, none." ;;
  esac
  for name in WEBDIR LIBDIR; do
    value=$(option "$build" "$name" htdocs)
    [[ $value =~ ^[A-Za-z0-9_][A-Za-z0-9_./-]*$ && $value != *..* ]] ||
      fail "$name in .bp-config/options.json is '$value', which is not a folder inside the app." "Name one relative to the app's root, like public."
  done
  value=$(option "$build" ADMIN_EMAIL admin@localhost)
  [[ $value =~ ^[A-Za-z0-9._%+@-]+$ ]] || fail "ADMIN_EMAIL in .bp-config/options.json is '$value', which is no mail address."
}

# composer_directory BUILD_DIR: where composer.json is; empty when there is none.
composer_directory() {
  local build=$1 candidate webdir
  webdir=$(option "$build" WEBDIR htdocs)
  for candidate in "$build" "$build/$webdir" ${COMPOSER_PATH:+"$build/$COMPOSER_PATH" "$build/$webdir/$COMPOSER_PATH"}; do
    if [[ -f $candidate/composer.json ]]; then echo "$candidate"; return; fi
  done
}

check_composer_json() {
  local directory file problem
  directory=$(composer_directory "$1")
  [[ -n $directory ]] || return 0
  for file in composer.json composer.lock; do
    if [[ -f $directory/$file ]] && ! problem=$(jq -e 'if type == "object" then true else error("it is not an object: {...}") end' "$directory/$file" 2>&1 >/dev/null); then
      fail "$file cannot be read: ${problem#jq: }" "Run 'composer validate' where you develop, and mend what it finds."
    fi
  done
}

# fpm_address BUILD_DIR: where php-fpm listens.
fpm_address() { if [[ $(option "$1" WEB_SERVER httpd) == nginx ]]; then echo '${TMPDIR}/php-fpm.socket'; else echo 127.0.0.1:9000; fi; }

# fill_placeholders BUILD_DIR DIRECTORY: @{NAME} (or #{NAME}) in settings. What only an instance knows becomes ${NAME}, which php,
# php-fpm and httpd replace themselves, and the start script for nginx.
fill_placeholders() {
  local build=$1
  find "$2" -type f -print0 | xargs -0 -r sed -i -E \
    -e "s|[@#]\{WEBDIR\}|$(option "$build" WEBDIR htdocs)|g" \
    -e "s|[@#]\{LIBDIR\}|$(option "$build" LIBDIR lib)|g" \
    -e "s|[@#]\{ADMIN_EMAIL\}|$(option "$build" ADMIN_EMAIL admin@localhost)|g" \
    -e "s|[@#]\{PHP_FPM_LISTEN\}|$(fpm_address "$build")|g" \
    -e 's|[@#]\{([A-Z][A-Z0-9_]*)\}|${\1}|g'
}
