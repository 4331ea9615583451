# setting VARIABLE KEY: a value out of inline YAML as Cloud Foundry's Java buildpack takes it in JBP_CONFIG_ variables,
# e.g. '{ jre: { version: 17.+ } }'; empty when it is not there.
setting() {
  local text=${!1:-} key=$2
  local value="${key}:[[:space:]]*(\"([^\"]*)\"|'([^']*)'|([^],}]*))"
  if [[ $text =~ (^|[^A-Za-z_])$value ]]; then
    text=${BASH_REMATCH[3]}${BASH_REMATCH[4]}${BASH_REMATCH[5]}
    echo "${text%"${text##*[![:space:]]}"}"
  fi
}
