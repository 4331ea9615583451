# Building Release, once for each state of the sources.

BUILD=$TATARA_ROOT/build

# The sources' state: names, sizes and times of all that goes into a build.
sources_state() {
  (cd "$TATARA_ROOT" && find src bench Directory.*.props global.json \( -name bin -o -name obj \) -prune -o -type f -printf '%p %s %T@\n' 2>/dev/null |
    sort | sha256sum | cut -d' ' -f1)
}

# build_project PROJECT NAME: published, precompiled, into build/NAME; complete or not at all.
build_project() {
  local target=$BUILD/$2 log
  log=$(mktemp)
  mkdir -p "$BUILD"
  if ! dotnet publish "$TATARA_ROOT/$1" -c Release -r linux-x64 --no-self-contained -p:PublishReadyToRun=true -p:RunAnalyzers=false \
    -o "$target.new" -v q -clp:ErrorsOnly >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    tatara_fail "The build of $1 failed." "The errors are above; the whole log is $log."
  fi
  rm -f "$log"
  rm -rf "$target.old"
  if [[ -d $target ]]; then mv "$target" "$target.old"; fi
  mv "$target.new" "$target"
  rm -rf "$target.old"
}

build_platform() {
  local state started=$SECONDS
  check_dotnet
  state=$(sources_state)
  if [[ -f $BUILD/state && $(<"$BUILD/state") == "$state" ]]; then return 0; fi
  say "  Building Release ..."
  build_project src/Tatara tatara
  build_project src/Tatara.Cli cf
  printf '%s\n' "$state" >"$BUILD/state"
  say "  Building Release: done ($((SECONDS - started)) s)"
}

# The release before this one, for the tests of an upgrade: built of the commit that test/previous-release names.
build_previous() {
  local commit sources=$BUILD/previous-sources
  commit=$(<"$TATARA_ROOT/test/previous-release")
  if [[ -f $BUILD/previous/commit && $(<"$BUILD/previous/commit") == "$commit" ]]; then return 0; fi
  git -C "$TATARA_ROOT" cat-file -e "$commit^{commit}" 2>/dev/null ||
    tatara_fail "The release before this one, commit $commit, is not in this clone." "Fetch the whole history: git fetch --unshallow"
  say "  Building the release before this one ..."
  rm -rf "$sources" && mkdir -p "$sources"
  git -C "$TATARA_ROOT" archive "$commit" | tar -x -C "$sources"
  (TATARA_ROOT=$sources && build_project src/Tatara previous)
  rm -rf "$sources"
  printf '%s\n' "$commit" >"$BUILD/previous/commit"
}

build_quietly() { build_platform >&2; }
