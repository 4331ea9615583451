# The app's modules: from node_modules that came with it, from the cache, or by npm or yarn. Called in the app's folder.

readonly MODULES_KEPT=node_modules.tar.zst

# Above this size a download cache holds mostly what nobody asks for any more; it starts anew.
readonly DOWNLOADS_LIMIT_MB=500

# lock_file [BUILD_DIR]: the file that pins the modules' versions; empty when there is none. yarn.lock comes first.
lock_file() {
  local file
  for file in yarn.lock npm-shrinkwrap.json package-lock.json; do
    if [[ -f ${1:-.}/$file ]]; then echo "$file"; return; fi
  done
}

uses_yarn() { [[ -f $1/yarn.lock ]]; }

check_lock_files() {
  local build=$1 lock foreign
  lock=$(lock_file "$build")
  case $lock in
    *.json) check_json "$build/$lock" ;;
    yarn.lock)
      if grep -q '^__metadata:' "$build/yarn.lock"; then
        fail "yarn.lock was written by yarn 2 or newer; this buildpack installs with yarn 1 or npm." \
          "Push a package-lock.json instead of it: 'npm install' where you develop writes one."
      fi
      if [[ -f $build/package-lock.json ]]; then note "There is a yarn.lock, so package-lock.json is not read"; fi
      ;;
    '')
      for foreign in pnpm-lock.yaml bun.lock bun.lockb; do
        [[ ! -f $build/$foreign ]] || fail "$foreign cannot be used: this buildpack installs with npm or yarn 1." \
          "Push a package-lock.json as well: 'npm install' where you develop writes one."
      done
      ;;
  esac
}

# first_script NAME...: the first of them that package.json has; empty when it has none.
first_script() {
  local name
  for name in "$@"; do
    if [[ -n $(package . ".scripts | objects | .\"$name\" | strings") ]]; then echo "$name"; return; fi
  done
}

run_script() {
  [[ -n $(first_script "$1") ]] || return 0
  step "Running the script $1"
  npm run --silent "$1" 2>&1 | indent || fail "The script '$1' in package.json failed: see its output above." \
    "It runs with NODE_ENV=$NODE_ENV; try it where you develop: NODE_ENV=$NODE_ENV npm run $1"
}

# prepare_tools CACHE_DIR: decides in DEVELOPMENT what becomes of devDependencies: keep, prune (after the build) or omit.
prepare_tools() {
  DEVELOPMENT=omit
  if [[ $NODE_ENV != production || ${NPM_CONFIG_PRODUCTION:-} == false ]]; then DEVELOPMENT=keep
  elif [[ ${NPM_CONFIG_PRODUCTION:-} != true && -n $(first_script heroku-postbuild build preinstall install postinstall prepare) ]]; then
    DEVELOPMENT=prune
  fi
  unset NPM_CONFIG_PRODUCTION
  export NPM_CONFIG_CACHE=$1/npm YARN_CACHE_FOLDER=$1/yarn
  export NPM_CONFIG_AUDIT=false NPM_CONFIG_FUND=false NPM_CONFIG_LOGS_MAX=0
}

# install_modules CACHE_DIR TOOL_VERSIONS
install_modules() {
  local cache=$1 key=
  step "Installing modules"
  if [[ -n $(ls -A node_modules 2>/dev/null) ]]; then
    rm -rf "$cache/npm" "$cache/yarn" "$cache/$MODULES_KEPT"
    DEVELOPMENT=keep
    note "node_modules came with the app: only native modules are built again"
    supply_python
    run_tool npm rebuild
    return
  fi
  if can_keep_modules; then key=$(modules_key "$2"); fi
  if [[ -n $key && -f $cache/$MODULES_KEPT && $(cat "$cache/modules.key" 2>/dev/null) == "$key" ]]; then
    note "$(lock_file) is what it was: taking node_modules from the cache"
    tar -xf "$cache/$MODULES_KEPT"
    return
  fi
  rm -f "$cache/$MODULES_KEPT" "$cache/modules.key"
  supply_python
  download_modules
  limit_cache "$DOWNLOADS_LIMIT_MB" "$cache/npm" "$cache/yarn"
  if [[ -n $key && -d node_modules ]]; then
    tar -I 'zstd -1 -T0' -cf "$cache/$MODULES_KEPT" node_modules
    echo "$key" >"$cache/modules.key"
  fi
}

