# The Go buildpack's own steps.

# What modules may take in the cache between pushes; a larger one is thrown away and filled again.
readonly MODULE_CACHE_LIMIT_MB=1024

# yaml_go_version FILE: go.version of a buildpack.yml.
yaml_go_version() {
  sed -nE '/^go:[[:space:]]*$/,/^[^[:space:]#]/s/^[[:space:]]+version:[[:space:]]*["'\'']?([^"'\''#[:space:]]+).*/\1/p' "$1" | sed -n 1p
}

# go_mod_version FILE: the least Go a module asks for: its toolchain line, else its go line.
go_mod_version() {
  local version
  version=$(sed -nE 's/^toolchain[[:space:]]+go([0-9][^[:space:]]*).*/\1/p' "$1" | sed -n 1p)
  [[ -n $version ]] || version=$(sed -nE 's/^go[[:space:]]+([0-9][^[:space:]]*).*/\1/p' "$1" | sed -n 1p)
  echo "$version"
}

# go_version_asked BUILD_DIR: "RANGE<tab>SOURCE". What is written for the buildpack names a version; go.mod names the least that will do.
go_version_asked() {
  local build=$1 version=
  if [[ -n ${GOVERSION:-} ]]; then printf '%s\tGOVERSION\n' "${GOVERSION#go}"; return; fi
  if [[ -f $build/.go-version ]]; then
    version=$(sed -n 1p "$build/.go-version" | tr -d '[:space:]')
    printf '%s\t.go-version\n' "${version#go}"
    return
  fi
  if [[ -f $build/buildpack.yml ]]; then version=$(yaml_go_version "$build/buildpack.yml"); fi
  if [[ -n $version ]]; then printf '%s\tbuildpack.yml\n' "${version#go}"; return; fi
  if [[ -f $build/go.mod ]]; then version=$(go_mod_version "$build/go.mod"); fi
  if [[ -n $version ]]; then printf '>=%s\tgo.mod\n' "$version"; return; fi
  if [[ -f $build/Godeps/Godeps.json ]]; then version=$(jq -r '.GoVersion // empty' "$build/Godeps/Godeps.json" | tr -d '[:space:]'); fi
  if [[ $version =~ ^go([0-9]+\.[0-9]+) ]]; then printf '>=%s\tGodeps/Godeps.json\n' "${BASH_REMATCH[1]}"; return; fi
  printf '\tthe newest there is\n'
}

# app_kind BUILD_DIR: module, or gopath for what is older than modules; empty when it is no Go app.
app_kind() {
  local sources
  sources=$(find "$1" -maxdepth 3 -name '*.go' -not -path '*/node_modules/*' -print -quit 2>/dev/null)
  if [[ -f $1/go.mod || -f $1/go.work ]]; then echo module
  elif [[ -f $1/Godeps/Godeps.json || -f $1/Gopkg.toml || -f $1/glide.yaml ]]; then echo gopath
  elif [[ -n $sources ]] && { [[ -n ${GOPACKAGENAME:-} || -d $1/vendor ]] || compgen -G "$1/*.go" >/dev/null; }; then echo gopath
  fi
}

# package_name BUILD_DIR: where an app without go.mod lies in GOPATH.
package_name() {
  local name=${GOPACKAGENAME:-}
  if [[ -z $name && -f $1/Godeps/Godeps.json ]]; then name=$(jq -r '.ImportPath // empty' "$1/Godeps/Godeps.json"); fi
  if [[ -z $name && -f $1/vendor/vendor.json ]]; then name=$(jq -r '.rootPath // empty' "$1/vendor/vendor.json"); fi
  [[ -n $name ]] || fail "There is no go.mod, and the name of the app's package is not known." \
    "Run 'go mod init example.com/app' and 'go mod tidy' where you develop, and push go.mod and go.sum;" \
    "or, for an app that is older than modules: cf set-env APP GOPACKAGENAME example.com/app"
  [[ $name =~ ^[A-Za-z0-9._~/-]+$ && $name != *..* && $name != /* ]] || fail "The package name '$name' is no import path." "An import path looks like example.com/app."
  echo "$name"
}

# install_go VERSION DIRECTORY: leaves the compiler on the path.
install_go() {
  local program
  install_dependency go "$1" "$2"
  program=$(find "$2" -maxdepth 6 -path '*/bin/go' -type f | sed -n 1p)
  [[ -n $program ]] || fail "go $1 of this buildpack has no bin/go." "Package the buildpack again: ./tatara buildpack package go"
  export GOROOT=${program%/bin/go} PATH="${program%/go}:$PATH"
}

# prepare_environment CACHE_DIR TOOLS: what the app sets itself (GOPROXY, GOPRIVATE, GOFLAGS, CGO_ENABLED ...) stays as it is.
prepare_environment() {
  export GOCACHE=$1/go/build GOMODCACHE=$1/go/mod GOPATH=$2/gopath GOTOOLCHAIN=local GOFLAGS="-modcacherw ${GOFLAGS:-}"
  mkdir -p "$GOCACHE" "$GOMODCACHE" "$GOPATH"
  limit_cache "$MODULE_CACHE_LIMIT_MB" "$GOMODCACHE"
}

# trim_cache: what this build did not use leaves. Go touches what it uses when its time is more than an hour old.
trim_cache() { find "$GOCACHE" -type f -mmin +120 -delete; }

# enter_source BUILD_DIR TOOLS KIND: to where `go` finds the app's packages.
enter_source() {
  local build=$1 name
  if [[ $3 == module ]]; then
    if [[ -f $build/vendor/modules.txt ]]; then
      export GOFLAGS="-mod=vendor $GOFLAGS"
      note "Using the packages in vendor/"
    fi
    cd "$build"
    return
  fi
  export GO111MODULE=off
  name=$(package_name "$build")
  note "Building $name in GOPATH"
  mkdir -p "$GOPATH/src/$name"
  cp -a "$build/." "$GOPATH/src/$name/"
  if [[ -d $build/Godeps/_workspace/src ]]; then export GOPATH="$GOPATH:$GOPATH/src/$name/Godeps/_workspace"; fi
  cd "$GOPATH/src/$name"
}

# explain LOG: the go command's failure in words that say what to mend.
explain() {
  local log=$1 there
  there=$(available_versions go | paste -sd ' ' -)
  if grep -qE 'missing go.sum entry|updates to go.(mod|sum) needed|no required module provides package' "$log"; then
    fail "go.mod and go.sum do not name all that the app imports." "Run 'go mod tidy' where you develop, and push go.mod and go.sum."
  elif grep -q 'inconsistent vendoring' "$log"; then
    fail "vendor/ does not fit go.mod." "Run 'go mod vendor' where you develop and push vendor/, or push without vendor/."
  elif grep -qE 'checksum mismatch|SECURITY ERROR' "$log"; then
    fail "A module is not what go.sum says it is." "Find out why before you change go.sum: the module's source may have been tampered with."
  elif grep -qE 'module requires Go [0-9]|requires go >= ?[0-9]' "$log"; then
    fail "The app or one of its modules needs a newer Go." "Versions there are: $there. Ask for one in go.mod, or for older modules."
  elif grep -qE 'dial tcp|lookup .*: |i/o timeout|proxyconnect|410 Gone|404 Not Found|x509:' "$log"; then
    fail "A module could not be loaded." "Look whether this platform reaches it (GOPROXY and GOPRIVATE are honoured: cf set-env), or run 'go mod vendor' where you develop and push vendor/."
  else
    fail "The app does not compile: see above." "Run 'go build ./...' where you develop, with Go $there as here, and push again when it passes."
  fi
}

# run_go ARGUMENT...: shows what the compiler says.
run_go() {
  local log
  log=$(mktemp)
  if ! go "$@" 2>&1 | tee "$log" | indent; then explain "$log"; fi
  rm -f "$log"
}

# main_packages: a line for each program of this app: import path, tab, folder.
main_packages() {
  local log
  log=$(mktemp)
  if ! go list -e -f '{{if eq .Name "main"}}{{.ImportPath}}{{"\t"}}{{.Dir}}{{end}}' ./... 2>"$log"; then
    indent <"$log" >&2
    explain "$log"
  fi
  rm -f "$log"
}

# choose_packages BUILD_DIR: which programs to build, the one that serves the web first. Leaves them in `packages`.
choose_packages() {
  local found name folder
  if [[ -n ${GO_INSTALL_PACKAGE_SPEC:-} ]]; then read -ra packages <<<"$GO_INSTALL_PACKAGE_SPEC"; return; fi
  packages=()
  found=$(main_packages)
  while IFS=$'\t' read -r name folder; do
    if [[ $folder == "$PWD" ]]; then packages=(.); return; fi
    if [[ -n $name && $name != */vendor/* ]]; then packages+=("$name"); fi
  done <<<"$found"
  ((${#packages[@]} > 0)) || fail "The app has no program: no package is 'package main'." "Push the folder with go.mod of a program, not of a library."
  if ((${#packages[@]} > 1)) && ! has_procfile_web "$1"; then
    fail "The app has several programs: ${packages[*]}." "Say which to build: cf set-env APP GO_INSTALL_PACKAGE_SPEC ${packages[0]}" \
      "or build them all and say in a Procfile which serves the web: web: ${packages[0]##*/}"
  fi
}

# install_packages BUILD_DIR PACKAGE...: programs into the app's bin/.
install_packages() {
  local build=$1
  local -a flags=(-tags cloudfoundry)
  shift
  # A toolchain that brings its standard library compiled saves a minute, but only for the paths it was compiled with.
  [[ -d $GOROOT/pkg/linux_amd64 ]] || flags+=(-trimpath)
  if [[ -n ${GO_LINKER_SYMBOL:-} ]]; then flags+=(-ldflags "-X '$GO_LINKER_SYMBOL=${GO_LINKER_VALUE:-}'"); fi
  export GOBIN=$build/bin
  note "Running go install ${flags[*]} $*"
  run_go install "${flags[@]}" "$@"
}

# start_command PACKAGE: from where the compiler put it.
start_command() {
  local target
  target=$(go list -f '{{.Target}}' "$1" | sed -n 1p)
  [[ -n $target && -x $target ]] || fail "$1 is no program." "GO_INSTALL_PACKAGE_SPEC must name packages that are 'package main', the one that serves the web first."
  echo "./bin/${target##*/}"
}

# release_file: where finalize leaves the start command for release.
release_file() { echo "${TMPDIR:-/tmp}/go_buildpack_release.yml"; }
