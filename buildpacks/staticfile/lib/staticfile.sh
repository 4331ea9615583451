# The Staticfile buildpack's own steps.

readonly switches="directory enable_http2 force_https host_dot_files http_strict_transport_security
  http_strict_transport_security_include_subdomains http_strict_transport_security_preload pushstate ssi"
readonly all_4xx="400 401 402 403 404 405 406 407 408 409 410 411 412 413 414 415 416 417 418 421 422 423 424 426 428 429 431 451"
readonly all_5xx="500 501 502 503 504 505 506 507 508 510 511"

declare -A OPTIONS=() STATUS_PAGES=()

# read_staticfile FILE: `option: value` lines. A key that is not known is an error: a misspelt one would be ignored in silence.
read_staticfile() {
  local line key value number=0 inside=
  while IFS= read -r line || [[ -n $line ]]; do
    number=$((number + 1))
    line=${line%$'\r'}
    line=${line%%#*}
    [[ $line =~ [^[:space:]] ]] || continue
    [[ $line =~ ^(---|\{\})[[:space:]]*$ ]] && continue
    if [[ $inside == status_codes && $line =~ ^[[:space:]]+ ]]; then
      read_status_page "$line" "$number"
      continue
    fi
    [[ $line =~ ^([a-z_0-9]+):[[:space:]]*[\"\']?([^\"\']*)[\"\']?[[:space:]]*$ ]] ||
      fail "Staticfile, line $number: '$line' is not of the form 'option: value'."
    key=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
    inside=$key
    if [[ " ${switches//$'\n'/ } root location_include status_codes " != *" $key "* ]]; then
      fail "Staticfile, line $number: there is no option '$key'." \
        "Options: root, location_include, status_codes, $(tr -s ' \n' ' ' <<<"$switches" | sed 's/ /, /g; s/, $//')."
    fi
    if [[ $key == status_codes && -n $value ]]; then
      fail "Staticfile, line $number: status_codes takes no value." "Its pages are on the lines below it, indented, like '  404: /404.html'."
    fi
    OPTIONS[$key]=${value%"${value##*[![:space:]]}"}
  done <"$1"
}

# read_status_page LINE NUMBER: `404: /404.html`, `4xx: ...`, `"500 502": ...`
read_status_page() {
  local codes page
  [[ $1 =~ ^[[:space:]]+[\"\']?([0-9x\ ]+)[\"\']?:[[:space:]]*[\"\']?(/[A-Za-z0-9._~/-]*)[\"\']?[[:space:]]*$ ]] ||
    fail "Staticfile, line $2: '${1#"${1%%[![:space:]]*}"}' is no page for a status." "Write the status and the page's path, like '404: /404.html', or 4xx or 5xx for all of them."
  codes=${BASH_REMATCH[1]} page=${BASH_REMATCH[2]}
  codes=${codes//4xx/$all_4xx}
  codes=${codes//5xx/$all_5xx}
  [[ $codes =~ ^([345][0-9][0-9]\ *)+$ ]] || fail "Staticfile, line $2: '${BASH_REMATCH[1]:-$codes}' is not a list of statuses from 300 to 599."
  STATUS_PAGES[$codes]=$page
}

option() { echo "${OPTIONS[$1]:-}"; }
enabled() { case ${OPTIONS[$1]:-} in true | enabled | visible | yes | on) return 0 ;; *) return 1 ;; esac }

# check_options BUILD_DIR
check_options() {
  local root include
  root=$(option root) include=$(option location_include)
  [[ $root != /* && $root != *..* ]] || fail "root: '$root' in Staticfile leads out of the app." "Name a folder inside it."
  [[ -z $root || -d $1/$root ]] || fail "root: '$root' in Staticfile is not a folder of the app." "Was it built before the push, and is it not in .cfignore?"
  [[ $include =~ ^[A-Za-z0-9._*/-]*$ && $include != /* && $include != *..* ]] ||
    fail "location_include: '$include' in Staticfile is not a path." "It is relative to the folder nginx/conf, like includes/*.conf."
  if [[ -n $include ]]; then
    compgen -G "$1/nginx/conf/$include" >/dev/null || fail "location_include: there is no nginx/conf/$include in the app." "Put the file there; root must name another folder."
    [[ -n $root && $root != . ]] || note "Set root as well: without it the whole folder is the site."
  fi
  if ! enabled http_strict_transport_security; then
    if enabled http_strict_transport_security_include_subdomains || enabled http_strict_transport_security_preload; then
      note "Warning: http_strict_transport_security_include_subdomains and _preload do nothing without http_strict_transport_security."
    fi
  fi
  if enabled enable_http2; then note "enable_http2 is not needed: the router speaks HTTP/2 with visitors, and HTTP/1.1 with apps."; fi
}

# gather_site BUILD_DIR: the files to serve into BUILD_DIR/public; what the buildpack reads itself stays out.
gather_site() {
  local build=$1 source public root
  root=$(option root)
  source=$(realpath "$build/${root:-.}")
  [[ $source != "$(realpath "$build")/public" ]] || return 0
  public=$(mktemp -d "$build/.public-XXXXXX")
  (
    shopt -s dotglob nullglob
    for entry in "$source"/*; do
      case ${entry##*/} in
        Staticfile | Staticfile.auth | manifest.yml | manifest.yaml | .profile | .profile.d | .cfignore | .cloudfoundry | stackato.yml | .public-*) ;;
        nginx) if [[ -n $root && $root != . ]]; then mv "$entry" "$public/"; fi ;;
        *) mv "$entry" "$public/" ;;
      esac
    done
  )
  rm -rf "$build/public"
  mv "$public" "$build/public"
  chmod 755 "$build/public"
}
