# PHP's extensions, and where PHP finds its settings.

# What PHP has when nobody chooses, and what nearly every app needs.
readonly default_extensions="bz2 ctype curl dom exif fileinfo ftp gettext iconv mbstring opcache pdo pdo_sqlite phar posix
  readline simplexml sockets sqlite3 tokenizer xml xmlreader xmlwriter zip"

# needed_by EXTENSION: those that have to be loaded before it.
needed_by() {
  case $1 in
    mysqli) echo mysqlnd ;;
    pdo_mysql) echo mysqlnd pdo ;;
    pdo_*) echo pdo ;;
    redis) echo igbinary ;;
    xmlreader | xsl) echo dom ;;
  esac
}

# asked_extensions BUILD_DIR: by options.json, composer.json and the packages in composer.lock.
asked_extensions() {
  local build=$1 directory
  directory=$(composer_directory "$build")
  {
    option_list "$build" PHP_EXTENSIONS
    option_list "$build" ZEND_EXTENSIONS
    if [[ -n $directory ]]; then
      jq -r '.require // {} | if type == "object" then keys[] else empty end | select(startswith("ext-"))' "$directory/composer.json"
      if [[ -f $directory/composer.lock ]]; then
        jq -r '[.packages[]?.require] | .[] | select(type == "object") | keys[] | select(startswith("ext-"))' "$directory/composer.lock"
      fi
    fi
  } | tr '[:upper:]' '[:lower:]' | sed -E 's/^ext-//; s/^zend-opcache$/opcache/' | sort -u
}

# built_in ROOT: compiled into PHP, always there.
built_in() { "$1/bin/php" -n -m | tr '[:upper:]' '[:lower:]' | grep -E '^[a-z]'; }

# loadable ROOT: those there are as files, and those that are dependencies of their own.
loadable() {
  {
    find "$1/php/usr/lib/php" -name '*.so' -printf '%f\n' | sed 's/\.so$//'
    awk -F'\t' '$1 ~ /^php-/ { print substr($1, 5) }' "$BUILDPACK_DIR/dependencies.tsv"
  } | sort -u
}

# enable_extensions BUILD_DIR ROOT VERSION
enable_extensions() {
  local build=$1 root=$2 version=$3 name missing=()
  local -A enabled=()
  local asked built there
  asked=$(asked_extensions "$build") built=$(built_in "$root") there=$(loadable "$root")
  ini=$root/etc/php.ini.d/000_extensions.ini
  echo "; The extensions of PHP and of the app, in the order in which they need each other." >"$ini"
  for name in $asked; do
    grep -qxF -- "$name" <<<"$built" || grep -qxF -- "$name" <<<"$there" || missing+=("$name")
  done
  if ((${#missing[@]} > 0)); then
    fail "PHP extensions asked for are not in this buildpack: ${missing[*]}." \
      "There are: $(sort -u <<<"$built"$'\n'"$there" | grep -vxE 'core|standard|reflection|spl' | paste -sd ' ' -)." \
      "They are asked for in composer.json (ext-...), by a package in composer.lock, or in .bp-config/options.json (PHP_EXTENSIONS)."
  fi
  for name in $default_extensions $asked; do
    if grep -qxF -- "$name" <<<"$there"; then load_extension "$name"; fi
  done
  note "Extensions besides the usual: $(comm -23 <(echo "$asked") <(tr ' ' '\n' <<<"$default_extensions $built" | sort -u) | paste -sd ' ' - | grep . || echo none)"
}

# load_extension NAME: after those it needs; uses the variables of enable_extensions.
load_extension() {
  local name=$1 needed
  [[ -z ${enabled[$name]:-} ]] || return 0
  enabled[$name]=yes
  for needed in $(needed_by "$name"); do load_extension "$needed"; done
  if [[ -z $(find "$root/php/usr/lib/php" -name "$name.so" -print -quit) ]]; then install_dependency "php-$name" "$version" "$root/php"; fi
  if [[ $name == opcache ]]; then echo "zend_extension=opcache.so" >>"$ini"; else echo "extension=$name.so" >>"$ini"; fi
}

# install_php_settings BUILD_DIR ROOT INDEX: php.ini, php-fpm.conf and what the app has of its own in .bp-config/php.
install_php_settings() {
  local build=$1 root=$2 index=$3 api
  api=$(find "$root/php/usr/lib/php" -mindepth 1 -maxdepth 1 -type d -name '20*' -printf '%f\n' | head -n 1)
  cp "$BUILDPACK_DIR"/defaults/php/* "$root/etc/"
  if [[ -d $build/.bp-config/php ]]; then
    note "Using the settings in .bp-config/php"
    cp -R "$build/.bp-config/php/." "$root/etc/"
  fi
  if compgen -G "$root/etc/fpm.d/*.conf" >/dev/null; then
    echo 'include=${PHP_ROOT}/etc/fpm.d/*.conf' >>"$root/etc/php-fpm.conf"
  fi
  fill_placeholders "$build" "$root/etc"
  cat >"$root/profile.d/php.sh" <<END
export PHP_ROOT="\$DEPS_DIR/$index"
export PHPRC="\$PHP_ROOT/etc" PHP_INI_SCAN_DIR="\$PHP_ROOT/etc/php.ini.d" PHP_EXTENSION_DIR="\$PHP_ROOT/php/usr/lib/php/$api"
END
}
