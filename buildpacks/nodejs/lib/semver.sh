# npm's version ranges (^1.2, ~1.2, 1.x, 1 - 2, >=1 <3, 18 || 20). A version is one number; each condition is the
# interval [LOW, HIGH) of the versions it allows. Pre-release tags are read and left out of account: no runtime is one.

readonly SEMVER_MINOR=1000000 SEMVER_MAJOR=1000000000000 SEMVER_END=9000000000000000000
readonly SEMVER_PART='([0-9]{1,6}|[xX*])'

# semver_read TEXT: sets FLOOR (what is left out counts as 0), NEXT (the first version beyond) and GIVEN (how many parts).
semver_read() {
  [[ $1 =~ ^[v=]*$SEMVER_PART(\.$SEMVER_PART(\.$SEMVER_PART([-+][0-9A-Za-z.+-]*)?)?)?$ ]] || return 1
  local part unit=$SEMVER_MAJOR
  FLOOR=0 GIVEN=0 NEXT=$SEMVER_END
  for part in "${BASH_REMATCH[1]}" "${BASH_REMATCH[3]}" "${BASH_REMATCH[5]}"; do
    [[ $part =~ ^[0-9]+$ ]] || break
    FLOOR=$((FLOOR + 10#$part * unit)) GIVEN=$((GIVEN + 1)) NEXT=$((FLOOR + unit)) unit=$((unit / 1000000))
  done
}

# semver_interval CONDITION: sets LOW and HIGH.
semver_interval() {
  [[ $1 =~ ^(\^|~\>?|\>=|\<=|\>|\<)?(.*)$ ]]
  local operator=${BASH_REMATCH[1]}
  semver_read "${BASH_REMATCH[2]}" || return 1
  local minor_floor=$((FLOOR / SEMVER_MINOR * SEMVER_MINOR)) major_floor=$((FLOOR / SEMVER_MAJOR * SEMVER_MAJOR))
  LOW=$FLOOR HIGH=$NEXT
  case $operator in
    '>=') HIGH=$SEMVER_END ;;
    '>') LOW=$NEXT HIGH=$SEMVER_END ;;
    '<=') LOW=0 ;;
    '<') LOW=0 HIGH=$FLOOR ;;
    '~' | '~>') if ((GIVEN == 3)); then HIGH=$((minor_floor + SEMVER_MINOR)); fi ;;
    '^')
      if ((GIVEN > 0 && (major_floor > 0 || GIVEN == 1))); then HIGH=$((major_floor + SEMVER_MAJOR))
      elif ((GIVEN == 3 && minor_floor > 0)); then HIGH=$((minor_floor + SEMVER_MINOR)); fi
      ;;
  esac
}

# semver_matches VERSION RANGE: 0 when it does, 1 when not, 2 when RANGE is not one.
semver_matches() {
  local number alternative condition fits matched=1
  local -a conditions
  semver_read "$1" || return 2
  number=$FLOOR
  ((${#2} <= 256)) || return 2
  while IFS= read -r alternative; do
    if [[ $alternative =~ ^[[:space:]]*([^[:space:]]+)[[:space:]]+-[[:space:]]+([^[:space:]]+)[[:space:]]*$ ]]; then
      alternative=">=${BASH_REMATCH[1]} <=${BASH_REMATCH[2]}"
    fi
    read -ra conditions < <(sed -E 's/([<>=~^])[[:space:]]+/\1/g' <<<"$alternative") || true
    fits=0
    for condition in "${conditions[@]}"; do
      semver_interval "$condition" || return 2
      if ((number < LOW || number >= HIGH)); then fits=1; fi
    done
    if ((fits == 0)); then matched=0; fi
  done < <(sed 's/||/\n/g' <<<"$2")
  return "$matched"
}
