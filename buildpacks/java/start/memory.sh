# How a container's memory is divided among the parts of a JVM. Sizes are in MiB.

# The JVM's own structures (symbols, garbage collector, compiler threads), and buffers outside the heap.
readonly JVM_ITSELF=20 DIRECT=10
# What the platform's classes need, and bytes for each class of the app, of which about 35 in 100 are loaded.
readonly METASPACE_BASE=32 BYTES_PER_CLASS=5800 LOADED_PERCENT=35
readonly LEAST_HEAP=16

# clamp VALUE LEAST MOST
clamp() { if (($1 < $2)); then echo "$2"; elif (($1 > $3)); then echo "$3"; else echo "$1"; fi; }

# given OPTIONS PREFIX: the size an option names, in MiB rounded up; empty when it is not there.
given() {
  local size
  [[ " $1 " =~ [[:space:]]$2([0-9]{1,12})([kKmMgG]?)[[:space:]] ]] || return 0
  size=$((10#${BASH_REMATCH[1]}))
  case ${BASH_REMATCH[2]} in
    '') echo $(((size + 1048575) / 1048576)) ;;
    k | K) echo $(((size + 1023) / 1024)) ;;
    m | M) echo "$size" ;;
    g | G) echo $((size * 1024)) ;;
  esac
}

# memory_options LIMIT CLASSES OPTIONS [THREADS] [HEADROOM_PERCENT]: the options that OPTIONS leaves open.
# The heap gets what code, classes, threads and buffers leave.
memory_options() {
  local limit=$1 classes=$2 options=$3 threads=${4:-} headroom=${5:-0} code metaspace direct stack heap least
  local -a result=()
  code=$(given "$options" -XX:ReservedCodeCacheSize=)
  metaspace=$(given "$options" -XX:MaxMetaspaceSize=)
  direct=$(given "$options" -XX:MaxDirectMemorySize=)
  stack=$(given "$options" -Xss)
  if [[ -z $code ]]; then code=$(clamp $((limit / 8)) 24 240); result+=("-XX:ReservedCodeCacheSize=${code}M"); fi
  if [[ -z $metaspace ]]; then
    metaspace=$((METASPACE_BASE + classes * LOADED_PERCENT / 100 * BYTES_PER_CLASS / 1048576))
    result+=("-XX:MaxMetaspaceSize=${metaspace}M")
  fi
  if [[ -z $direct ]]; then direct=$DIRECT; result+=("-XX:MaxDirectMemorySize=${direct}M"); fi
  if [[ -z $stack ]]; then stack=1; result+=("-Xss1M"); fi
  [[ -n $threads ]] || threads=$(clamp $((limit / 16)) 16 250)
  if [[ ! $options =~ (^|[[:space:]])(-Xmx|-XX:MaxHeapSize=|-XX:MaxRAMPercentage=) ]]; then
    heap=$((limit - limit * headroom / 100 - JVM_ITSELF - code - metaspace - direct - threads * stack))
    if ((heap < LEAST_HEAP)); then
      least=$(((limit - heap + LEAST_HEAP + 63) / 64 * 64))
      echo "A memory limit of ${limit}M is too small for this app: ${code}M for compiled code, ${metaspace}M for classes, ${direct}M for buffers," \
        "$((threads * stack))M for $threads threads and ${JVM_ITSELF}M for the JVM itself leave no heap." >&2
      echo "Give it more (cf scale APP -m ${least}M), or set smaller parts in JAVA_OPTS (-XX:MaxMetaspaceSize=, -XX:ReservedCodeCacheSize=, -Xss)." >&2
      return 1
    fi
    result+=("-Xmx${heap}M")
  fi
  echo "${result[*]:-}"
}
