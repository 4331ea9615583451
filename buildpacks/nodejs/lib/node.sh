# Node.js itself: which version, where it goes, how the app starts.

# The newest LTS line. An app that does not care, or not much, gets it.
readonly DEFAULT_NODE=24.x

# package BUILD_DIR FILTER: what package.json says, by jq's FILTER; empty for what is not there.
package() { jq -r "($2) // empty" "$1/package.json"; }

# check_json FILE: it is one object.
check_json() {
  local problem
  problem=$(jq -es 'length == 1 and (.[0] | type == "object")' "$1" 2>&1 >/dev/null) || {
    problem=${problem#jq: error (at *): }
    fail "$(basename "$1") cannot be read: ${problem:-it is no JSON object.}" "Mend it: 'npm install' where you develop shows the place too."
  }
}

# read_node_range BUILD_DIR: sets NODE_RANGE (npm's notation) and NODE_RANGE_SOURCE.
read_node_range() {
  local build=$1 file text
  NODE_RANGE=$(package "$build" '.engines | objects | .node') NODE_RANGE_SOURCE="engines.node in package.json"
  if [[ -n $NODE_RANGE ]]; then return; fi
  for file in .nvmrc .node-version; do
    [[ -f $build/$file ]] || continue
    text=$(sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$build/$file" | head -n 1 | tr -d '[:space:]')
    [[ -n $text ]] || continue
    NODE_RANGE_SOURCE=$file
    case ${text,,} in
      lts/hydrogen) NODE_RANGE=18.x ;;
      lts/iron) NODE_RANGE=20.x ;;
      lts/jod) NODE_RANGE=22.x ;;
      lts/krypton) NODE_RANGE=24.x ;;
      lts | 'lts/*' | lts/-0) NODE_RANGE=$DEFAULT_NODE ;;
      node | current | latest | stable) NODE_RANGE=$(available_versions node | tail -n 1) ;;
      *) NODE_RANGE=${text#node-} ;;
    esac
    return
  done
  NODE_RANGE=$DEFAULT_NODE NODE_RANGE_SOURCE="the default; engines.node in package.json chooses another"
}

# resolve_node: a range that allows the default gets it, so that ">=20" means no release that is not LTS yet.
resolve_node() {
  local version best='' default='' status
  for version in $(available_versions node); do
    status=0
    semver_matches "$version" "$NODE_RANGE" || status=$?
    if ((status == 2)); then
      fail "'$NODE_RANGE', $NODE_RANGE_SOURCE, is not a version range." "Write it as npm does: 22.x, ^22.1.0, >=20 <25 or 20 || 22."
    fi
    ((status == 0)) || continue
    best=$version
    if semver_matches "$version" "$DEFAULT_NODE"; then default=$version; fi
  done
  best=${default:-$best}
  [[ -n $best ]] || fail "Node.js $NODE_RANGE, $NODE_RANGE_SOURCE, is not in this buildpack." \
    "Versions there are: $(available_versions node | paste -sd ' ' -)." \
    "Ask for one of them, or for a range that contains one: { \"engines\": { \"node\": \"$DEFAULT_NODE\" } }"
  echo "$best"
}

# resolve_npm BUILD_DIR NODE_VERSION: the npm that Node's own releases come with, unless engines.npm wants the other.
resolve_npm() {
  local range version best='' usual=10
  range=$(package "$1" '.engines | objects | .npm | strings')
  if [[ $(version_compare "$2" 24) != -1 ]]; then usual=11; fi
  for version in $(available_versions npm); do
    if ! semver_matches "$version" "${range:-*}"; then continue; fi
    if [[ -z $best ]] || semver_matches "$version" $usual; then best=$version; fi
  done
  if [[ -z $best ]]; then
    best=$(resolve_version npm $usual "the buildpack")
    note "npm $range, engines.npm in package.json, is not in this buildpack ($(available_versions npm | paste -sd ' ' -))" >&2
  fi
  echo "$best"
}

# install_node VERSION DIR: the program into DIR. Its headers, which only native modules need and only while they are
# built, go where node-gyp keeps those it has downloaded; so it downloads none. Most of their bytes are for other machines.
install_node() {
  local version=$1 root=$2 unpacked headers=$HOME/.cache/node-gyp/$1
  unpacked=$(mktemp -d)
  install_dependency node "$version" "$unpacked" --strip-components=1 --exclude=package/share --exclude=package/CHANGELOG.md \
    --exclude='*/openssl/archs/[!l]*' --exclude='*/openssl/archs/linux[!-]*' --exclude='*/openssl/archs/linux-[!x]*'
  mkdir -p "$root/node/bin" "$root/bin" "$headers"
  mv "$unpacked/bin/node" "$root/node/bin/node"
  rm -rf "$headers/include"
  mv "$unpacked/include" "$headers/include"
  echo 11 >"$headers/installVersion"
  rm -rf "$unpacked"
  ln -sf ../node/bin/node "$root/bin/node"
}

install_npm() {
  local root=$2
  install_dependency npm "$1" "$root/node/lib/node_modules/npm" --strip-components=1 --exclude=package/docs --exclude=package/man
  ln -sf ../node/lib/node_modules/npm/bin/npm-cli.js "$root/bin/npm"
  ln -sf ../node/lib/node_modules/npm/bin/npx-cli.js "$root/bin/npx"
}

install_yarn() {
  local version
  version=$(resolve_version yarn "" "the buildpack")
  note "Using yarn $version"
  install_dependency yarn "$version" "$1/node/lib/node_modules/yarn" --strip-components=1
  ln -sf ../node/lib/node_modules/yarn/bin/yarn.js "$1/bin/yarn"
  ln -sf ../node/lib/node_modules/yarn/bin/yarn.js "$1/bin/yarnpkg"
}

# write_profile DIR INDEX: the same environment while staging and while running. V8 would stop at half the memory there
# is; a quarter is left for what is not its heap.
write_profile() {
  mkdir -p "$1/profile.d"
  echo "export NODE_HOME=\"\$DEPS_DIR/$2/node\"" >"$1/profile.d/nodejs.sh"
  cat >>"$1/profile.d/nodejs.sh" <<'EOF'
export NODE_ENV="${NODE_ENV:-production}"
export PATH="$PATH:$HOME/node_modules/.bin"
export NODE_EXTRA_CA_CERTS="${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}"
export NPM_CONFIG_UPDATE_NOTIFIER="${NPM_CONFIG_UPDATE_NOTIFIER:-false}"
if [[ ${MEMORY_LIMIT:-} =~ ^([0-9]+)m$ ]]; then
  export MEMORY_AVAILABLE="${MEMORY_AVAILABLE:-${BASH_REMATCH[1]}}"
  if [[ ${NODE_OPTIONS:-} != *max[-_]old[-_]space[-_]size* ]]; then
    export NODE_OPTIONS="${NODE_OPTIONS:+$NODE_OPTIONS }--max-old-space-size=$((MEMORY_AVAILABLE * 3 / 4))"
  fi
fi
EOF
}

# web_command BUILD_DIR: npm starts server.js when there is no start script; empty when there is neither.
web_command() {
  if [[ -n $(package "$1" '.scripts | objects | .start | strings') || -f $1/server.js ]]; then echo 'npm start'; fi
}
