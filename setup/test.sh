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

# Of the chaos suite a part is run with all others; `./tatara test Chaos` runs all of it.
SHORT_OF_CHAOS=(--filter Suite=Short)

run_tests() {
  local only=${1:-} project run log filter=() passed=0 failed=0 skipped=0 status=0 line
  prepare_machine
  install_packages zip git openssl curl jq openjdk-17-jdk-headless pebble postgresql
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
    if [[ -z $only && $project == Tatara.ChaosTests ]]; then filter=("${SHORT_OF_CHAOS[@]}"); else filter=(); fi
    say "  $project${TATARA_TEST_DATABASE:+ on $TATARA_TEST_DATABASE} ..."
    if ! dotnet test "$TATARA_ROOT/test/$project" --no-build "${filter[@]}" --logger "console;verbosity=minimal" >"$log/$project.txt" 2>&1; then
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
