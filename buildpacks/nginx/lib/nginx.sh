# The nginx buildpack's own steps.

# nginx_range BUILD_DIR: version under nginx in buildpack.yml; the lines stable and mainline are one here.
nginx_range() {
  local file=$1/buildpack.yml range
  [[ -f $file ]] || return 0
  if grep -qE '^dist:[[:space:]]*["'\'']?openresty' "$file"; then
    fail "buildpack.yml asks for OpenResty, which is not in this buildpack." "There is nginx: leave 'dist' out."
  fi
  range=$(awk '/^[^[:space:]#]/ { inside = /^nginx:/ } inside && /^[[:space:]]+version:/ { sub(/^[^:]*:[[:space:]]*/, ""); sub(/[[:space:]]*(#.*)?$/, ""); gsub(/["\047]/, ""); print; exit }' "$file")
  case $range in
    stable | mainline) ;;
    *) echo "$range" ;;
  esac
}

# install_start ROOT: nginx and the script that starts it, on the path of the running app.
install_start() {
  mkdir -p "$1/bin" "$1/lib"
  cp "$BUILDPACK_DIR/lib/nginx-defaults.sh" "$1/lib/"
  ln -sf ../nginx/usr/sbin/nginx "$1/bin/nginx"
  cp "$BUILDPACK_DIR/lib/start-nginx.sh" "$1/bin/start-nginx"
  chmod +x "$1/bin/start-nginx"
}

# check_configuration BUILD_DIR ROOT: as an instance would start, but on a copy; the app's own files stay templates.
check_configuration() {
  local build=$1 root=$2 copy said
  copy=$(mktemp -d)
  cp -al "$build/." "$copy/" 2>/dev/null || cp -a "$build/." "$copy/"
  if ! said=$(HOME=$copy PORT=8080 PATH="$root/bin:$PATH" "$root/bin/start-nginx" check 2>&1); then
    sed "s#$copy/##g" <<<"$said" | grep -vE 'test failed$' | indent
    rm -rf "$copy"
    explain_configuration "$said"
  fi
  rm -rf "$copy"
  note "nginx.conf is in order"
  if ! grep -qE '^[^#]*access_log' "$build/nginx.conf"; then note "It names no access_log: requests are logged to standard output"; fi
}

explain_configuration() {
  if [[ $1 == *'nowhere {{port}}'* ]]; then
    fail "nginx.conf does not listen on {{port}}." "Write 'listen {{port}};' in its server block: the platform gives each instance its port when it starts."
  elif [[ $1 == *'host not found in upstream'* ]]; then
    fail "nginx.conf names a host that cannot be found: see above." \
      "nginx looks names up when it starts. To look one up with each request, put it into a variable and give a resolver: resolver {{nameservers}};"
  fi
  fail "nginx does not accept nginx.conf: see above." "The message names the file and the line."
}
