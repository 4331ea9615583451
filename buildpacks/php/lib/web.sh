# The folder that is served, the web server, and the script that starts both it and php-fpm.

# gather_web_files BUILD_DIR: an app without the folder WEBDIR is its pages: they move into it.
gather_web_files() {
  local build=$1 webdir libdir entry
  webdir=$(option "$build" WEBDIR htdocs) libdir=$(option "$build" LIBDIR lib)
  if [[ -d $build/$webdir ]]; then return; fi
  note "There is no folder $webdir: the app's files move into it"
  mkdir -p "$build/$webdir"
  (
    shopt -s dotglob nullglob
    cd "$build"
    for entry in *; do
      case $entry in
        .bp | .bp-config | .extensions | .cloudfoundry | .profile | .profile.d | .cfignore | .git | .gitignore | Procfile | manifest.yml | manifest.yaml) ;;
        "${webdir%%/*}" | "${libdir%%/*}") ;;
        *) mv -- "$entry" "$webdir/" ;;
      esac
    done
  )
}

# install_server SERVER BUILD_DIR ROOT
install_server() {
  local server=$1 build=$2 root=$3 version
  [[ $server != none ]] || return 0
  version=$(resolve_version "$server" "" "the buildpack")
  note "Using $server $version, serving the folder $(option "$build" WEBDIR htdocs)"
  install_dependency "$server" "$version" "$root/$server"
  link_libraries "$root" "$server"
  "settle_$server" "$build" "$root"
  fill_placeholders "$build" "$root/$server/conf"
}

# serves_vendor_link BUILD_DIR: the link to the packages lies among the pages; what is behind it is no page.
serves_vendor_link() { [[ -L $1/$(option "$1" WEBDIR htdocs)/vendor ]]; }

settle_httpd() {
  local build=$1 conf=$2/httpd/conf file
  ln -sf ../httpd/usr/sbin/apache2 "$2/bin/httpd"
  ln -sf usr/lib/apache2/modules "$2/httpd/modules"
  mkdir -p "$conf/user"
  cp -R "$BUILDPACK_DIR/defaults/httpd/." "$conf/"
  cp "$2/httpd/etc/mime.types" "$conf/mime.types"
  if [[ -d $build/.bp-config/httpd ]]; then
    note "Using the settings in .bp-config/httpd"
    cp -R "$build/.bp-config/httpd/." "$conf/"
  fi
  for file in "$build"/.bp-config/httpd/{,extra/}*.conf; do
    if [[ -f $file && ! -f $BUILDPACK_DIR/defaults/httpd/${file#"$build"/.bp-config/httpd/} ]]; then cp "$file" "$conf/user/"; fi
  done
  if serves_vendor_link "$build"; then printf '<LocationMatch "^/vendor(/|$)">\n  Require all denied\n</LocationMatch>\n' >"$conf/user/vendor.conf"; fi
  # These are part of this httpd; elsewhere they are files.
  sed -i -E '/^[[:space:]]*LoadModule[[:space:]]+(log_config|logio|unixd|version|watchdog)_module/d' "$conf/extra/httpd-modules.conf"
}

settle_nginx() {
  local build=$1 conf=$2/nginx/conf level file name
  ln -sf ../nginx/usr/sbin/nginx "$2/bin/nginx"
  mkdir -p "$conf"
  cp "$BUILDPACK_DIR"/defaults/nginx/* "$2/nginx/etc/nginx/mime.types" "$conf/"
  if [[ -d $build/.bp-config/nginx ]]; then
    note "Using the settings in .bp-config/nginx"
    cp -R "$build/.bp-config/nginx/." "$conf/"
  fi
  for level in http server; do
    for file in "$conf/$level.conf" "$conf/$level"-*.conf; do
      name=$(basename "$file")
      if [[ -f $file && ! -f $BUILDPACK_DIR/defaults/nginx/$name ]]; then echo "include $name;"; fi
    done >"$conf/user-$level.conf"
  done
  if serves_vendor_link "$build"; then echo 'location ~ ^/vendor(/|$) { return 404; }' >>"$conf/user-server.conf"; fi
}

# write_start SERVER BUILD_DIR ROOT: the start command is the one Cloud Foundry's buildpack has, so that Procfiles may name it.
write_start() {
  local server=$1 build=$2 root=$3 command=
  mkdir -p "$build/.bp/bin"
  cp "$BUILDPACK_DIR/lib/start.sh" "$build/.bp/bin/start"
  chmod +x "$build/.bp/bin/start"
  echo "$server" >"$root/etc/web-server"
  option_list "$build" ADDITIONAL_PREPROCESS_CMDS >"$root/etc/preprocess.sh"
  if [[ $server == none ]]; then
    command=$(option "$build" APP_START_CMD "$(standalone_command "$build")")
    echo "${command:-exec php-fpm -F -y \"\$PHPRC/php-fpm.conf\"}" >"$root/etc/command.sh"
    note "No web server: ${command:-php-fpm alone} is started"
  fi
}

standalone_command() {
  local name
  for name in app.php main.php run.php start.php; do
    if [[ -f $1/$name ]]; then echo "exec php $name"; return; fi
  done
}

# check_configuration SERVER ROOT: an app's own settings are tried now, not when the first instance starts.
check_configuration() {
  local server=$1 root=$2 said
  export PORT=8080 PHP_FPM_CHILDREN=2
  said=$("$root/bin/php" -r '' 2>&1) && [[ -z $said ]] || { indent <<<"$said"; fail "PHP does not like its settings: see above." "Mend .bp-config/php."; }
  said=$("$root/bin/php-fpm" -t -y "$PHPRC/php-fpm.conf" 2>&1) || { indent <<<"$said"; fail "php-fpm does not like its settings: see above." "Mend .bp-config/php."; }
  case $server in
    httpd) said=$("$root/bin/httpd" -t -f "$root/httpd/conf/httpd.conf" 2>&1) ;;
    nginx) said=$("$HOME/.bp/bin/start" check 2>&1) ;;
  esac || { indent <<<"$said"; fail "$server does not like its settings: see above." "Mend .bp-config/$server."; }
}
