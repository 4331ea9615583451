# Settings as Cloud Foundry's Java buildpack takes them: inline YAML in JBP_CONFIG_ variables.

# setting VARIABLE KEY: e.g. version of '{ jre: { version: 17.+ } }'; empty when it is not there.
setting() {
  local text=${!1:-} value
  value="(^|[^A-Za-z_])[\"']?$2[\"']?:[[:space:]]*(\"([^\"]*)\"|'([^']*)'|([^],}\"'[:space:]][^],}]*))"
  if [[ $text =~ $value ]]; then
    text=${BASH_REMATCH[3]}${BASH_REMATCH[4]}${BASH_REMATCH[5]}
    echo "${text%"${text##*[![:space:]]}"}"
  fi
}
