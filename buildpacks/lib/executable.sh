# Whether a program that an app brought can run in this stack. Sourced after buildpack.sh.

is_elf() { [[ -f $1 && $(head -c 4 "$1" | tr -d '\0') == $'\x7fELF' ]]; }

# why_not_runnable FILE: one sentence about why it cannot run here; nothing when it can.
why_not_runnable() {
  if is_elf "$1"; then why_elf_not_runnable "$1"
  elif [[ $(head -c 2 "$1" | tr -d '\0') == '#!' ]]; then why_script_not_runnable "$1"
  elif [[ $(head -c 2 "$1" | tr -d '\0') == MZ ]]; then echo "it is a program for Windows"
  elif file -b "$1" | grep -q Mach-O; then echo "it is a program for macOS"
  else echo "it is neither a Linux program nor a script that begins with #!"; fi
}

why_elf_not_runnable() {
  local kind loader
  kind=$(file -b "$1")
  loader=$(sed -nE 's/.*interpreter ([^, ]+).*/\1/p' <<<"$kind")
  if [[ $kind == *relocatable* ]]; then echo "it is an object file, not a linked program"
  elif [[ $kind != *x86-64* ]]; then echo "it was built for another processor (${kind%%, version*}); this platform runs x86-64"
  elif [[ $loader == *musl* ]]; then echo "it was built for musl (Alpine); this stack has glibc: build it for glibc, or link it statically"
  elif [[ -n $loader && ! -e $loader ]]; then echo "it asks for the loader $loader, which this stack does not have"; fi
}

why_script_not_runnable() {
  local line interpreter argument
  IFS= read -r line < <(head -c 512 "$1" | tr -d '\0') || true
  if [[ $line == *$'\r' ]]; then
    echo "its lines end as on Windows (CR LF), so its interpreter is not found: save it with LF line ends"
    return
  fi
  read -r interpreter argument _ <<<"${line#\#!}"
  if [[ ${interpreter##*/} == env && -n $argument && $argument != -* ]]; then
    command -v "$argument" >/dev/null || echo "it asks for the interpreter $argument, which is neither in this stack nor in a buildpack before this one"
  elif [[ ! -x $interpreter ]]; then
    echo "it asks for the interpreter ${interpreter:-(none)}, which is not in this stack"
  fi
}

# missing_libraries FILE: shared libraries it needs that are neither in the stack nor beside it.
missing_libraries() {
  local around
  around=$(dirname "$1")${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  # ldd ends with an error for what is linked statically.
  { LD_LIBRARY_PATH=$around ldd "$1" 2>/dev/null || true; } | sed -nE 's/^[[:space:]]*([^[:space:]]+) => not found.*/\1/p' | sort -u
}