download_modules() {
  local include=--include=dev production=false
  if [[ $DEVELOPMENT == omit ]]; then include=--omit=dev production=true; fi
  case $(lock_file) in
    yarn.lock) run_tool yarn install --frozen-lockfile --non-interactive --no-progress "--production=$production" ;;
    '')
      note "There is no package-lock.json, so versions are chosen anew by each push."
      note "'npm install' where you develop writes one; push it too."
      run_tool npm install "$include"
      ;;
    *) run_tool npm ci "$include" ;;
  esac
}

# can_keep_modules: whether node_modules follows from the files that modules_key reads and from nothing else.
can_keep_modules() {
  [[ ${NODE_MODULES_CACHE:-true} != false && -n $(lock_file) ]] || return 1
  [[ -z $(first_script preinstall install postinstall preprepare prepare postprepare) && ! -f binding.gyp ]] || return 1
  jq -e '(.workspaces == null) and ([.dependencies, .devDependencies, .optionalDependencies | objects | .[] | strings |
    select(test("^(file|link|portal|workspace):|^[./~]"))] | length == 0)' package.json >/dev/null
}

modules_key() {
  {
    echo "$1 $DEVELOPMENT $NODE_ENV"
    cat package.json "$(lock_file)"
    cat .npmrc .yarnrc 2>/dev/null || true
    env | grep -i '^npm_config_' | sort
  } | sha256sum | cut -d ' ' -f 1
}

# supply_python: node-gyp, which builds native modules, is a Python program. No app is to find it when it runs.
supply_python() {
  local directory version
  directory=$(mktemp -d)
  version=$(resolve_version python "" "the buildpack")
  install_dependency python "$version" "$directory"
  export NODE_GYP_FORCE_PYTHON=$directory/usr/bin/python3.11
}

# without_usage: after some errors npm says how it is called, and always where it would have logged.
without_usage() { sed -u -e '/^npm error Clean install a project/,/^npm error Run "npm help/d' -e '/^npm error Log files were not/d'; }

# run_tool COMMAND...: npm or yarn, and what its failure means.
run_tool() {
  local log
  log=$(mktemp)
  note "Running $*"
  if "$@" 2>&1 | tee "$log" | without_usage | indent; then rm -f "$log"; return; fi
  if grep -qE 'npm ci.*in sync|EUSAGE|needs to be updated, but yarn was run with' "$log"; then
    fail "$(lock_file) does not fit package.json." "Run '$1 install' where you develop, and push both files."
  elif grep -qE 'E401|E403|401 Unauthorized|403 Forbidden' "$log"; then
    fail "The registry refused to hand out a package: see above." \
      "Name the registry's token in .npmrc, as //HOST/:_authToken=\${NPM_TOKEN}, and give it: cf set-env APP NPM_TOKEN ..."
  elif grep -qE 'E404|ETARGET|404 Not Found|Couldn.t find (any versions|package)' "$log"; then
    fail "A package, or the version asked for, is not in the registry: see above." "Mend its name or version in package.json."
  elif grep -qE 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH' "$log"; then
    fail "The registry cannot be reached while staging: see above." \
      "Look whether staging containers reach it, or push node_modules with the app (take it out of .cfignore)."
  elif grep -q 'gyp ERR!' "$log"; then
    fail "A native module could not be compiled: see above." "Look for a release of it that knows Node.js $(node --version)."
  fi
  fail "$* failed: see its output above."
}

# prune_modules: what only the build needed stays out of the droplet.
prune_modules() {
  rm -rf node_modules/.cache
  [[ $DEVELOPMENT == prune && -n $(package . '.devDependencies | objects | keys[0]') ]] || return 0
  step "Pruning devDependencies"
  if uses_yarn .; then run_tool yarn install --frozen-lockfile --production --ignore-scripts --prefer-offline --non-interactive --no-progress
  else run_tool npm prune --omit=dev --ignore-scripts; fi
}
