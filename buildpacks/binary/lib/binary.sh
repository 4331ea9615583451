# The binary buildpack's own steps: nothing is built, but what cannot run is found before it is started.

# web_program BUILD_DIR: the app's own file that Procfile's web process starts; nothing when it starts something else.
web_program() {
  local line word
  line=$(sed -nE 's/^web:[[:space:]]*(exec[[:space:]]+)?//p' "$1/Procfile" | head -n 1)
  read -r word _ <<<"$line"
  # What a shell would make of its first word is the shell's.
  [[ $word =~ ^[A-Za-z0-9_./+-]+$ && $word != /* && $word != ../* ]] || return 0
  if [[ $word == */* || -f $1/$word ]]; then echo "${word#./}"; fi
}

# check_web_program BUILD_DIR: ends the staging when it cannot run.
check_web_program() {
  local program why library
  program=$(web_program "$1")
  [[ -n $program ]] || return 0
  [[ -f $1/$program ]] || fail "Procfile starts '$program', which is not among the app's files." \
    "Push the folder it is in, or mend Procfile. (Is it named in .cfignore or .gitignore?)"
  why=$(why_not_runnable "$1/$program")
  [[ -z $why ]] || fail "Procfile starts '$program', which cannot run here: $why." \
    "Push a program for 64-bit Linux on x86-64, or a script whose interpreter is there (cf push -b ruby_buildpack -b binary_buildpack)."
  if [[ ! -x $1/$program ]]; then
    chmod +x "$1/$program"
    note "'$program' was not marked as a program: it is now"
  fi
  if is_elf "$1/$program"; then
    library=$(missing_libraries "$1/$program" | paste -sd ' ' -)
    if [[ -n $library ]]; then note "'$program' needs shared libraries that are not in the stack: $library. Bring them along, or link it statically."; fi
  fi
}

# other_programs BUILD_DIR: without a Procfile the command is not known here; programs that cannot run are told of.
other_programs() {
  local program why
  for program in "$1"/*; do
    if is_elf "$program"; then
      why=$(why_not_runnable "$program")
      if [[ -n $why ]]; then note "'${program##*/}' cannot run here: $why."; fi
    fi
  done
}
