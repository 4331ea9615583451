# The app's packages.

# vendor_directory BUILD_DIR DIRECTORY: where packages go; DIRECTORY has composer.json.
vendor_directory() {
  local build=$1 directory=$2 own chosen
  own=$(jq -r '.config?["vendor-dir"]? // ""' "$directory/composer.json")
  chosen=${COMPOSER_VENDOR_DIR:-$(option "$build" COMPOSER_VENDOR_DIR "")}
  chosen=${chosen//\{LIBDIR\}/$(option "$build" LIBDIR lib)}
  chosen=${chosen//\{BUILD_DIR\}\//}
  [[ ${chosen:-$own} != /* && ${chosen:-$own} != *..* ]] || fail "The folder for Composer's packages, '${chosen:-$own}', is not inside the app." \
    "Give COMPOSER_VENDOR_DIR, or config.vendor-dir in composer.json, relative to the app's root."
  if [[ -n $chosen ]]; then echo "$build/$chosen"
  elif [[ -n $own ]]; then echo "$directory/$own"
  else echo "$build/$(option "$build" LIBDIR lib)/vendor"; fi
}

# has_packages FILE: whether composer.json requires anything besides PHP and its extensions.
has_packages() { jq -e '.require // {} | if type == "object" then keys else [] end | map(select(contains("/"))) | length > 0' "$1" >/dev/null; }

# secrets: the values that must not be seen in a log, one a line.
secrets() {
  printf '%s\n' "${COMPOSER_GITHUB_OAUTH_TOKEN:-}"
  jq -r '.. | strings' <<<"${COMPOSER_AUTH:-{\}}" 2>/dev/null || true
  if [[ -f $1/auth.json ]]; then jq -r '.. | strings' "$1/auth.json" 2>/dev/null || true; fi
}

# without_secrets DIRECTORY
without_secrets() {
  local line secret
  local -a known
  mapfile -t known < <(secrets "$1" | grep -E '.{4,}')
  while IFS= read -r line || [[ -n $line ]]; do
    for secret in "${known[@]}"; do line=${line//"$secret"/***}; done
    printf '%s\n' "$line"
  done | sed -u -E 's#://[^/@[:space:]]*@#://***@#g'
}

# install_packages BUILD_DIR CACHE_DIR
install_packages() {
  local build=$1 cache=$2 directory vendor
  directory=$(composer_directory "$build")
  if [[ -z $directory ]]; then return; fi
  if has_packages "$directory/composer.json" && [[ ! -f $directory/composer.lock ]]; then
    fail "composer.json requires packages, but there is no composer.lock, which says which versions of them." \
      "Run 'composer update' where you develop, look that .cfignore does not name composer.lock, and push both files."
  fi
  vendor=$(vendor_directory "$build" "$directory")
  adopt_vendor "$directory/vendor" "$vendor"
  run_composer "$build" "$cache" "$directory" "$vendor"
  link_vendor "$directory" "$vendor"
}

# adopt_vendor PUSHED VENDOR: packages that were pushed with the app are taken as they are when they fit composer.lock.
adopt_vendor() {
  if [[ -d $1 && ! -L $1 && $1 != "$2" && ! -e $2 ]]; then
    mkdir -p "$(dirname "$2")"
    mv "$1" "$2"
  fi
}

# link_vendor DIRECTORY VENDOR: require 'vendor/autoload.php' finds it beside composer.json, too.
link_vendor() {
  if [[ ! -e $1/vendor && -d $2 ]]; then ln -s "$(realpath --relative-to="$1" "$2")" "$1/vendor"; fi
}

# run_composer BUILD_DIR CACHE_DIR DIRECTORY VENDOR
run_composer() {
  local build=$1 cache=$2 directory=$3 vendor=$4 composer log status=0
  local -a options
  composer=$(mktemp -d) log=$(mktemp)
  install_dependency composer "$(resolve_version composer "" "the buildpack")" "$composer"
  mapfile -t options < <(option_list "$build" COMPOSER_INSTALL_OPTIONS)
  ((${#options[@]} > 0)) || options=(--no-dev --optimize-autoloader)
  export COMPOSER_HOME=$composer/home COMPOSER_CACHE_DIR=$cache/composer COMPOSER_VENDOR_DIR=$vendor COMPOSER_MIRROR_PATH_REPOS=1
  # A message that is wrapped could break a secret in two, which then would not be recognized.
  export COMPOSER_MEMORY_LIMIT=-1 COLUMNS=1000
  mkdir -p "$COMPOSER_HOME" "$COMPOSER_CACHE_DIR"
  if [[ -n ${COMPOSER_GITHUB_OAUTH_TOKEN:-} ]]; then
    jq -n '{"github-oauth": {"github.com": env.COMPOSER_GITHUB_OAUTH_TOKEN}}' >"$COMPOSER_HOME/auth.json"
    note "Using the GitHub token of COMPOSER_GITHUB_OAUTH_TOKEN"
  fi
  printf '#!/usr/bin/env bash\nexec php "%s" "$@"\n' "$composer/usr/bin/composer" >"$composer/composer"
  chmod +x "$composer/composer"
  export PATH=$composer:$PATH
  note "Running composer install ${options[*]} ($(composer --version --no-ansi 2>/dev/null | cut -d ' ' -f 1-3))"
  (cd "$directory" && composer install --no-interaction --no-progress --no-ansi "${options[@]}") 2>&1 |
    without_secrets "$directory" | grep --line-buffered -vE '^ *$|^install \[' | tee "$log" | indent || status=1
  if ((status != 0)); then explain_composer "$log"; fi
  note "Packages: $(jq '.packages | length' "$vendor/composer/installed.json" 2>/dev/null || echo 0), in ${vendor#"$build"/}"
  composer clear-cache --gc --quiet 2>/dev/null || true
  rm -rf "$composer" "$log"
}

# explain_composer LOG: what to mend.
explain_composer() {
  if grep -qE 'requires (php|ext-)' "$1"; then
    fail "The packages in composer.lock do not fit this PHP: see above." \
      "Run 'composer update' with the PHP version you ask for in composer.json (config.platform.php sets it), and push composer.lock."
  elif grep -qE 'not present in the lock file|lock file does not contain' "$1"; then
    fail "composer.lock does not fit composer.json." "Run 'composer update' where you develop, and push both files."
  elif grep -qE 'curl error|Could not resolve host|failed to open stream|Failed to download|could not be downloaded|Connection (timed out|refused)' "$1"; then
    fail "composer install could not fetch a package: see its output above." \
      "Look whether this platform reaches the repository. Or push the packages with the app: run 'composer install' before 'cf push'."
  elif grep -qE 'Source path .* is not found|url .* supplied for the path .* does not exist' "$1"; then
    fail "A path repository in composer.json leads to a folder that was not pushed." "Keep it inside the app's folder, and out of .cfignore."
  fi
  fail "composer install failed: see its output above." "It runs 'composer install --no-dev': try that where you develop."
}
