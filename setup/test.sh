# The test command: installs what the tests need, builds, runs every test project one after the other, adds up.

# Those that keep rows run once more, on a PostgreSQL of their own.
ON_POSTGRESQL=(Tatara.CloudController.Tests Tatara.Uaa.Tests)

# The S3 server of the tests, from npm. Where there is no npm, Debian's does.
install_s3_server() {
  local from=$TATARA_ROOT/test/Tatara.Testing/S3/package.json to=$BUILD/s3rver
  if cmp -s "$from" "$to/package.json" && [[ -d $to/node_modules/s3rver ]]; then return; fi
  command -v npm >/dev/null || install_packages nodejs npm
  say "  The S3 server of the tests ..."
  rm -rf "$to" && mkdir -p "$to" && cp "$from" "$to"
  npm install --prefix "$to" --no-audit --no-fund --no-package-lock --silent || tatara_fail "npm could not install s3rver." "Its words are above."
}

# The sample that Maven builds, with its plugins and its library.
MAVEN_OF_TESTS=(maven libmaven-resources-plugin-java libmaven-compiler-plugin-java libmaven-jar-plugin-java libmaven-shade-plugin-java libcommons-lang3-java)

# Of the chaos suite a part is run with all others; `./tatara test Chaos` runs all of it.
SHORT_OF_CHAOS=(--filter Suite=Short)

# On a test bed of many hosts: one after the other, because each bed is a platform of seven hosts.
ON_CLUSTER=(--filter "Platform!=one machine" -- xUnit.ParallelizeTestCollections=false)

test_usage() {
  cat <<'EOF'
usage: ./tatara test [NAME] [--on cluster]
  Runs all tests, or those of the projects in test/ whose name contains NAME.
  Chaos             all of the chaos suite, of which a part is run with all others, and the upgrade from the release before
  --on cluster      the acceptance suite, against platforms of seven hosts each (as `./tatara cluster up` makes one)
EOF
}

run_tests() {
  local only='' on='' project run log chosen=() passed=0 failed=0 skipped=0 status=0 line
  while (($#)); do
    case $1 in
      -h | --help) test_usage; return ;;
      --on) on=${2:-nothing}; shift ;;
      -*) test_usage >&2; return 1 ;;
      *) only=$1 ;;
    esac
    shift || true
  done
  if [[ -n $on ]]; then
    if [[ $on != cluster || Tatara.AcceptanceTests != *"$only"* ]]; then test_usage >&2; return 1; fi
    only=Tatara.AcceptanceTests
  fi
  prepare_machine
  install_packages zip git openssl curl jq openjdk-17-jdk-headless pebble postgresql gcc libc6-dev "${MAVEN_OF_TESTS[@]}"
  install_s3_server
  build_platform
  "$BUILD/tatara/tatara" setup
  say "  Building the tests ..."
  log=$(mktemp -d)
  dotnet build "$TATARA_ROOT/Tatara.slnx" -v q -clp:ErrorsOnly || tatara_fail "The tests do not build." "The errors are above."
  for run in "$TATARA_ROOT"/test/*Tests/ "${ON_POSTGRESQL[@]/#/postgresql/}"; do
    project=$(basename "$run")
    if [[ -n $only && $project != *"$only"* ]]; then continue; fi
    if [[ $run == postgresql/* ]]; then export TATARA_TEST_DATABASE=postgresql; else unset TATARA_TEST_DATABASE; fi
    chosen=()
    if [[ -n $only && $project == Tatara.ChaosTests ]]; then build_previous; fi
    if [[ -z $only && $project == Tatara.ChaosTests ]]; then chosen=("${SHORT_OF_CHAOS[@]}"); fi
    if [[ -n $on ]]; then export TATARA_TEST_PLATFORM=$on; chosen=("${ON_CLUSTER[@]}"); fi
    say "  $project${TATARA_TEST_DATABASE:+ on $TATARA_TEST_DATABASE}${on:+ on $on} ..."
    if ! dotnet test "$TATARA_ROOT/test/$project" --no-build --logger "console;verbosity=minimal" "${chosen[@]}" >"$log/$project.txt" 2>&1; then
      status=1
      grep -vE '^\s*$' "$log/$project.txt" | tail -n 80
    fi
    line=$(grep -oE '(Passed!|Failed!).*' "$log/$project.txt" | tail -n 1 || true)
    say "    ${line:-no result: see above}"
    if [[ -z $line ]] && ! grep -q 'No test is available' "$log/$project.txt"; then failed=$((failed + 1)); fi
    passed=$((passed + $(sed -nE 's/.*Passed: +([0-9]+).*/\1/p' <<<"$line" | grep . || echo 0)))
    failed=$((failed + $(sed -nE 's/.*Failed: +([0-9]+).*/\1/p' <<<"$line" | grep . || echo 0)))
    skipped=$((skipped + $(sed -nE 's/.*Skipped: +([0-9]+).*/\1/p' <<<"$line" | grep . || echo 0)))
  done
  rm -rf "$log"
  say "$passed passed, $failed failed, $skipped skipped"
  ((failed == 0 && status == 0))
}
